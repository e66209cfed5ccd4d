"""The system that the user agent claims, against every other place where the browser names it."""

from __future__ import annotations

from hushgate.evidence.browser import SYSTEM_WORDS, Browser
from hushgate.evidence.privacy import Privacy
from hushgate.examples import CHROME, CHROME_ANDROID, CHROME_LINUX, CHROME_MAC, SAFARI
from hushgate.registry import Tier, check
from hushgate.signals import ClientHints

_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
_CROS = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

_BRANDS = [{"brand": "Chromium", "version": "142"}]

_PREFIXES = {
    "windows": ("Win",),
    "macos": ("Mac",),
    "ios": ("iPhone", "iPad", "iPod", "Mac"),
    "linux": ("Linux", "X11", "FreeBSD", "OpenBSD", "NetBSD", "SunOS"),
    "android": ("Linux", "Android"),
    "chromeos": ("Linux", "CrOS"),
}
_HINTS = {
    "windows": {"Windows"},
    "macos": {"macOS"},
    "linux": {"Linux", "FreeBSD", "OpenBSD"},
    "android": {"Android"},
    "chromeos": {"Chrome OS", "ChromeOS", "Chromium OS"},
    "ios": {"iOS", "iPadOS"},
}


def _against_hint(browser: Browser, hint: str, where: str) -> str | None:
    expected = _HINTS.get(browser.system)
    if expected is None or not hint or hint in expected or hint == "Unknown":
        return None
    return f"says {SYSTEM_WORDS[browser.system]}, but {where} {hint}"


@check(
    "platform-against-user-agent",
    title="navigator.platform names another system than the user agent",
    tier=Tier.SOFT,
    weight=65,
    flags=[{"user_agent": CHROME_MAC, "platform": "Linux x86_64"}, {"user_agent": CHROME, "platform": "Linux x86_64"}],
    passes=[
        {"user_agent": CHROME_MAC, "platform": "MacIntel"},
        {"user_agent": CHROME_ANDROID, "platform": "Linux armv81"},
        {"user_agent": _CROS, "platform": "Linux x86_64"},
        {"user_agent": _IPHONE, "platform": "iPhone"},
        {"user_agent": SAFARI, "platform": "iPhone", "hardware": {"touch_points": 5}},
        {"user_agent": CHROME, "platform": ""},
    ],
    wrong_about="People who change their user agent with an extension; 0.3 % of a population, most of it leftover bots.",
    abstain=(Privacy.DESKTOP_SITE,),
)
def platform_against_user_agent(browser: Browser, platform: str) -> str | None:
    """The user agent is a text that anybody sets; the platform comes from the build."""
    prefixes = _PREFIXES.get(browser.system)
    if prefixes is None or not platform or platform.startswith(prefixes):
        return None
    return f"says {SYSTEM_WORDS[browser.system]}, but navigator.platform says {platform}"


@check(
    "hints-against-user-agent",
    title="The client hints in the page name another system than the user agent",
    tier=Tier.SOFT,
    weight=65,
    flags=[
        {"user_agent": CHROME_MAC, "client_hints": {"brands": _BRANDS, "platform": "Linux"}},
        {"user_agent": CHROME_MAC, "client_hints": {"platform": "Linux"}},
        {"user_agent": CHROME, "client_hints": {"platform": "Linux"}},
    ],
    passes=[
        {"user_agent": CHROME_MAC, "client_hints": {"platform": "macOS"}},
        {"user_agent": CHROME_LINUX, "client_hints": {"platform": "Linux"}},
        {"user_agent": _CROS, "client_hints": {"platform": "Chrome OS"}},
        {"user_agent": CHROME_MAC, "client_hints": {"platform": ""}},
    ],
    wrong_about="People who change their user agent with an extension; 0.02 % of a population.",
)
def hints_against_user_agent(browser: Browser, client_hints: ClientHints) -> str | None:
    """Setting the user agent, by a start flag or an extension, leaves navigator.userAgentData as it was."""
    return _against_hint(browser, client_hints.platform, "its client hints say")


@check(
    "hint-header-against-user-agent",
    title="Sec-CH-UA-Platform names another system than the User-Agent header",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"header_user_agent": CHROME_MAC, "header_platform": "Linux"}],
    passes=[
        {"header_user_agent": CHROME_MAC, "header_platform": "macOS"},
        {"header_user_agent": CHROME_ANDROID, "header_platform": "Android"},
        {"header_user_agent": CHROME_LINUX, "header_platform": "Unknown"},
    ],
    wrong_about="People who change their user agent with an extension; 0.02 % of a population.",
)
def hint_header_against_user_agent(header_browser: Browser, header_platform: str) -> str | None:
    """The same slip as in the page, seen on the wire, where no script can mend it."""
    return _against_hint(header_browser, header_platform, "the Sec-CH-UA-Platform header says")
