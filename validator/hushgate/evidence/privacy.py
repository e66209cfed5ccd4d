"""Browsers and settings that change what is seen for everybody who uses them, recognised by what they cannot help.

A class is established from several traits that only the real thing has together, never from one claim, because a class
switches checks off: claiming it must not buy anything. Each class names its source.
"""

from __future__ import annotations

import enum

from hushgate.evidence.browser import Browser
from hushgate.evidence.core import derived
from hushgate.signals import Engine, Hardware, Screen, WebGL


class Privacy(enum.Enum):
    """A class of visits for which some checks say nothing."""

    RESISTS_FINGERPRINTING = "Firefox with resistFingerprinting, or Tor Browser"
    MASKS_GRAPHICS = "WebKit, which names Apple's GPU on every machine"
    DESKTOP_SITE = "a phone or tablet that asks for the desktop site"
    WEBVIEW = "an app's own browser"


_RFP_ZONES = {"UTC", "Etc/UTC", "Atlantic/Reykjavik"}


def _resists(browser: Browser, engine: Engine | None, timezone: str, hardware: Hardware | None) -> bool:
    """Gecko by its own error stacks, the clock in UTC, and the one core count that resistFingerprinting reports.

    Source: toolkit/components/resistfingerprinting in Firefox (spoofed time zone and hardwareConcurrency).
    """
    gecko = engine is not None and engine.error_shape == "gecko" and engine.eval_length == 37
    cores = hardware is not None and hardware.concurrency in {2, 4, 8}
    return browser.engine == "gecko" and gecko and timezone in _RFP_ZONES and cores


def _masks(engine: Engine | None, webgl: WebGL | None) -> bool:
    """WebKit by its error stacks, with the masked renderer that WebKit gives everywhere."""
    webkit = engine is not None and engine.error_shape != "v8" and engine.eval_length == 37
    return webkit and webgl is not None and (webgl.renderer or "").startswith("Apple")


def _desktop_site(browser: Browser, hardware: Hardware | None, screen: Screen | None, platform: str) -> bool:
    """A desktop's user agent on a machine with a touch screen, no second sign of a desktop, and a mobile platform."""
    touch = hardware is not None and (hardware.touch_points or 0) > 1
    if browser.system == "macos":
        return touch and platform in {"MacIntel", "iPhone", "iPad"}
    arm = platform.startswith(("Linux arm", "Linux aarch64"))
    return browser.system == "linux" and touch and arm and screen is not None


@derived
def privacy(
    browser: Browser,
    engine: Engine | None = None,
    timezone: str = "",
    hardware: Hardware | None = None,
    webgl: WebGL | None = None,
    screen: Screen | None = None,
    platform: str = "",
) -> frozenset[Privacy]:
    """The classes this visit belongs to."""
    found = {
        Privacy.RESISTS_FINGERPRINTING: _resists(browser, engine, timezone, hardware),
        Privacy.MASKS_GRAPHICS: browser.engine == "webkit" and _masks(engine, webgl),
        Privacy.DESKTOP_SITE: _desktop_site(browser, hardware, screen, platform),
        Privacy.WEBVIEW: browser.webview,
    }
    return frozenset(kind for kind, holds in found.items() if holds)
