"""How people fill in a form, as the collector counts it (collector_js/src/signals/interaction).

Numbers of moves, dwell and flight lie around those of the two recordings that were made through the X server (tests/visits/people) and published
ones: dwell 60 to 130 ms, a third of variation (V. Dhakal et al., "Observations on Typing from 136 Million Keystrokes", CHI 2018). The shares
of the ways are own estimates; that one in nine is done in two seconds was measured (field notes).
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from population.devices import Device

Counts = dict[str, Any]
Way = Callable[[Random, Device], Counts]


def _spread(random: Random, n: int, middle: float, cv: float) -> Counts:
    p50 = round(random.gauss(middle, middle / 6), 1)
    return {
        "n": n,
        "p10": round(p50 * max(1 - 1.28 * cv, 0.2), 1),
        "p50": p50,
        "p90": round(p50 * (1 + 1.5 * cv), 1),
        "cv": round(cv, 2),
    }


def _rhythm(random: Random, n: int, middle: float = 92.0) -> Counts:
    """Keys held and let go, by practised hands or two fingers."""
    practised = random.random() < 0.6
    return {
        "dwell": _spread(random, n, middle, random.uniform(0.2, 0.45)),
        "flight": _spread(random, max(n - 3, 1), random.uniform(90, 260), random.uniform(0.6, 1.5)),
        "rollover": random.randrange(2, 16) if practised else random.choice((0, 0, 0, 1)),
    }


def _typing(random: Random, n: int) -> Counts:
    slips = random.randrange(0, 6)
    keys = n + 2 * slips + random.randrange(2, 6)
    return {"keydowns": keys, "keyups": keys, "inputs": n + slips, "typed": n, **_rhythm(random, keys)}


def _presses(random: Random, presses: int, moves: int) -> Counts:
    held = random.uniform(60, 130)
    return {
        "n": presses,
        "centred": int(random.random() < 0.04),
        "held_p50": round(held, 1),
        "held_min": round(held * random.uniform(0.5, 1), 1),
        "moves_before_min": min(random.randrange(4, 40), moves),
    }


def _mouse(random: Random, device: Device, presses: int, moves: int) -> Counts:
    shape = {"straightness": (0.2, 0.9), "speed_cv": (0.6, 1.6), "turns": (0.1, 0.6)}
    told = device.engine != "webkit"  # pointerrawupdate
    scaled = bool((device.screen["pixel_ratio"] or 1) % 1)
    return {
        "moves": moves,
        "raw": round(moves * random.uniform(1.28, 1.9)) * told,
        "coalesced_moves": moves * told,
        "gaps": max(moves - 1, 0),
        "whole_gaps": round(moves * random.uniform(0, 0.2)),
        "fractional": round(moves * random.uniform(0.3, 0.9)) * scaled,
        **dict.fromkeys(("downs", "clicks", "mouse"), presses),
        "path": {"n": moves, **{name: round(random.uniform(*ends), 2) for name, ends in shape.items()}},
        "presses": _presses(random, presses, moves),
    }


def mouse_and_keys(random: Random, device: Device) -> Counts:
    """Field after field by the mouse, typed."""
    return {
        "focuses": 4,
        **_mouse(random, device, 4, random.randrange(60, 420)),
        **_typing(random, random.randrange(24, 70)),
    }


def tabs(random: Random, device: Device) -> Counts:
    """One click, then Tab from field to field, then a click on the button."""
    typed = _typing(random, random.randrange(24, 70))
    return {
        "focuses": 4,
        "tabs": 3,
        **_mouse(random, device, 2, random.randrange(30, 250)),
        **typed,
        "keydowns": typed["keydowns"] + 3,
    }


def keys_only(random: Random, device: Device) -> Counts:
    """No mouse at all, or three stray moves of it; Enter sends."""
    stray = random.choice((0, 0, 3))
    moves = {"moves": stray, "raw": stray + 1, "coalesced_moves": stray} if stray and device.engine != "webkit" else {}
    button = {"clicks": 1, "presses": {"n": 1, "centred": 1, "detail0": 1, "negative": 1}}
    return {
        "focuses": 4,
        "tabs": random.randrange(3, 9),
        **moves,
        **button,
        **_typing(random, random.randrange(24, 70)),
    }


def autofill_and_enter(random: Random, _device: Device) -> Counts:
    """The browser fills all in."""
    return {"inputs": 3, "autofilled": 3, "focuses": 1, "keydowns": random.choice((1, 2)), "quick": True}


def autofill_and_click(random: Random, device: Device) -> Counts:
    """The same, sent by the mouse, which may already be there."""
    moves = random.choice((0, 0, 1, 5, 40, 120))
    return {
        "inputs": 3,
        "autofilled": 3,
        "focuses": 2,
        **_mouse(random, device, random.choice((1, 2)), moves),
        "quick": moves < 5,
    }


def manager(random: Random, device: Device) -> Counts:
    """A password manager's extension fills all in, with events of its own."""
    made = {"inputs": 3, "autofilled": 3, "untrusted": random.randrange(6, 24), "focuses": random.randrange(1, 5)}
    return {**made, **_mouse(random, device, random.choice((1, 2)), random.randrange(20, 160))}


def manager_password(random: Random, device: Device) -> Counts:
    """Typed, but for the password, which an extension puts in."""
    typed = _typing(random, random.randrange(20, 44))
    return {
        **mouse_and_keys(random, device),
        **typed,
        "inputs": typed["inputs"] + 1,
        "untrusted": random.randrange(2, 8),
    }


def paste(random: Random, device: Device) -> Counts:
    """Copied from elsewhere, in part."""
    typed = _typing(random, random.randrange(8, 30))
    away = round(random.uniform(800, 15_000), 1)
    return {
        "focuses": 5,
        "pasted": random.choice((1, 2, 3)),
        "hidden_ms": away,
        **_mouse(random, device, 4, random.randrange(60, 300)),
        **typed,
    }


def composed(random: Random, device: Device) -> Counts:
    """An input method for Chinese, Japanese or Korean."""
    return {**mouse_and_keys(random, device), "composed": random.randrange(4, 30), "typed": random.randrange(18, 40)}


def dictated(random: Random, device: Device) -> Counts:
    """Voice: the words come composed or in one piece, and buttons are named."""
    button = {"clicks": 3, "presses": {"n": 3, "centred": 3, "detail0": 3}}
    return {"inputs": 4, "bulk": 1, "composed": 2, "focuses": 3, **button, "slow": True}


def switch(random: Random, _device: Device) -> Counts:
    """A switch or an on-screen keyboard that presses keys one at a time, slowly."""
    button = {"clicks": 1, "presses": {"n": 1, "centred": 1, "detail0": 1, "negative": 1}}
    typed = _typing(random, random.randrange(24, 50))
    return {
        "focuses": 4,
        "tabs": 3,
        **button,
        **typed,
        "rollover": 0,
        "dwell": _spread(random, 40, 240, random.uniform(0.3, 0.8)),
        "slow": True,
    }


def screen_reader(random: Random, _device: Device) -> Counts:
    """A screen reader enters the fields by itself, and presses the button."""
    button = {"clicks": 4, "presses": {"n": 4, "centred": 4, "detail0": 4, "negative": 4}}
    return {
        "focuses": 4,
        "tabs": random.choice((0, 0, 2)),
        **button,
        **_typing(random, random.randrange(24, 50)),
        "slow": True,
    }


def _taps(random: Random, taps: int) -> Counts:
    held = round(random.uniform(40, 120), 1)
    made = {"n": 4, "centred": int(random.random() < 0.1), "held_p50": held, "moves_before_min": 0}
    return {
        **dict.fromkeys(("downs", "clicks", "touch"), taps),
        "touches": taps + random.randrange(0, 12),
        "presses": made,
    }


def fingers(random: Random, device: Device) -> Counts:
    """Thumbs on a phone's own keyboard: names of keys are not told, words come from suggestions."""
    n = random.randrange(24, 60)
    by_word = {"composed": random.randrange(6, 30), "typed": random.randrange(4, n)}
    apple = device.engine == "webkit"
    return {
        **_taps(random, random.randrange(4, 9)),
        "moves": random.randrange(0, 14),
        "scrolls": random.randrange(0, 30),
        "inputs": n,
        "keydowns": n + random.randrange(0, 9),
        "keyups": n,
        "focuses": random.randrange(3, 6),
        "fractional": random.randrange(0, 20),
        **(by_word if random.random() < 0.7 else {"typed": n}),
        **({"replaced": random.randrange(0, 4)} if apple else {"keyless": random.choice((0, 0, 2))}),
    }


def phone_autofill(random: Random, _device: Device) -> Counts:
    """The phone knows it all: two taps."""
    taps = random.choice((2, 3))
    return {
        "touches": taps,
        "downs": taps,
        "clicks": taps,
        "touch": taps,
        "inputs": 3,
        "autofilled": 3,
        "focuses": 2,
        "quick": random.random() < 0.5,
    }


DESKTOP: tuple[tuple[Way, int], ...] = (
    (mouse_and_keys, 430),
    (tabs, 190),
    (keys_only, 40),
    (autofill_and_enter, 60),
    (autofill_and_click, 100),
    (manager, 60),
    (manager_password, 40),
    (paste, 60),
    (dictated, 5),
    (switch, 3),
    (screen_reader, 12),
)
PHONE: tuple[tuple[Way, int], ...] = ((fingers, 820), (phone_autofill, 180))


def _time(random: Random, counts: Counts) -> float:
    """Seconds that the form is in use: log-normal, around 25; a moment where the browser did it all."""
    if counts.pop("quick", False):
        return random.uniform(1.1, 6)
    slow = 4 if counts.pop("slow", False) else 1
    return slow * min(max(random.lognormvariate(3.1, 0.55), 5), 900)


def fill(random: Random, device: Device, languages: list[str]) -> tuple[Counts, float]:
    """What the collector counts of one form, and how many seconds the form was in use."""
    touch = device.mobile or (device.fingers and (device.engine == "webkit" or random.random() < 0.3))
    ways = PHONE if touch else DESKTOP
    way = random.choices([one for one, _ in ways], [share for _, share in ways])[0]
    if way is mouse_and_keys and languages[0][:2] in ("zh", "ja", "ko"):
        way = composed
    counts = way(random, device)
    seconds = _time(random, counts)
    told = {"bound": True, "filled": 3, "form_ms": round(seconds * 1000, 1), **counts}
    return (_whole(told) if device.platform.startswith("Linux x86") else told), seconds


def _whole(counts: Counts) -> Counts:
    """An X server stamps its events with whole milliseconds (checks/grain.py)."""
    kept = dict(counts)
    for name in ("dwell", "flight", "presses"):
        if name in kept:
            kept[name] = {key: value if key in ("n", "cv") else round(value) for key, value in kept[name].items()}
    return {**kept, **({"whole_gaps": kept["gaps"]} if "gaps" in kept else {})}
