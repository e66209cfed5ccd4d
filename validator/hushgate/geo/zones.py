"""Whether a browser's time zone is one that the country of its address uses.

Source: the tables of the IANA time zone database in PyPI's ``tzdata``: ``zone.tab`` (zones by country) and the links of
``tzdata.zi`` (old names). Browsers still report old names: Chromium says Asia/Calcutta and Europe/Kiev, because CLDR
never renames a zone (https://cldr.unicode.org/development/development-process/design-proposals/time-zone-canonicalization).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeAlias
from zoneinfo import ZoneInfo

import tzdata

Offsets: TypeAlias = tuple[int, int]


class Fit(Enum):
    """How a zone fits a country."""

    OWN = "own"
    """One of the country's zones, by its present name or an old one."""
    SAME_OFFSET = "same-offset"
    """Another country's zone, with the same time in January and in July."""
    NEUTRAL = "neutral"
    """UTC and the like: what privacy browsers and servers say, anywhere."""
    ABROAD = "abroad"
    """A zone that nobody in the country lives by."""
    UNKNOWN = "unknown"
    """No such zone, or a country without zones."""


# The zones of no place. GMT+0 and its kin are names of the same clock.
_NOWHERE = frozenset({"Etc/UTC", "Etc/GMT"})
# What Tor Browser and Firefox with resistFingerprinting say since 128: a real zone that is UTC all year
# (https://github.com/arkenfox/user.js/issues/1857).
_PRIVACY_ZONE = "Atlantic/Reykjavik"
# zone.tab has only countries of ISO 3166; address databases also use Kosovo's XK, and Crimea's line names one country.
_EXTRA = (("XK", "Europe/Belgrade"), ("RU", "Europe/Simferopol"))


def zone_fits(timezone: str, country: str) -> Fit:
    """How an IANA zone name fits a country (ISO 3166 alpha-2, any case). Never raises, whatever the strings are.

    An hour's difference is abroad, and so is a neighbour's zone: Moscow is one hour from Berlin in summer.
    """
    return _fit(timezone, country)


def offsets(timezone: str, year: int) -> Offsets | None:
    """The zone's offsets on 1 January and 1 July of a year, in minutes.

    The sign is that of JavaScript's ``getTimezoneOffset``: what must be added to local time to get UTC, so Berlin's are
    (-60, -120). None where there is no such zone, or the calendar has no such year.
    """
    return _offsets(timezone, year)


@lru_cache(maxsize=8192)
def _fit(timezone: str, country: str) -> Fit:
    country = country.upper() if country.isascii() else ""  # "ß".upper() is South Sudan
    zone = _present_name(timezone)
    if zone is None:
        return Fit.UNKNOWN
    homes = _zones_by_country().get(country, frozenset())
    if zone in homes:
        return Fit.OWN
    if zone in _NOWHERE or zone == _PRIVACY_ZONE:
        return Fit.NEUTRAL
    if not homes:
        return Fit.UNKNOWN
    return Fit.SAME_OFFSET if _offsets(zone, _year()) in _offsets_by_country(country) else Fit.ABROAD


@lru_cache(maxsize=2048)
def _offsets(timezone: str, year: int) -> Offsets | None:
    if timezone not in _names():
        return None
    zone = _open(timezone)
    try:
        days = datetime(year, 1, 1, tzinfo=zone), datetime(year, 7, 1, tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    january, july = (_minutes(day.utcoffset()) for day in days)
    return january, july


def _minutes(east: timedelta | None) -> int:
    return -round(east.total_seconds() / 60) if east else 0


def _open(timezone: str) -> ZoneInfo:
    """Reads the zone from tzdata, not from the system's files: the same record is judged the same on every machine."""
    with _folder().joinpath(*timezone.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=timezone)


def _folder() -> Traversable:
    return resources.files("tzdata").joinpath("zoneinfo")


def _year() -> int:
    """The year that the data was published for: its rules are known, and do not change under a running process."""
    return int(tzdata.IANA_VERSION[:4])


@cache
def _names() -> frozenset[str]:
    """All names, present and old. A name outside this set is never turned into a path."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


@cache
def _links() -> dict[str, str]:
    lines = _folder().joinpath("tzdata.zi").read_text("utf-8").splitlines()
    links = (line.split() for line in lines if line.startswith("L "))
    return {old: target for _, target, old in links}


def _present_name(timezone: str) -> str | None:
    """The zone that a name stands for. One in zone.tab stands for itself, though tzdata may link it to another's."""
    if timezone not in _names():
        return None
    listed = _listed()
    for _ in range(4):  # links of links exist in principle; none is longer
        if timezone in listed or timezone not in _links():
            break
        timezone = _links()[timezone]
    return timezone


@cache
def _listed() -> frozenset[str]:
    return frozenset().union(*_zones_by_country().values())


@cache
def _zones_by_country() -> dict[str, frozenset[str]]:
    lines = _folder().joinpath("zone.tab").read_text("utf-8").splitlines()
    pairs = [(row[0], row[2]) for row in (line.split("\t") for line in lines if line and not line.startswith("#"))]
    table: dict[str, set[str]] = defaultdict(set)
    for country, zone in (*pairs, *_EXTRA):
        table[country].add(zone)
    return {country: frozenset(zones) for country, zones in table.items()}


@cache
def _offsets_by_country(country: str) -> frozenset[Offsets | None]:
    return frozenset(_offsets(zone, _year()) for zone in _zones_by_country()[country])
