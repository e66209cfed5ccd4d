"""Where people live: the country, the clock and the languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

# Names that V8 and JavaScriptCore still give a zone, because CLDR never renames one (hushgate/geo/zones.py); Firefox names the present
# one since 2025.
OLD_NAMES = {
    "Asia/Kolkata": "Asia/Calcutta",
    "Europe/Kyiv": "Europe/Kiev",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
    "America/Argentina/Cordoba": "America/Cordoba",
    "America/Indiana/Indianapolis": "America/Indianapolis",
}


class Home(NamedTuple):
    """One country: its weight, zones and lists of languages, each with its own weight."""

    country: str
    weight: int
    zones: tuple[tuple[str, int], ...]
    languages: tuple[tuple[tuple[str, ...], int], ...]


def _weighted(text: str, separator: str) -> tuple[tuple[str, int], ...]:
    parts = (part.rpartition(":") for part in text.split(separator))
    return tuple((name, int(weight)) for name, _, weight in parts)


@cache
def homes() -> tuple[Home, ...]:
    """All of homes.txt."""
    lines = (Path(__file__).parent / "homes.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(
        Home(
            country,
            int(weight),
            _weighted(zones, ","),
            tuple((tuple(tags.split(",")), share) for tags, share in _weighted(languages, "|")),
        )
        for country, weight, zones, languages in rows
    )


def home_of(country: str) -> Home:
    """The row of a country."""
    return next(home for home in homes() if home.country == country)


def draw_home(random: Random, other_than: str = "") -> Home:
    """One country, by its weight."""
    found = [home for home in homes() if home.country != other_than]
    return random.choices(found, [home.weight for home in found])[0]


def draw_zone(random: Random, home: Home, engine: str) -> str:
    """A zone of the country, by the name that the engine has for it."""
    zone = random.choices(*zip(*home.zones, strict=True))[0]
    return str(zone if engine == "gecko" and random.random() < 0.5 else OLD_NAMES.get(zone, zone))


def draw_languages(random: Random, home: Home) -> list[str]:
    """What a browser of the country asks for."""
    return list(random.choices(*zip(*home.languages, strict=True))[0])
