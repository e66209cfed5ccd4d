"""Puts a person together: a device, a home, an address, a way of filling in a form; and writes the visit as the gate would have."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import msgspec

from hushgate.data import read_list
from hushgate.geo.zones import offsets
from hushgate.quiz import write_seed
from hushgate.quiz.draw import SEED_BYTES
from hushgate.visit import Network
from population.devices import Device
from population.hands import fill
from quizzes import answers

YEAR = 2026
HOST = "www.example.com"
_NO_TRACES: dict[str, list[str]] = {"globals": [], "attributes": [], "natives": [], "own_properties": [], "getters": []}
_SHAPES = {"blink": ("v8", 33), "gecko": ("gecko", 37), "webkit": ("other", 37)}
_SINCE = {
    name: dict(zip(("blink", "gecko", "webkit"), map(float, since), strict=True))
    for name, *since in map(str.split, read_list("features.txt"))
}
_OWN = {
    "blink": ("Error.captureStackTrace", "navigator.connection", "navigator.gpu"),
    "gecko": ("mozInnerScreenX",),
    "webkit": ("GestureEvent",),
}
_ZOOMS = (0.8, 0.9, 1.1, 1.25, 1.5)
MOVED = 0.03
"""The share of phones that change from one network to another meanwhile."""

ZOOMED = 0.05
"""The share of people on desktops who have zoomed the page."""
STALE = {"America/Mexico_City": (360, 300), "Africa/Cairo": (-120, -120), "Europe/Moscow": (-240, -240)}
"""Offsets in January and July that zone data of before a country's last change gives: Mexico left summer time in 2022, Egypt took it up in 2023,
Russia left its permanent summer in 2014."""


def _clock(device: Device, zone: str) -> dict[str, int]:
    january, july = offsets(zone, YEAR) or (0, 0)
    if device.stale_zones:
        january, july = STALE.get(zone, (january, july))
    return {"offset": january, "january": january, "july": july}


def zoomed(random: Random, device: Device) -> Device:
    """Some people zoom. Blink and Gecko scale the ratio of pixels with the page, Gecko all sizes; WebKit the page alone."""
    if device.mobile or random.random() > ZOOMED:
        return device
    step, screen = random.choice(_ZOOMS), device.screen
    names = [
        name
        for name in screen
        if name.startswith("inner") or (device.engine == "gecko" and name not in ("color_depth", "pixel_ratio"))
    ]
    sizes = {name: round(screen[name] / step) for name in names}
    ratio = screen["pixel_ratio"] * (1 if device.engine == "webkit" else step)
    return replace(device, screen={**screen, **sizes, "pixel_ratio": ratio})


def _story(device: Device, zone: str, languages: list[str]) -> dict[str, Any]:
    story = {"user_agent": device.user_agent, "platform": device.platform, "languages": languages, "timezone": zone}
    hints = {"client_hints": device.hints} if device.hints else {}
    return {**story, **hints, **({"webgl": device.webgl} if device.webgl else {}), "hardware": device.hardware}


def _rooms(device: Device, story: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The rooms that this browser opens, and why it does not open the others."""
    worker = {**story, "hardware": {name: value for name, value in device.hardware.items() if name != "touch_points"}}
    if device.engine == "webkit" and device.webkit_version < 17:
        worker.pop("webgl", None)  # no OffscreenCanvas with WebGL in workers before
    frame = {**story, "vendor": device.vendor, "webdriver": False}
    rooms = {"iframe": frame, "frame": frame, "worker": worker, "shared_worker": worker}
    lacks_shared = (device.mobile and device.engine == "blink") or (
        device.engine == "webkit" and device.webkit_version < 16
    )
    missing = {"shared_worker": "unsupported"} if lacks_shared else {}
    return {name: room for name, room in rooms.items() if name not in missing}, missing


def _engine(device: Device) -> dict[str, Any]:
    shape, length = _SHAPES[device.engine]
    told = {
        "eval_length": length,
        "error_shape": shape,
        "product_sub": "20100101" if device.engine == "gecko" else "20030107",
    }
    brave = ("navigator.brave",) if "Brave" in str(device.hints) else ()
    came = tuple(name for name, since in _SINCE.items() if 0 < since[device.engine] <= device.version)
    viewer = {} if device.pdf_viewer is None else {"pdf_viewer": device.pdf_viewer}
    return {**told, **viewer, "chrome": device.chrome_object, "features": [*_OWN[device.engine], *came, *brave]}


def _permissions(device: Device, random: Random) -> dict[str, str]:
    state = random.choices(("default", "denied", "granted"), (90, 8, 2))[0]
    if device.webview or (device.engine == "webkit" and device.webkit_version < 16):
        return {}
    return {"notification": state, "query": "prompt" if state == "default" else state}


def _quiz(device: Device, random: Random) -> tuple[list[str], str]:
    """Blink lays out in sixty-fourths of the screen's own pixel; WebKit, which has no column in the table, in those of a CSS pixel."""
    seed = random.randbytes(SEED_BYTES)
    unit = {"blink": 64 * (device.screen["pixel_ratio"] or 1), "gecko": 60, "webkit": 64}[device.engine]
    return answers(seed, "gecko" if device.engine == "gecko" else "blink", unit), write_seed(seed)


def accept_language(device: Device, languages: list[str]) -> str:
    """Accept-Language as the engine writes it: weights fall by tenths, in Safari only the first is sent."""
    if device.engine == "webkit":
        rest = [languages[0].partition("-")[0]] if "-" in languages[0] else []
        return ",".join([languages[0], *(f"{tag};q=0.9" for tag in rest)])
    return ",".join(
        [languages[0], *(f"{tag};q={max(0.9 - 0.1 * place, 0.1):.1f}" for place, tag in enumerate(languages[1:]))]
    )


def _brand_header(device: Device) -> str:
    return ", ".join(f'"{brand["brand"]}";v="{brand["version"]}"' for brand in (device.hints or {})["brands"])


def headers(device: Device, languages: list[str]) -> dict[str, str]:
    """The headers of the verdict request, in the engine's order (recorded for Chromium 156 and Firefox 153)."""
    origin, hints = f"https://{HOST}", device.hints
    fetch = {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
    old = (device.chromium or 99) < 80 or (device.engine == "webkit" and device.webkit_version < 17)
    asked = {"accept": "*/*", "origin": origin, **({} if old else fetch), "referer": f"{origin}/"}
    end = {"accept-encoding": "gzip, deflate, br", "accept-language": accept_language(device, languages)}
    kind = {"content-type": "text/plain;charset=UTF-8", **({"sec-gpc": "1"} if "Brave" in str(hints) else {})}
    if hints:
        quoted = {
            "sec-ch-ua-platform": f'"{hints["platform"]}"',
            "user-agent": device.user_agent,
            "sec-ch-ua": _brand_header(device),
        }
        return {
            "host": HOST,
            "connection": "keep-alive",
            **quoted,
            **kind,
            "sec-ch-ua-mobile": f"?{hints['mobile']:d}",
            **asked,
            **end,
        }
    return {"host": HOST, "connection": "keep-alive", "user-agent": device.user_agent, **end, **kind, **asked}


def _signals(random: Random, device: Device, story: dict[str, Any], counts: dict[str, Any]) -> dict[str, Any]:
    return {
        **story,
        "vendor": device.vendor,
        "webdriver": False,
        "clock": _clock(device, story["timezone"]),
        "screen": {**device.screen, "zoom": 1},
        "plugins": device.plugins,
        "engine": _engine(device),
        "automation": _NO_TRACES,
        "permissions": _permissions(device, random),
        "interaction": counts,
    }


def _timing(random: Random, seconds: float) -> dict[str, float]:
    """They read for some seconds before they fill in; clocks are off by some as well."""
    opened = round((seconds + max(random.lognormvariate(1.8, 1), 1.0)) * 1000)
    skew = round(random.gauss(0, 20_000))
    return {"open_to_verdict_ms": opened, "page_open_ms": opened + random.randrange(5, 150), "clock_skew_ms": skew}


def visit(
    random: Random, device: Device, zone: str, languages: list[str], where: tuple[str, Network]
) -> dict[str, Any]:
    """One visit on record (docs/protocol.md, section 6). The zone and languages are the machine's; the browser may name others."""
    device = zoomed(random, device)
    languages = list(device.languages or languages)
    counts, seconds = fill(random, device, languages)
    story = _story(device, device.zone or zone, languages)
    rooms, missing = _rooms(device, story)
    quiz, seed = _quiz(device, random)
    signals = {**_signals(random, device, story, counts), **rooms, "quiz": quiz}
    lacking = {name: "unsupported" for name in ("client_hints", "webgl") if name not in signals}
    moved = device.mobile and random.random() < MOVED
    ip, network = where
    return {
        "site": "population",
        "action": "signup",
        "ip": ip,
        "network": msgspec.to_builtins(network),
        "headers": headers(device, languages),
        "signals": signals,
        "missing": {**lacking, **missing},
        "timing": _timing(random, seconds),
        "opened": {"user_agent": "same", "address": "changed" if moved else "same", "quiz": seed},
        "expect": "human",
    }
