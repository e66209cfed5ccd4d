"""Clicks on the form: where they land, how long they are held, what comes before."""

from __future__ import annotations

from hushgate.evidence.privacy import Privacy
from hushgate.examples import MOUSE
from hushgate.registry import Tier, check
from hushgate.signals import Interaction

_TYPED = {"bound": True, "filled": 3, "inputs": 40, "typed": 40, "keydowns": 44}


@check(
    "clicks-centred",
    title="Every click hit the dead centre",
    tier=Tier.SOFT,
    weight=45,
    flags=[
        {"interaction": {"mouse": 4, "presses": {"n": 4, "centred": 4}}},
        {"interaction": {"mouse": 4, "moves": 200, "presses": {"n": 4, "centred": 4}}},
    ],
    passes=[
        {"interaction": MOUSE},
        {"interaction": {"mouse": 1, "presses": {"n": 1, "centred": 1}}},
        {"interaction": {"presses": {"n": 3, "centred": 3, "detail0": 3}}},
    ],
    wrong_about="Screen readers, voice control and switches that click the middle of what they name; hence never alone.",
)
def clicks_centred(interaction: Interaction) -> str | None:
    """Drivers aim at the middle of the element; hands do not."""
    presses = interaction.presses
    if presses is None or presses.n < 3 or not interaction.mouse or presses.detail0:
        return None
    return f"all {presses.n} clicks hit the centre to the pixel" if presses.centred == presses.n else None


@check(
    "clicks-without-way",
    title="Clicks in different places, with no way of the pointer between them",
    tier=Tier.SOFT,
    weight=40,
    flags=[{"interaction": {"mouse": 4, "moves": 4, "presses": {"n": 4, "moves_before_min": 1}}}],
    passes=[
        {"interaction": MOUSE},
        {"interaction": {"mouse": 1, "moves": 0, "presses": {"n": 1, "moves_before_min": 0}}},
        {"interaction": {"mouse": 4, "touch": 1, "moves": 2, "presses": {"n": 4}}},
    ],
    wrong_about="Pens and remote desktops that send few moves.",
)
def clicks_without_way(interaction: Interaction) -> str | None:
    """A mouse has to get there: from one field to the next it is dozens of moves."""
    presses = interaction.presses
    if presses is None or presses.n < 3 or interaction.mouse < 3 or interaction.touch or interaction.pen:
        return None
    return f"{presses.n} clicks, and {interaction.moves} moves in all" if interaction.moves <= 2 * presses.n else None


@check(
    "clicks-too-short",
    title="The mouse button was never held",
    tier=Tier.SOFT,
    weight=40,
    flags=[
        {"interaction": {"mouse": 4, "presses": {"n": 4, "held_p50": 11.0, "held_min": 9.0}}},
        {"interaction": {"mouse": 1, "presses": {"n": 1, "held_p50": 1.3, "held_min": 1.3}}},
    ],
    passes=[
        {"interaction": MOUSE},
        {"interaction": {"mouse": 1, "presses": {"n": 1, "held_p50": 11.0}}},
        {"interaction": {"keydowns": 9, "presses": {"n": 1, "held_p50": 0.0, "detail0": 1}}},
    ],
    wrong_about="People whose assistive tool clicks for them; touchpads that click on a tap hold for 20 ms and more.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
)
def clicks_too_short(interaction: Interaction) -> str | None:
    """A finger takes 50 to 120 ms; a driver that is not told otherwise takes none."""
    presses = interaction.presses
    if presses is None or not interaction.mouse or presses.held_p50 is None:
        return None
    least = 15 if presses.n >= 3 else 5
    return f"the button was held for {presses.held_p50:g} ms" if presses.held_p50 < least else None


@check(
    "clicks-by-script",
    title="Every click on the form was made by a script",
    tier=Tier.SOFT,
    weight=40,
    flags=[
        {"interaction": {"bound": True, "filled": 3, "untrusted": 4, "presses": {"n": 4, "detail0": 4, "negative": 4}}},
        {"interaction": {**_TYPED, "untrusted": 4, "presses": {"n": 4, "detail0": 4, "negative": 4}}},
    ],
    passes=[
        {"interaction": MOUSE},
        {"interaction": {"bound": True, "filled": 3, "presses": {"n": 4, "detail0": 4, "negative": 4}}},
        {"interaction": {**MOUSE, "downs": 4, "untrusted": 5, "presses": {"n": 4, "detail0": 4, "negative": 4}}},
        {"interaction": {"bound": True, "filled": 3, "untrusted": 1, "presses": {"n": 1, "detail0": 1, "negative": 1}}},
    ],
    wrong_about="People whose voice or switch control is a browser extension, which clicks by script as well; hence little.",
    counts=("untrusted",),
)
def clicks_by_script(interaction: Interaction) -> str | None:
    """HTMLElement.click() has no pointer, and its event is not trusted; keys and assistive tools of the system make trusted ones."""
    presses = interaction.presses
    if presses is None or presses.n < 2 or interaction.downs or interaction.touches:
        return None
    made = presses.detail0 == presses.n == presses.negative and interaction.untrusted >= presses.n
    return f"all {presses.n} clicks were made by a script" if made else None
