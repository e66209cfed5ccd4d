"""Screen, window and viewport: sizes that no window has."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.examples import CHROME, CHROME_ANDROID
from hushgate.registry import Tier, check
from hushgate.signals import Screen

_DESKTOP = ("windows", "macos", "linux", "chromeos")
_PLAIN = {
    "width": 1920,
    "height": 1080,
    "outer_width": 1400,
    "outer_height": 900,
    "inner_width": 1400,
    "inner_height": 813,
    "zoom": 1,
}


@check(
    "window-smaller-than-view",
    title="The window is smaller than what it shows",
    tier=Tier.SOFT,
    weight=35,
    flags=[{"user_agent": CHROME, "screen": {**_PLAIN, "inner_width": 1800}}],
    passes=[
        {"user_agent": CHROME, "screen": _PLAIN},
        {"user_agent": CHROME_ANDROID, "screen": {**_PLAIN, "inner_width": 1800}},
        {"user_agent": CHROME, "screen": {**_PLAIN, "inner_width": 1800, "pixel_ratio": 0.75}},
        {"user_agent": CHROME, "screen": {**_PLAIN, "outer_width": 0, "outer_height": 0}},
    ],
    wrong_about="People who zoom out: the ratio of pixels tells, and the check then says nothing.",
)
def window_smaller_than_view(browser: Browser, screen: Screen) -> str | None:
    """Emulated viewports are larger than the window that they are shown in."""
    if (
        browser.system not in _DESKTOP
        or not screen.outer_width
        or not screen.inner_width
        or (screen.pixel_ratio or 1) < 1
    ):
        return None
    if screen.inner_width <= screen.outer_width + 1 or (screen.zoom or 1) != 1 or _zoomed_out(screen):
        return None
    return f"the view is {screen.inner_width:g} wide, the window {screen.outer_width:g}"


def _zoomed_out(screen: Screen) -> bool:
    """Whether the view is larger than the window by one of the steps in which browsers zoom: 90, 80, 75, 67, 50, 33, 25 %."""
    share = (screen.outer_width or 0) / (screen.inner_width or 1)
    return any(abs(share - step) < 0.02 for step in (0.9, 0.8, 0.75, 0.67, 0.5, 0.33, 0.25))


@check(
    "view-is-screen",
    title="The view is as large as the screen, and the window larger",
    tier=Tier.SOFT,
    weight=40,
    flags=[
        {
            "user_agent": CHROME,
            "screen": {
                "width": 1280,
                "height": 720,
                "inner_width": 1280,
                "inner_height": 720,
                "outer_width": 1288,
                "outer_height": 805,
            },
        }
    ],
    passes=[
        {"user_agent": CHROME, "screen": _PLAIN},
        {
            "user_agent": CHROME,
            "screen": {
                "width": 1280,
                "height": 720,
                "inner_width": 1280,
                "inner_height": 720,
                "outer_width": 1280,
                "outer_height": 720,
            },
        },
        {
            "user_agent": CHROME_ANDROID,
            "screen": {"width": 390, "height": 844, "inner_width": 390, "inner_height": 844, "outer_height": 900},
        },
    ],
    wrong_about="Nobody known: full screen makes all three equal.",
)
def view_is_screen(browser: Browser, screen: Screen) -> str | None:
    """An emulated screen takes the view's size, and the real window does not fit on it."""
    if browser.system not in _DESKTOP or not screen.inner_height or not screen.outer_height:
        return None
    equal = screen.inner_width == screen.width and screen.inner_height == screen.height
    if equal and screen.outer_height > screen.inner_height:
        return f"the screen is {screen.width:g}x{screen.height:g}, the window on it is {screen.outer_height:g} high"
    return None


@check(
    "screen-800x600",
    title="The screen is 800 by 600",
    tier=Tier.SOFT,
    weight=30,
    flags=[{"user_agent": CHROME, "screen": {"width": 800, "height": 600}}],
    passes=[
        {"user_agent": CHROME, "screen": _PLAIN},
        {"user_agent": CHROME_ANDROID, "screen": {"width": 800, "height": 600}},
    ],
    wrong_about="0.5 % of people on very old or virtual screens.",
)
def screen_800x600(browser: Browser, screen: Screen) -> str | None:
    """The default of browsers without a window."""
    if browser.system in _DESKTOP and (screen.width, screen.height) == (800, 600):
        return "the screen is 800 by 600, the default without a window"
    return None
