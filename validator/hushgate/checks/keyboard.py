"""The keyboard: what its keys cannot help saying of themselves."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.privacy import Privacy
from hushgate.evidence.words import many
from hushgate.examples import CHROME, CHROME_ANDROID, CHROME_LINUX, FIREFOX, SAFARI, TYPIST
from hushgate.registry import Tier, check
from hushgate.signals import Hardware, Interaction


@check(
    "capitals-without-shift",
    title="Capital letters were typed with no Shift key",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"user_agent": CHROME, "interaction": {**TYPIST, "shiftless": 3}}],
    passes=[
        {"user_agent": CHROME, "interaction": TYPIST},
        {"user_agent": CHROME, "interaction": {**TYPIST, "shiftless": 2, "touch": 4}},
        {"user_agent": CHROME, "interaction": {**TYPIST, "composed": 9, "shiftless": 2}},
        {"user_agent": SAFARI, "hardware": {"touch_points": 5}, "interaction": {**TYPIST, "shiftless": 1}},
    ],
    wrong_about="On-screen keyboards and text expanders that press letters in the person's name.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
    counts=("shiftless",),
)
def capitals_without_shift(interaction: Interaction, browser: Browser, hardware: Hardware | None = None) -> str | None:
    """A driver sends the character; a hand has to hold Shift first."""
    tablet = hardware is not None and (hardware.touch_points or 0) > 1 and browser.system in ("ios", "macos", "android")
    helped = tablet or interaction.touch or interaction.composed or interaction.pen
    if not interaction.shiftless or helped:
        return None
    return f"{many(interaction.shiftless, 'capital letter was', 'capital letters were')} typed with neither Shift nor Caps Lock down"


@check(
    "keys-impossible",
    title="Keys were pressed that no keyboard has",
    tier=Tier.SOFT,
    weight=65,
    flags=[
        {"user_agent": CHROME, "interaction": {**TYPIST, "odd_keys": 5}},
        {"user_agent": CHROME, "interaction": {**TYPIST, "typed": 4, "odd_keys": 4}},
    ],
    passes=[
        {"user_agent": CHROME, "interaction": TYPIST},
        {"user_agent": FIREFOX, "interaction": {**TYPIST, "odd_keys": 5}},
        {"user_agent": CHROME, "interaction": {**TYPIST, "odd_keys": 1}},
        {"user_agent": CHROME, "interaction": {**TYPIST, "touch": 2, "odd_keys": 9}},
    ],
    wrong_about="Nobody known: remote desktops and on-screen keyboards go through the system's own table of keys.",
    counts=("odd_keys",),
)
def keys_impossible(browser: Browser, interaction: Interaction) -> str | None:
    """A Shift that is neither the left nor the right one, letters without a number: a driver that makes up a key event leaves out parts.

    Source: UI Events, KeyboardEvent.location and keyCode; Chromium fills both in from the physical key.
    """
    if browser.engine != "blink" or interaction.odd_keys < 2 or interaction.touch:
        return None
    return f"{many(interaction.odd_keys, 'key was pressed that is', 'keys were pressed that are')} on no keyboard"


@check(
    "keys-without-character",
    title="Keys went down with no character waiting behind them",
    tier=Tier.SOFT,
    weight=80,
    flags=[
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "queued": 0}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "queued": 4}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "touch": 4, "queued": 0}},
    ],
    passes=[
        {"user_agent": CHROME_LINUX, "interaction": TYPIST},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "queued": 31}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "queued": 9}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "typed": 12, "queued": 0}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "composed": 4, "queued": 0}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "touch": 4, "queued": 31}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "touch": 12, "keydowns": 3, "queued": 0}},
        {"user_agent": CHROME_ANDROID, "interaction": {**TYPIST, "queued": 0}},
        {"user_agent": CHROME_ANDROID, "interaction": {**TYPIST, "touch": 4, "queued": 0}},
        {"user_agent": FIREFOX, "interaction": {**TYPIST, "queued": 0}},
    ],
    wrong_about="Nobody known. Measured on X: IBus (with libpinyin and Anthy) and fcitx5 (each way their modules have, composing and writing at once),"
    " XIM, dead keys, held keys, VNC, x11vnc, xrdp, touch screens with a keyboard, a busy machine, one processor, quick and slow hands. Not measured:"
    " keyboards on the screen, and input methods under Wayland.",
)
def keys_without_character(browser: Browser, interaction: Interaction, keys_alone: bool) -> str | None:
    """Chromium sends a keyboard's key and its character as two messages, at once; a driver's key is one, or its character comes later.

    So a page that asks at the key whether more is waiting hears yes. Measured: 7 to 10 keys of 10 by hands, on X and on Wayland.
    Sources: WICG, isInputPending; Chromium's InputMethod (ui/base/ime) and Input.dispatchKeyEvent (content/browser/devtools).
    """
    known = browser.engine == "blink" and browser.system == "linux"
    return _alone(interaction) if known and keys_alone else None


@check(
    "keys-without-character-elsewhere",
    title="Keys went down with no character waiting behind them, on a system where that was not measured",
    tier=Tier.NOTE,
    flags=[{"user_agent": CHROME, "interaction": {**TYPIST, "queued": 0}}],
    passes=[
        {"user_agent": CHROME, "interaction": {**TYPIST, "queued": 31}},
        {"user_agent": CHROME_LINUX, "interaction": {**TYPIST, "queued": 0}},
    ],
    wrong_about="Not known: as keys-without-character, and nobody has measured people on Windows and macOS.",
)
def keys_without_character_elsewhere(browser: Browser, interaction: Interaction, keys_alone: bool) -> str | None:
    """Chromium's source sends the two at once there as well; a note until people have shown it."""
    known = browser.engine == "blink" and browser.system in ("windows", "macos")
    return _alone(interaction) if known and keys_alone else None


def _alone(interaction: Interaction) -> str:
    return f"{interaction.typed} characters were typed, and {interaction.queued} were waiting when their key went down"


@check(
    "characters-without-keydown",
    title="Characters were typed by keys that never went down",
    tier=Tier.SOFT,
    weight=70,
    flags=[
        {"interaction": {"bound": True, "filled": 3, "keyless": 49, "clickless_keys": 49}},
        {"interaction": {**TYPIST, "keydowns": 12, "keyless": 10, "typed": 30, "clickless_keys": 28}},
    ],
    passes=[
        {"interaction": TYPIST},
        {"interaction": {**TYPIST, "clickless_keys": 3}},
        {"interaction": {"bound": True, "filled": 3, "touch": 9, "keyless": 40, "clickless_keys": 40}},
        {"interaction": {"bound": True, "filled": 3, "keyless": 40}},
    ],
    wrong_about="People whose extension takes every key down away from the page, and yet lets it write. Left out are fingers: a keyboard on the"
    " screen may hand Chromium on Linux its letters with no key (InputMethodAuraLinux::OnCommit).",
    counts=("clickless_keys",),
)
def characters_without_keydown(interaction: Interaction) -> str | None:
    """A keypress comes of a keydown (UI Events, section 3.5.5); a driver can send the one without the other."""
    if interaction.touch or interaction.clickless_keys < 6 or interaction.clickless_keys <= interaction.keydowns:
        return None
    return f"{many(interaction.clickless_keys, 'character was', 'characters were')} typed by keys that never went down"
