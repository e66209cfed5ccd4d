"""The pointer: what a mouse cannot help saying of itself."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.words import many
from hushgate.examples import CHROME, CHROME_LINUX, CHROME_MAC, FIREFOX_LINUX, MOUSE
from hushgate.registry import Tier, check
from hushgate.signals import Interaction, Screen

_PLAIN = {"pixel_ratio": 1}


@check(
    "mouse-without-pressure",
    title="The mouse was pressed with no pressure",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"interaction": {"bound": True, "mouse": 4, "pressureless": 4}}],
    passes=[{"interaction": MOUSE}, {"interaction": {"bound": True}}, {"interaction": {"touch": 3, "pressureless": 0}}],
    wrong_about="Remote-control and assistive tools that make up mouse events.",
    counts=("pressureless",),
)
def mouse_without_pressure(interaction: Interaction) -> str | None:
    """A pressed mouse has a pressure of 0.5 (W3C Pointer Events); events that a driver makes up have 0."""
    if interaction.mouse and interaction.pressureless == interaction.mouse:
        return f"{many(interaction.mouse, 'press', 'presses')} of the mouse, and no pressure"
    return None


@check(
    "moves-not-coalesced",
    title="Not one move of the pointer was coalesced",
    tier=Tier.NOTE,
    flags=[{"interaction": {"mouse": 4, "raw": 300, "coalesced_moves": 300}}],
    passes=[{"interaction": MOUSE}, {"interaction": {"mouse": 4, "raw": 40, "coalesced_moves": 40}}],
    wrong_about="Not known for fast screens and remote desktops: a note until it is.",
)
def moves_not_coalesced(interaction: Interaction) -> str | None:
    """A mouse reports more often than the screen is drawn, so moves are bundled; a driver's come one by one."""
    if interaction.coalesced_moves < 150 or interaction.touch:
        return None
    ratio = interaction.raw / interaction.coalesced_moves
    return f"{interaction.coalesced_moves} moves, {ratio:.2f} reports for each" if 0.99 <= ratio <= 1.02 else None


@check(
    "moves-numbered",
    title="The mouse was moved by clicks",
    tier=Tier.SOFT,
    weight=74,
    flags=[
        {"user_agent": FIREFOX_LINUX, "interaction": {**MOUSE, "numbered": 260}},
        {"user_agent": FIREFOX_LINUX, "interaction": {"bound": True, "mouse": 4, "moves": 4, "numbered": 4}},
    ],
    passes=[
        {"user_agent": FIREFOX_LINUX, "interaction": MOUSE},
        {"user_agent": FIREFOX_LINUX, "interaction": {**MOUSE, "numbered": 30}},
        {"user_agent": FIREFOX_LINUX, "interaction": {"bound": True, "mouse": 2, "moves": 9, "numbered": 9}},
        {"user_agent": CHROME_LINUX, "interaction": {**MOUSE, "numbered": 260}},
    ],
    wrong_about="Nobody known: a Firefox on Windows goes on counting within four pixels of a click, so nearly all moves must be counted.",
    counts=("numbered",),
)
def moves_numbered(browser: Browser, interaction: Interaction) -> str | None:
    """A mouse that moves has clicked no times; Firefox's drivers make up a move with the same call as a click, and it says 1.

    Sources: UI Events, mousemove (its detail is 0); sLastClickCount in Firefox's widget/windows; synthesizeMouseEvent, whose default is 1.
    """
    few = interaction.mouse < 3 or interaction.numbered < 3
    if browser.engine != "gecko" or few or interaction.numbered * 10 < interaction.moves * 9:
        return None
    return f"{interaction.numbered} of {many(interaction.moves, 'move', 'moves')} of the mouse said to be a click"


@check(
    "pressed-elsewhere",
    title="The mouse was pressed where it had not moved to",
    tier=Tier.SOFT,
    weight=50,
    flags=[{"interaction": {"bound": True, "mouse": 4, "moves": 1, "jumps": 4}}],
    passes=[
        {"interaction": MOUSE},
        {"interaction": {**MOUSE, "jumps": 1}},
        {"interaction": {"bound": True, "mouse": 4, "touch": 2, "jumps": 3}},
        {"interaction": {"bound": True, "mouse": 4, "moves": 0}},
    ],
    wrong_about="Touch screens that pose as a mouse, over some remote desktops; hence not strong.",
    counts=("jumps",),
)
def pressed_elsewhere(interaction: Interaction) -> str | None:
    """A mouse moves to a place before it is pressed there, in one step at the least; a driver sends a press with a place in it."""
    if interaction.jumps < 2 or interaction.jumps * 3 < interaction.mouse or interaction.touch or interaction.pen:
        return None
    return (
        f"{interaction.jumps} of {many(interaction.mouse, 'press was', 'presses were')} away from where the mouse was"
    )


def _aimed(interaction: Interaction) -> bool:
    """Whether every click hit the centre to the pixel, with hardly a move: which no mouse does, between pixels or not."""
    presses = interaction.presses
    return presses is not None and 0 < presses.n == presses.centred and interaction.moves <= 2 * presses.n


@check(
    "pointer-between-pixels",
    title="The mouse was between two pixels of a screen that has nothing there",
    tier=Tier.SOFT,
    weight=60,
    flags=[
        {"user_agent": CHROME, "screen": _PLAIN, "interaction": {"mouse": 1, "moves": 2, "fractional": 3}},
        {"user_agent": CHROME_LINUX, "x_window": True, "screen": _PLAIN, "interaction": {"mouse": 1, "fractional": 3}},
        {
            "user_agent": CHROME_LINUX,
            "screen": _PLAIN,
            "interaction": {"mouse": 1, "moves": 2, "fractional": 3, "presses": {"n": 1, "centred": 1}},
        },
    ],
    passes=[
        {"user_agent": CHROME, "screen": _PLAIN, "interaction": MOUSE},
        {
            "user_agent": CHROME,
            "screen": {"pixel_ratio": 1.25},
            "interaction": {"mouse": 1, "moves": 90, "fractional": 80},
        },
        {"user_agent": CHROME, "screen": _PLAIN, "interaction": {"mouse": 1, "pen": 1, "fractional": 9}},
        {"user_agent": CHROME_MAC, "screen": _PLAIN, "interaction": {"mouse": 1, "moves": 9, "fractional": 9}},
        {"user_agent": CHROME_LINUX, "screen": _PLAIN, "interaction": {"mouse": 3, "moves": 140, "fractional": 143}},
        {
            "user_agent": CHROME_LINUX,
            "screen": _PLAIN,
            "interaction": {"mouse": 1, "fractional": 3, "presses": {"n": 1}},
        },
    ],
    wrong_about="Nobody known: zoom and scaled screens change the ratio of pixels. Left out are macOS, where it was not measured, and "
    "Wayland, whose mouse is between pixels for everybody.",
    counts=("fractional",),
)
def pointer_between_pixels(
    browser: Browser, screen: Screen, interaction: Interaction, x_window: bool = False
) -> str | None:
    """A driver works out the middle of an element, and the middle is often half a pixel off."""
    known = browser.system == "windows" or x_window or (browser.system == "linux" and _aimed(interaction))
    plain = screen.pixel_ratio == 1 and (screen.zoom or 1) == 1 and known
    if not plain or interaction.fractional < 2 or not interaction.mouse or interaction.touch or interaction.pen:
        return None
    return f"{interaction.fractional} events of the mouse lie between two pixels"
