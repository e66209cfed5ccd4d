"""What one visitor of the wave brings: a browser's headers and story, an address, a form, and patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

Headers = list[tuple[str, str]]
Brands = list[dict[str, str]]

_FIRST = (
    "anna",
    "ben",
    "daan",
    "elin",
    "felix",
    "greta",
    "ida",
    "jonas",
    "karin",
    "lars",
    "mia",
    "olga",
    "piotr",
    "tess",
)
_LAST = ("albers", "bakker", "dahl", "eriksen", "fischer", "huber", "jansen", "kowalski", "lindqvist", "meyer", "novak")


@dataclass(frozen=True)
class Visitor:
    """One signup to be. ``seconds`` pass between the session and the verdict; ``country`` is the row in the table.

    ``headers`` are in the browser's order; an empty value is filled in for each request.
    """

    country: str
    ip: str
    headers: Headers
    signals: dict[str, Any]
    name: str
    email: str
    seconds: float
    person: bool = False
    missing: dict[str, str] = field(default_factory=dict)


class Signup(NamedTuple):
    """A visitor, and when the form is sent: seconds from the beginning of the wave, by the wave's own clock."""

    at: float
    visitor: Visitor


def name_and_email(random: Random, number: int, run: str) -> tuple[str, str]:
    """A name, and an address in a domain that is nobody's. ``run`` keeps one run's addresses apart from the next's."""
    first, last = random.choice(_FIRST), random.choice(_LAST)
    return f"{first.title()} {last.title()}", f"{first}.{last}.{run}{number}@example.com"


CHROME_ENGINE = {"eval_length": 33, "error_shape": "v8", "product_sub": "20030107", "pdf_viewer": True, "chrome": True}
NO_TRACES: dict[str, list[str]] = {"globals": [], "attributes": [], "natives": [], "own_properties": [], "getters": []}
ROOMS = ("iframe", "frame", "worker", "shared_worker")


def brand_list(brands: Brands) -> str:
    """A brand list as the Sec-CH-UA header writes it."""
    return ", ".join(f'"{one["brand"]}";v="{one["version"]}"' for one in brands)


def chrome_headers(user_agent: str, platform: str, brands: Brands, languages: str) -> Headers:
    """The headers of a desktop Chrome's fetch, in its order (as Chromium 156 sends them)."""
    return [
        ("sec-ch-ua-platform", f'"{platform}"'),
        ("User-Agent", user_agent),
        ("sec-ch-ua", brand_list(brands)),
        ("Content-Type", ""),
        ("sec-ch-ua-mobile", "?0"),
        ("Accept", ""),
        ("Origin", ""),
        ("Sec-Fetch-Site", ""),
        ("Sec-Fetch-Mode", ""),
        ("Sec-Fetch-Dest", ""),
        ("Referer", ""),
        ("Accept-Encoding", "gzip, deflate, br, zstd"),
        ("Accept-Language", languages),
    ]


def in_all_rooms(signals: dict[str, Any]) -> dict[str, Any]:
    """The page's story, and the same from every frame and worker: nothing was changed in one place only."""
    names = ("user_agent", "platform", "languages", "timezone", "client_hints", "hardware", "webgl")
    room = {name: signals[name] for name in names}
    return {**signals, **dict.fromkeys(ROOMS, room)}
