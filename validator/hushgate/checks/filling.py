"""How the form came to hold what it holds."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.words import many
from hushgate.examples import CHROME_LINUX
from hushgate.registry import Tier, check
from hushgate.signals import Interaction

FAST_MS = 800
_TYPED = {"bound": True, "filled": 3, "inputs": 30, "typed": 30, "keydowns": 32, "focuses": 3}
_COMPOSED = {"bound": True, "filled": 3, "inputs": 65, "composed": 65, "mouse": 4, "focuses": 4}
_AUTOFILLED = {"bound": True, "filled": 3, "inputs": 3, "autofilled": 3, "focuses": 1}


@check(
    "filled-without-input",
    title="The form holds values, and no event tells how they came there",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"interaction": {"bound": True, "filled": 3, "scripted": 3}}, {"interaction": {"bound": True, "filled": 2}}],
    passes=[
        {"interaction": _TYPED},
        {"interaction": _AUTOFILLED},
        {"interaction": {"bound": True, "filled": 0}},
        {"interaction": {"bound": False}},
        {
            "interaction": {
                "bound": True,
                "filled": 2,
                "scripted": 1,
                "inputs": 12,
                "typed": 12,
                "keydowns": 12,
                "focuses": 1,
            }
        },
    ],
    wrong_about="Forms that the page itself fills in, and password managers that set values without an event.",
)
def filled_without_input(interaction: Interaction) -> str | None:
    """Absence is a sign of its own: a form filled in by script must not pass because there was too little to measure."""
    if not interaction.bound or not interaction.filled:
        return None
    untouched = interaction.inputs == 0 and interaction.autofilled == 0
    if untouched or interaction.scripted >= interaction.filled:
        return f"{many(interaction.filled, 'field holds a value', 'fields hold values')}, and nothing was typed, pasted or filled in by the browser"
    return None


@check(
    "inserted-without-keys",
    title="Text appeared in the fields with no key pressed, nothing pasted, and no help of the browser",
    tier=Tier.SOFT,
    weight=55,
    flags=[
        {"interaction": {**_TYPED, "bulk": 3, "typed": 0, "keydowns": 0}},
        {"interaction": {**_TYPED, "typed": 0, "keyless": 30}},
    ],
    passes=[
        {"interaction": _TYPED},
        {"interaction": _AUTOFILLED},
        {"interaction": {**_TYPED, "pasted": 2, "typed": 4}},
        {"interaction": {**_TYPED, "touch": 3, "keyless": 20}},
        {"interaction": {**_TYPED, "bulk": 1}},
    ],
    wrong_about="Password managers and dictation that name no kind of input, and on-screen keyboards.",
    counts=("bulk", "keyless"),
)
def inserted_without_keys(interaction: Interaction) -> str | None:
    """A driver's fill() inserts text as nobody at a keyboard can."""
    if interaction.touch or interaction.pen or not interaction.filled:
        return None
    if interaction.bulk >= max(2, interaction.filled - 1):
        return f"whole values were inserted into {interaction.bulk} fields with no key pressed"
    if interaction.keyless >= 6 and interaction.keyless > 2 * interaction.typed:
        return f"{interaction.keyless} characters were inserted with no key pressed"
    return None


@check(
    "composed-without-keys",
    title="The whole form was composed, as by an input method, with no key pressed",
    tier=Tier.NOTE,
    flags=[{"user_agent": CHROME_LINUX, "interaction": _COMPOSED}],
    passes=[
        {"user_agent": CHROME_LINUX, "interaction": {**_COMPOSED, "keydowns": 58}},
        {"user_agent": CHROME_LINUX, "interaction": {**_COMPOSED, "inputs": 67, "pasted": 2}},
        {"user_agent": CHROME_LINUX, "interaction": {**_COMPOSED, "touch": 4}},
        {"user_agent": CHROME_LINUX, "interaction": {**_COMPOSED, "inputs": 4, "composed": 4}},
        {"user_agent": CHROME_LINUX.replace("X11; Linux x86_64", "Linux; Android 10; K"), "interaction": _COMPOSED},
    ],
    wrong_about="People who write by pen or by voice into every field: Chromium hands on what an input method composes without a key"
    " (InputMethodAuraLinux::OnCommit). Password fields have no input method, but which field it was is not told: hence a note.",
    counts=("composed",),
)
def composed_without_keys(browser: Browser, interaction: Interaction) -> str | None:
    """An input method at a keyboard hears keys, and the page hears of each; a driver composes with none (Input.imeSetComposition)."""
    desktop = browser.engine == "blink" and browser.system in ("linux", "windows", "macos")
    by_hand = interaction.keydowns or interaction.touch or interaction.pen
    if not desktop or by_hand or not 12 <= interaction.composed == interaction.inputs:
        return None
    return f"{interaction.composed} pieces of text were composed, and no key was pressed"


@check(
    "events-untrusted",
    title="Events on the form were made by a script",
    tier=Tier.SOFT,
    weight=30,
    flags=[
        {"interaction": {"bound": True, "filled": 2, "untrusted": 12}},
        {"interaction": {"bound": True, "filled": 2, "inputs": 2, "untrusted": 12, "focuses": 2}},
    ],
    passes=[
        {"interaction": _TYPED},
        {"interaction": {**_AUTOFILLED, "untrusted": 12}},
        {"interaction": {**_TYPED, "untrusted": 4}},
    ],
    wrong_about="Password managers: they make events of their own, so most of the form must have come that way.",
    counts=("untrusted",),
)
def events_untrusted(interaction: Interaction) -> str | None:
    """IsTrusted is false for what a script dispatches, and no script can set it."""
    if interaction.autofilled or interaction.untrusted == 0 or interaction.typed or interaction.pasted:
        return None
    return f"{many(interaction.untrusted, 'event was', 'events were')} made by a script, and none by a hand"


@check(
    "no-hand",
    title="The form was filled in and sent with no key, no press, no touch and no field entered",
    tier=Tier.SOFT,
    weight=80,
    flags=[
        {
            "interaction": {
                "bound": True,
                "filled": 3,
                "inputs": 3,
                "autofilled": 3,
                "untrusted": 4,
                "clicks": 1,
                "moves": 1,
            }
        },
        {"interaction": {"bound": True, "filled": 3, "scripted": 3, "untrusted": 1, "clicks": 1}},
    ],
    passes=[
        {"interaction": _TYPED},
        {"interaction": _AUTOFILLED},
        {"interaction": {**_AUTOFILLED, "untrusted": 14, "keydowns": 1}},
        {
            "interaction": {
                "bound": True,
                "filled": 3,
                "inputs": 3,
                "autofilled": 3,
                "untrusted": 9,
                "downs": 1,
                "mouse": 1,
            }
        },
        {"interaction": {"bound": True, "filled": 3, "autofilled": 3, "clicks": 1, "presses": {"n": 1, "detail0": 1}}},
        {"interaction": {"bound": True, "filled": 0, "untrusted": 3}},
    ],
    wrong_about="People whose password manager fills in and sends the form by itself, and enters no field to do so.",
    counts=("untrusted", "scripted"),
)
def no_hand(interaction: Interaction) -> str | None:
    """A script sets values, makes up their events and presses the button; somebody at the machine leaves a trace of it."""
    hand = interaction.downs + interaction.keydowns + interaction.touches + interaction.focuses + interaction.composed
    made = interaction.untrusted + interaction.scripted
    if not interaction.bound or not interaction.filled or hand or not made:
        return None
    return f"{many(interaction.filled, 'field was', 'fields were')} filled in and sent by a script: no key, no press, no touch"


@check(
    "filled-too-fast",
    title="The form was sent within a moment of being opened",
    tier=Tier.SOFT,
    weight=35,
    flags=[{"timing": {"open_to_verdict_ms": 300}, "interaction": _AUTOFILLED}],
    passes=[
        {"timing": {"open_to_verdict_ms": 2500}, "interaction": {"bound": True, "filled": 3}},
        {"timing": {"open_to_verdict_ms": 300}, "interaction": {"bound": False}},
        {"timing": {"open_to_verdict_ms": 300}, "interaction": {"bound": True, "filled": 3}, "action": "pageview"},
    ],
    wrong_about="Autofill and Enter on a fast machine: 11 % of people are under 2 s, so the limit is 0.8 s.",
)
def filled_too_fast(open_ms: float, interaction: Interaction, action: str = "") -> str | None:
    """By the gate's own clock, which the page cannot set."""
    if open_ms >= FAST_MS or not interaction.bound or not interaction.filled or action == "pageview":
        return None
    return f"the form was filled in and sent within {open_ms / 1000:.1f} s"
