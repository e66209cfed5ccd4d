"""What kind of window system hands the page its input."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.core import Missing, derived
from hushgate.signals import Interaction, Screen

_X_BORDERS = 8
_MOVES, _TAPS = 30, 3
_UNLIKELY = Missing("not likely a mouse of an X server")


@derived
def linux_borders(browser: Browser, screen: Screen, platform: str) -> float | Missing:
    """Pixels that the window of a Chromium on Linux is wider than its page, on a screen and in a page without zoom."""
    plain = screen.pixel_ratio == 1 and (screen.zoom or 1) == 1
    linux = browser.system == "linux" and platform.startswith(("Linux x86", "Linux i"))
    if not plain or not linux or browser.engine != "blink":
        return Missing("not Chromium on Linux, or zoomed")
    return (screen.outer_width or 0) - (screen.inner_width or 0)


@derived
def x_window(linux_borders: float) -> bool | Missing:
    """True where the window is surely an X server's: a Chromium on Linux with the plain border of four pixels on each side.

    Chromium draws that border where there is no compositor to draw a shadow; under Wayland it draws a shadow, 16 pixels wide, or
    nothing. Measured on Chromium 156 under openbox and under Weston 10. Elsewhere nothing is known, which is not False.
    """
    return True if linux_borders == _X_BORDERS else Missing("not surely a window of an X server")


@derived
def x_pointer(linux_borders: float, interaction: Interaction) -> bool | Missing:
    """True where mouse or fingers are likely an X server's: Chromium on Linux without borders (as large as the screen), and only whole pixels.

    An X server hands Chromium whole pixels (both were measured); a Wayland compositor the finer places that a hand's mouse, or a
    finger, comes to. The two that do not are remote desktops and virtual machines under Wayland: likely, not sure.
    """
    enough = (interaction.mouse and interaction.moves >= _MOVES) or interaction.touch >= _TAPS
    return True if enough and not interaction.fractional and not linux_borders else _UNLIKELY
