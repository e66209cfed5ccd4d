"""The keyboard: shift, how long keys are held, and the rhythm."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.registry import Tier, check
from hushgate.signals import Hardware, Interaction

_WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
_IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
_HAND = {
    "bound": True,
    "filled": 3,
    "inputs": 40,
    "typed": 40,
    "keydowns": 44,
    "keyups": 44,
    "rollover": 11,
    "dwell": {"n": 44, "p10": 61.0, "p50": 84.0, "p90": 118.0, "cv": 0.31},
}


@check(
    "capitals-without-shift",
    title="Capital letters were typed with no Shift key",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"user_agent": _WINDOWS, "interaction": {**_HAND, "shiftless": 3}}],
    passes=[
        {"user_agent": _WINDOWS, "interaction": _HAND},
        {"user_agent": _WINDOWS, "interaction": {**_HAND, "shiftless": 2, "touch": 4}},
        {"user_agent": _WINDOWS, "interaction": {**_HAND, "composed": 9, "shiftless": 2}},
        {"user_agent": _IPAD, "hardware": {"touch_points": 5}, "interaction": {**_HAND, "shiftless": 1}},
    ],
    wrong_about="On-screen keyboards and text expanders that press letters in the person's name.",
)
def capitals_without_shift(interaction: Interaction, browser: Browser, hardware: Hardware | None = None) -> str | None:
    """A driver sends the character; a hand has to hold Shift first."""
    tablet = hardware is not None and (hardware.touch_points or 0) > 1 and browser.system in ("ios", "macos", "android")
    helped = tablet or interaction.touch or interaction.composed or interaction.pen
    if not interaction.shiftless or helped:
        return None
    return f"{interaction.shiftless} capital letters were typed with neither Shift nor Caps Lock down"


@check(
    "keys-not-held",
    title="Keys were released as soon as they were pressed",
    tier=Tier.SOFT,
    weight=45,
    flags=[{"interaction": {**_HAND, "dwell": {"n": 40, "p10": 0.2, "p50": 0.6, "p90": 1.1, "cv": 0.5}}}],
    passes=[
        {"interaction": _HAND},
        {"interaction": {**_HAND, "dwell": {"n": 4, "p50": 1.0}}},
        {"interaction": {**_HAND, "touch": 5, "dwell": {"n": 40, "p50": 2.0}}},
    ],
    wrong_about="On-screen keyboards, which have no keys to hold, and remote desktops that bundle events.",
)
def keys_not_held(interaction: Interaction) -> str | None:
    """A finger holds a key for 60 to 130 ms."""
    dwell = interaction.dwell
    if dwell is None or dwell.n < 8 or dwell.p50 is None or interaction.touch or interaction.composed:
        return None
    return f"keys were held for {dwell.p50:g} ms" if dwell.p50 < 20 else None


@check(
    "keys-even",
    title="Every key was held for the same time",
    tier=Tier.SOFT,
    weight=40,
    flags=[{"interaction": {**_HAND, "dwell": {"n": 40, "p10": 49.8, "p50": 50.1, "p90": 50.6, "cv": 0.01}}}],
    passes=[{"interaction": _HAND}, {"interaction": {**_HAND, "dwell": {"n": 5, "p50": 80.0, "cv": 0.1}}}],
    wrong_about="Assistive keyboards with a fixed length of press.",
)
def keys_even(interaction: Interaction) -> str | None:
    """Hands vary by a third; a fixed delay does not."""
    dwell = interaction.dwell
    if dwell is None or dwell.n < 12 or dwell.cv is None or interaction.touch or interaction.composed:
        return None
    return f"{dwell.n} keys were held for the same time, within {dwell.cv:.0%}" if dwell.cv < 0.12 else None


@check(
    "no-rollover",
    title="No key was ever pressed before the one before it was released",
    tier=Tier.NOTE,
    flags=[{"interaction": {**_HAND, "rollover": 0}}],
    passes=[{"interaction": _HAND}, {"interaction": {**_HAND, "typed": 8, "rollover": 0}}],
    wrong_about="Everybody who types with two fingers.",
)
def no_rollover(interaction: Interaction) -> str | None:
    """Practised hands overlap; drivers press and release one by one."""
    if interaction.typed < 25 or interaction.rollover or interaction.touch:
        return None
    return f"{interaction.typed} characters were typed, and no two keys overlapped"
