"""The first seed's bot: one machine's browser behind many addresses.

A Mac user agent between quotation marks, client hints that still say Linux, SwiftShader for graphics, a Moscow clock
and a plain English keyboard. The Indonesian row differs in its clock alone: it is another cluster of the same hand.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from hushgate_demo.wave.addresses import draw
from hushgate_demo.wave.visitor import CHROME_ENGINE, NO_TRACES, Visitor, chrome_headers, in_all_rooms, name_and_email

USER_AGENT = (
    '"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) '
    'Chrome/142.0.0.0 Safari/537.36"'
)
BRANDS = [
    {"brand": "Chromium", "version": "142"},
    {"brand": "Google Chrome", "version": "142"},
    {"brand": "Not_A Brand", "version": "99"},
]
HOSTED = 0.35
"""The share of a row's addresses that are of hosting companies."""


class Row(NamedTuple):
    """One row of the seed's table."""

    country: str
    name: str
    timezone: str
    sessions: int


TABLE = (
    Row("DE", "Germany", "Europe/Moscow", 1133),
    Row("SE", "Sweden", "Europe/Moscow", 935),
    Row("NL", "Netherlands", "Europe/Moscow", 685),
    Row("US", "United States", "Europe/Moscow", 379),
    Row("AT", "Austria", "Europe/Moscow", 268),
    Row("PL", "Poland", "Europe/Moscow", 240),
    Row("ID", "Indonesia", "Asia/Jakarta", 238),
    Row("LU", "Luxembourg", "Europe/Moscow", 162),
    Row("FR", "France", "Europe/Moscow", 109),
    Row("CH", "Switzerland", "Europe/Moscow", 90),
)
_OFFSETS = {"Europe/Moscow": -180, "Asia/Jakarta": -420}


def shares(count: int) -> dict[str, int]:
    """``count`` sessions in the table's proportions, by largest remainder; with ten or more, every row has one."""
    whole = sum(row.sessions for row in TABLE)
    exact = {row.country: row.sessions * count / whole for row in TABLE}
    parts = {country: max(int(share), 1 if count >= len(TABLE) else 0) for country, share in exact.items()}
    by_remainder = sorted(exact, key=lambda country: exact[country] % 1, reverse=True)
    for country in by_remainder:
        if sum(parts.values()) < count:
            parts[country] += 1
    while sum(parts.values()) > count:
        parts[max(parts, key=lambda country: parts[country])] -= 1
    return parts


def make(random: Random, row: Row, number: int, run: str) -> Visitor:
    """One bot of a row."""
    name, email = name_and_email(random, number, run)
    return Visitor(
        country=row.country,
        ip=draw(random, row.country, "hosting" if random.random() < HOSTED else "access"),
        headers=chrome_headers(USER_AGENT, "Linux", BRANDS, "en-US,en;q=0.9"),
        signals=_signals(random, row.timezone),
        name=name,
        email=email,
        seconds=random.uniform(0.3, 1.4),
    )


def _signals(random: Random, timezone: str) -> dict[str, Any]:
    offset = _OFFSETS[timezone]
    hints = {"brands": BRANDS, "mobile": False, "platform": "Linux", "architecture": "x86", "bitness": "64"}
    story: dict[str, Any] = {
        "user_agent": USER_AGENT,
        "platform": "Linux x86_64",
        "vendor": "Google Inc.",
        "languages": ["en-US", "en"],
        "timezone": timezone,
        "clock": {"offset": offset, "january": offset, "july": offset},
        "client_hints": hints,
        "webgl": {
            "vendor": "Google Inc. (Google)",
            "renderer": "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
        },
        "screen": _screen(),
        "hardware": {"concurrency": random.choice((2, 4)), "memory": 8, "touch_points": 0},
        "webdriver": False,
        "plugins": 5,
        "engine": CHROME_ENGINE,
        "automation": NO_TRACES,
        "permissions": {"notification": "default", "query": "prompt"},
        "interaction": _interaction(random),
    }
    return in_all_rooms(story)


def _screen() -> dict[str, Any]:
    return {
        "width": 1280,
        "height": 720,
        "avail_width": 1280,
        "avail_height": 720,
        "color_depth": 24,
        "pixel_ratio": 1,
        "outer_width": 1280,
        "outer_height": 720,
        "inner_width": 1280,
        "inner_height": 720,
    }


def _interaction(random: Random) -> dict[str, Any]:
    """Half of them set the fields and click; half only post."""
    if random.random() < 0.5:
        return {"bound": True, "scripted": 3, "filled": 3}
    return {
        "bound": True,
        "form_ms": random.randrange(60, 220),
        "moves": 1,
        "downs": 1,
        "clicks": 1,
        "inputs": 3,
        "focuses": 4,
        "mouse": 1,
        "pressureless": 1,
        "bulk": 3,
        "filled": 3,
        "presses": {"n": 1, "centred": 1, "held_p50": 1, "held_min": 1, "moves_before_min": 1},
    }
