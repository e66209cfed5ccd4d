"""What kind of window system hands the page its input."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.core import Missing, derived
from hushgate.signals import Screen

_X_BORDERS = 8


@derived
def x_window(browser: Browser, screen: Screen, platform: str) -> bool | Missing:
    """True where the window is surely an X server's: a Chromium on Linux with the plain border of four pixels on each side.

    Chromium draws that border where there is no compositor to draw a shadow; under Wayland it draws a shadow, 16 pixels wide, or
    nothing. Measured on Chromium 156 under openbox and under Weston 10. Elsewhere nothing is known, which is not False.
    """
    borders = (screen.outer_width or 0) - (screen.inner_width or 0)
    plain = screen.pixel_ratio == 1 and (screen.zoom or 1) == 1
    linux = browser.system == "linux" and browser.engine == "blink" and platform.startswith(("Linux x86", "Linux i"))
    return True if linux and plain and borders == _X_BORDERS else Missing("not surely a window of an X server")
