"""Browsers and settings that change what is seen for everybody who uses them, recognised by what they cannot help.

A class is established from several traits that only the real thing has together, never from one claim, because a class
switches checks off: claiming it must not buy anything. Each class names its source.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from hushgate.evidence.browser import Browser
from hushgate.evidence.core import derived
from hushgate.signals import Brand, ClientHints, Clock, Engine, Hardware, Permissions, Screen, WebGL


class Privacy(enum.Enum):
    """A class of visits for which some checks say nothing."""

    RESISTS_FINGERPRINTING = "Firefox with resistFingerprinting, or Tor Browser"
    MASKS_GRAPHICS = "WebKit, which names Apple's GPU on every machine"
    DESKTOP_SITE = "a phone or tablet that asks for the desktop site"
    WEBVIEW = "an app's own browser"
    FARBLES = "Brave, which gives each site numbers of its own"


_V8, _OTHERS = 33, 37
_RFP_ZONES = {"UTC", "Etc/UTC", "Atlantic/Reykjavik"}
_PHONES = ("Linux arm", "Linux aarch64", "Linux i686", "Android")


def _engine_is(engine: Engine | None, length: int, feature: str = "") -> bool:
    """Whether the engine prints its built-ins and lays out its errors so, and has a feature that only this one has."""
    if engine is None or engine.eval_length != length or (engine.error_shape == "v8") != (length == _V8):
        return False
    return not feature or engine.features is None or feature in engine.features


def _all_one_size(screen: Screen | None) -> bool:
    """Whether screen, usable screen and window are of one size, and the view is no larger: in a frame it is the frame's."""
    if screen is None or not screen.inner_width or not screen.inner_height:
        return False
    whole = (screen.width, screen.height)
    others = ((screen.avail_width, screen.avail_height), (screen.outer_width, screen.outer_height))
    inside = screen.inner_width <= (screen.width or 0) and screen.inner_height <= (screen.height or 0)
    return inside and all(other == whole for other in others)


def _resists(
    browser: Browser,
    engine: Engine | None,
    timezone: str,
    clock: Clock | None,
    screen: Screen | None,
    webgl: WebGL | None,
) -> bool:
    """Gecko by its own errors, a clock on UTC all year, a screen that is no larger than the window, and nameless graphics.

    Source: toolkit/components/resistfingerprinting in Firefox; recorded with Firefox ESR 153. Hardware varies by version.
    """
    if browser.engine != "gecko" or not _engine_is(engine, _OTHERS, "mozInnerScreenX"):
        return False
    utc = timezone in _RFP_ZONES and (clock is None or (clock.january, clock.july) == (0, 0))
    nameless = webgl is None or webgl.renderer in (None, "", "Mozilla")
    return utc and nameless and _all_one_size(screen)


def _masks(browser: Browser, engine: Engine | None, webgl: WebGL | None) -> bool:
    """WebKit by its error stacks, with the renderer that it gives everywhere (WebGLRenderingContextBase in WebKit)."""
    named = webgl is not None and (webgl.renderer or "").startswith("Apple")
    return browser.engine == "webkit" and _engine_is(engine, _OTHERS) and named


def _desktop_site(browser: Browser, engine: Engine | None, hardware: Hardware | None, platform: str) -> bool:
    """A desktop's user agent on a touch screen, by an engine that the maker has on phones: WebKit on Apple's, V8 on others."""
    if hardware is None or (hardware.touch_points or 0) < 2:
        return False
    if browser.system == "macos":
        webkit = engine is None or _engine_is(engine, _OTHERS)
        return webkit and platform in {"MacIntel", "iPhone", "iPad"}
    return browser.system == "linux" and platform.startswith(_PHONES[:2])


def _webview(
    browser: Browser,
    engine: Engine | None,
    hardware: Hardware | None,
    platform: str,
    permissions: Permissions | None,
) -> bool:
    """An app that names itself, on a touch screen of a phone, with an engine that lacks what the browser of the phone has.

    Android's WebView has neither window.chrome nor notifications (developer.android.com, WebView); Apple's WKWebView is WebKit.
    """
    if not browser.webview or hardware is None or not hardware.touch_points:
        return False
    if browser.system == "ios":
        return platform in {"iPhone", "iPad", "iPod", "MacIntel"} and _engine_is(engine, _OTHERS)
    bare = engine is not None and engine.chrome is False
    silent = permissions is None or permissions.notification in (None, "", "default", "denied")
    return platform.startswith(_PHONES) and _engine_is(engine, _V8) and bare and silent


def _farbles(engine: Engine | None, hints: ClientHints | None, sent: Sequence[Brand], headers: dict[str, str]) -> bool:
    """V8 with navigator.brave, Brave in the brands of page and request, and Global Privacy Control, which it always sends.

    Source: brave-core, "Fingerprinting Protections" and "Global Privacy Control". Made by hand: Brave cannot be had here.
    """
    named = hints is not None and any(brand.brand == "Brave" for brand in hints.brands)
    features = (engine.features or ()) if engine else ()
    asked = named and any(brand.brand == "Brave" for brand in sent) and headers.get("sec-gpc") == "1"
    return asked and _engine_is(engine, _V8) and "navigator.brave" in features


@derived
def privacy(
    browser: Browser,
    engine: Engine | None = None,
    timezone: str = "",
    clock: Clock | None = None,
    hardware: Hardware | None = None,
    webgl: WebGL | None = None,
    screen: Screen | None = None,
    platform: str = "",
    permissions: Permissions | None = None,
    client_hints: ClientHints | None = None,
    header_brands: Sequence[Brand] = (),
    headers: dict[str, str] | None = None,
) -> frozenset[Privacy]:
    """The classes this visit belongs to."""
    found = {
        Privacy.RESISTS_FINGERPRINTING: _resists(browser, engine, timezone, clock, screen, webgl),
        Privacy.MASKS_GRAPHICS: _masks(browser, engine, webgl),
        Privacy.DESKTOP_SITE: _desktop_site(browser, engine, hardware, platform),
        Privacy.WEBVIEW: _webview(browser, engine, hardware, platform, permissions),
        Privacy.FARBLES: _farbles(engine, client_hints, header_brands, headers or {}),
    }
    return frozenset(kind for kind, holds in found.items() if holds)
