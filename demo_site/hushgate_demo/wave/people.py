"""The people among the bots: recorded visits where there is a file, else an ordinary Windows Chrome, made up."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from hushgate_demo.wave.addresses import draw
from hushgate_demo.wave.visitor import CHROME_ENGINE, NO_TRACES, Visitor, chrome_headers, in_all_rooms, name_and_email

USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)
BRANDS = [
    {"brand": "Not:A-Brand", "version": "8"},
    {"brand": "Chromium", "version": "156"},
    {"brand": "Google Chrome", "version": "156"},
]
PATIENCE = 16.0
"""The longest that a recorded person is waited for, in seconds."""

_PER_REQUEST = frozenset(
    ("accept", "content-type", "origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")
)
_LEFT_OUT = frozenset(("host", "connection", "content-length", "cookie", "x-forwarded-for"))


class Home(NamedTuple):
    """Where a made-up person lives: clock (minutes in January and July) and languages."""

    country: str
    timezone: str
    january: int
    july: int
    languages: tuple[str, ...]


_HOMES = (
    Home("DE", "Europe/Berlin", -60, -120, ("de-DE", "de", "en-US", "en")),
    Home("SE", "Europe/Stockholm", -60, -120, ("sv-SE", "sv", "en-US", "en")),
    Home("NL", "Europe/Amsterdam", -60, -120, ("nl-NL", "nl", "en-US", "en")),
    Home("US", "America/New_York", 300, 240, ("en-US", "en")),
    Home("FR", "Europe/Paris", -60, -120, ("fr-FR", "fr", "en-US", "en")),
    Home("PL", "Europe/Warsaw", -60, -120, ("pl-PL", "pl", "en-US", "en")),
)
_CARDS = (
    ("Intel", "ANGLE (Intel, Intel(R) UHD Graphics 620 (0x00003EA0) Direct3D11 vs_5_0 ps_5_0, D3D11)"),
    ("AMD", "ANGLE (AMD, AMD Radeon(TM) Graphics (0x00001638) Direct3D11 vs_5_0 ps_5_0, D3D11)"),
    ("NVIDIA", "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 (0x00002503) Direct3D11 vs_5_0 ps_5_0, D3D11)"),
)


def _who(random: Random, number: int, run: str) -> tuple[str, str]:
    """A name, and an address at a company of its own: people do not share the wave's domain."""
    name, _ = name_and_email(random, number, run)
    return name, f"{name.lower().replace(' ', '.')}@firm-{run}-{number}.example.com"


def make(random: Random, number: int, run: str) -> Visitor:
    """One made-up person at home in one of six countries."""
    home = random.choice(_HOMES)
    name, email = _who(random, number, run)
    seconds = random.uniform(9, 14)
    return Visitor(
        country=home.country,
        ip=draw(random, home.country, "access"),
        headers=chrome_headers(USER_AGENT, "Windows", BRANDS, _accept_language(home.languages)),
        signals=_signals(random, home, seconds, len(name) + len(email) + 12),
        name=name,
        email=email,
        seconds=seconds,
        person=True,
    )


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file, or of all ``*.jsonl`` files in a folder. Shape: docs/protocol.md, section 6."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return [json.loads(line) for line in lines]


def replay(random: Random, record: dict[str, Any], number: int, run: str) -> Visitor:
    """One recorded person, with an address of the record's country if we have one, else the record's own."""
    name, email = _who(random, number, run)
    headers = [(key, "" if key in _PER_REQUEST else str(value)) for key, value in record.get("headers", {}).items()]
    opened = record.get("timing", {}).get("open_to_verdict_ms") or 12_000
    return Visitor(
        country=(record.get("network") or {}).get("country") or "--",
        ip=record.get("ip") or draw(random, "DE", "access"),
        headers=[(key, value) for key, value in headers if key not in _LEFT_OUT],
        signals=record.get("signals", {}),
        name=name,
        email=email,
        seconds=min(opened / 1000, PATIENCE),
        person=True,
        missing=record.get("missing") or {},
    )


def _accept_language(languages: tuple[str, ...]) -> str:
    rest = (f"{one};q={0.9 - 0.1 * place:.1f}" for place, one in enumerate(languages[1:]))
    return ",".join((languages[0], *rest))


def _signals(random: Random, home: Home, seconds: float, characters: int) -> dict[str, Any]:
    maker, renderer = random.choice(_CARDS)
    story: dict[str, Any] = {
        "user_agent": USER_AGENT,
        "platform": "Win32",
        "vendor": "Google Inc.",
        "languages": list(home.languages),
        "timezone": home.timezone,
        "clock": {"offset": home.january, "january": home.january, "july": home.july},
        "client_hints": _hints(),
        "webgl": {"vendor": f"Google Inc. ({maker})", "renderer": renderer},
        "screen": _screen(),
        "hardware": {"concurrency": random.choice((8, 12, 16)), "memory": random.choice((8, 16)), "touch_points": 0},
        "webdriver": False,
        "plugins": 5,
        "engine": CHROME_ENGINE,
        "automation": NO_TRACES,
        "permissions": {"notification": "default", "query": "prompt"},
        "interaction": _interaction(random, seconds, characters),
    }
    return in_all_rooms(story)


def _hints() -> dict[str, Any]:
    full = {"8": "8.0.0.0", "156": "156.0.8078.79"}
    return {
        "brands": BRANDS,
        "mobile": False,
        "platform": "Windows",
        "architecture": "x86",
        "bitness": "64",
        "model": "",
        "platform_version": "15.0.0",
        "full_versions": [{**one, "version": full[one["version"]]} for one in BRANDS],
    }


def _screen() -> dict[str, Any]:
    return {
        "width": 1920,
        "height": 1080,
        "avail_width": 1920,
        "avail_height": 1032,
        "color_depth": 24,
        "pixel_ratio": 1,
        "outer_width": 1920,
        "outer_height": 1032,
        "inner_width": 1905,
        "inner_height": 911,
    }


def _interaction(random: Random, seconds: float, characters: int) -> dict[str, Any]:
    moves = random.randrange(140, 320)
    return {
        "bound": True,
        "form_ms": round(seconds * 820),
        "moves": moves,
        "downs": 4,
        "clicks": 4,
        "keydowns": characters + 5,
        "keyups": characters + 5,
        "inputs": characters,
        "focuses": 4,
        "mouse": 4,
        "typed": characters,
        "filled": 3,
        "dwell": {"n": characters, "p10": 61.0, "p50": 93.0, "p90": 138.0, "cv": random.uniform(0.3, 0.5)},
        "flight": {"n": characters - 3, "p10": 34.0, "p50": 121.0, "p90": 402.0, "cv": random.uniform(0.8, 1.4)},
        "rollover": random.randrange(4, 14),
        "raw": round(moves * random.uniform(1.4, 1.8)),
        "coalesced_moves": moves,
        "whole_gaps": round(moves * 0.1),
        "gaps": moves - 1,
        "path": {"n": moves, "straightness": 0.37, "speed_cv": 1.21, "turns": 0.34},
        "presses": {"n": 4, "centred": 0, "held_p50": 92.0, "held_min": 71.0, "moves_before_min": 9},
    }
