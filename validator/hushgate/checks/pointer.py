"""The pointer: pressure, coalescing, and where clicks land."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.registry import Tier, check
from hushgate.signals import Interaction, Screen

_WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

_HAND = {
    "bound": True,
    "mouse": 4,
    "moves": 260,
    "raw": 400,
    "coalesced_moves": 260,
    "presses": {"n": 4, "centred": 0, "held_p50": 82.0, "held_min": 61.0, "moves_before_min": 9},
}


@check(
    "mouse-without-pressure",
    title="The mouse was pressed with no pressure",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"interaction": {"bound": True, "mouse": 4, "pressureless": 4}}],
    passes=[{"interaction": _HAND}, {"interaction": {"bound": True}}, {"interaction": {"touch": 3, "pressureless": 0}}],
    wrong_about="Remote-control and assistive tools that make up mouse events.",
)
def mouse_without_pressure(interaction: Interaction) -> str | None:
    """A pressed mouse has a pressure of 0.5 (W3C Pointer Events); events that a driver makes up have 0."""
    if interaction.mouse and interaction.pressureless == interaction.mouse:
        return f"the mouse was pressed {interaction.mouse} times, and never with any pressure"
    return None


@check(
    "clicks-centred",
    title="Every click hit the dead centre",
    tier=Tier.SOFT,
    weight=50,
    flags=[{"interaction": {"mouse": 4, "presses": {"n": 4, "centred": 4}}}],
    passes=[
        {"interaction": _HAND},
        {"interaction": {"mouse": 1, "presses": {"n": 1, "centred": 1}}},
        {"interaction": {"presses": {"n": 3, "centred": 3, "detail0": 3}}},
    ],
    wrong_about="Voice control and switches, which click the middle of what they name: they press no mouse.",
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
        {"interaction": _HAND},
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
        {"interaction": _HAND},
        {"interaction": {"mouse": 1, "presses": {"n": 1, "held_p50": 11.0}}},
        {"interaction": {"keydowns": 9, "presses": {"n": 1, "held_p50": 0.0, "detail0": 1}}},
    ],
    wrong_about="People whose assistive tool clicks for them; touchpads that click on a tap hold for 20 ms and more.",
)
def clicks_too_short(interaction: Interaction) -> str | None:
    """A finger takes 50 to 120 ms; a driver that is not told otherwise takes none."""
    presses = interaction.presses
    if presses is None or not interaction.mouse or presses.held_p50 is None:
        return None
    least = 15 if presses.n >= 3 else 5
    return f"the button was held for {presses.held_p50:g} ms" if presses.held_p50 < least else None


@check(
    "moves-not-coalesced",
    title="Not one move of the pointer was coalesced",
    tier=Tier.NOTE,
    flags=[{"interaction": {"mouse": 4, "raw": 300, "coalesced_moves": 300}}],
    passes=[{"interaction": _HAND}, {"interaction": {"mouse": 4, "raw": 40, "coalesced_moves": 40}}],
    wrong_about="Not known for fast screens and remote desktops: a note until it is.",
)
def moves_not_coalesced(interaction: Interaction) -> str | None:
    """A mouse reports more often than the screen is drawn, so moves are bundled; a driver's come one by one."""
    if interaction.coalesced_moves < 150 or interaction.touch:
        return None
    ratio = interaction.raw / interaction.coalesced_moves
    return f"{interaction.coalesced_moves} moves, {ratio:.2f} reports for each" if 0.99 <= ratio <= 1.02 else None


@check(
    "pointer-between-pixels",
    title="The mouse was between two pixels of a screen that has nothing there",
    tier=Tier.SOFT,
    weight=60,
    flags=[
        {"user_agent": _WINDOWS, "screen": {"pixel_ratio": 1}, "interaction": {"mouse": 1, "moves": 2, "fractional": 3}}
    ],
    passes=[
        {"user_agent": _WINDOWS, "screen": {"pixel_ratio": 1}, "interaction": _HAND},
        {
            "user_agent": _WINDOWS,
            "screen": {"pixel_ratio": 1.25},
            "interaction": {"mouse": 1, "moves": 90, "fractional": 80},
        },
        {"user_agent": _WINDOWS, "screen": {"pixel_ratio": 1}, "interaction": {"mouse": 1, "pen": 1, "fractional": 9}},
        {"user_agent": _MAC, "screen": {"pixel_ratio": 1}, "interaction": {"mouse": 1, "moves": 9, "fractional": 9}},
    ],
    wrong_about="Nobody known: zoom and scaled screens change the ratio of pixels. macOS is left out, where it was not measured.",
)
def pointer_between_pixels(browser: Browser, screen: Screen, interaction: Interaction) -> str | None:
    """A driver works out the middle of an element, and the middle is often half a pixel off."""
    plain = screen.pixel_ratio == 1 and (screen.zoom or 1) == 1 and browser.system != "macos"
    if not plain or interaction.fractional < 2 or not interaction.mouse or interaction.touch or interaction.pen:
        return None
    return f"{interaction.fractional} events of the mouse lie between two pixels"
