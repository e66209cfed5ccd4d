"""Traces of a driver in the page."""

from __future__ import annotations

import re

from hushgate.evidence.browser import Browser
from hushgate.examples import CHROME, FIREFOX_LINUX
from hushgate.registry import Tier, check
from hushgate.signals import Automation

_PALE_MOON = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Goanna/6.8 Firefox/128.0 PaleMoon/33.8.1.2"
_HIDDEN = "webdriver"
_FIREFOX_ALONE = re.compile(r"Gecko/[\d.]+ Firefox/[\d.]+$")
"""A user agent of Firefox itself: those that left it before it had a driver (Pale Moon, Basilisk, SeaMonkey) name themselves as well."""


def _named(names: list[str]) -> str:
    return ", ".join([name[:40] for name in dict.fromkeys(names)][:4])


@check(
    "webdriver",
    title="The browser says that it is driven",
    tier=Tier.HARD,
    weight=99,
    flags=[{"webdriver": True}],
    passes=[{"webdriver": False}, {"webdriver": None}],
    wrong_about="A person who signs up in a browser that a test tool has started.",
)
def webdriver(webdriver: bool | None) -> str | None:
    """navigator.webdriver is set by the browser while a driver holds it (W3C WebDriver, section 4)."""
    return "navigator.webdriver is true" if webdriver else None


@check(
    "driver-globals",
    title="A driver has left its names in the page",
    tier=Tier.HARD,
    weight=97,
    flags=[
        {"automation": {"globals": ["$cdc_asdjflasutopfhvcZLmcfl_"]}},
        {"automation": {"attributes": ["webdriver"]}},
    ],
    passes=[{"automation": {}}],
    wrong_about="Nobody known.",
)
def driver_globals(automation: Automation) -> str | None:
    """Drivers keep their tools on window, document or the root element under names that no page uses."""
    names = automation.globals + automation.attributes
    return f"a driver's names are in the page: {_named(names)}" if names else None


@check(
    "webdriver-hidden",
    title="navigator.webdriver has been tampered with",
    tier=Tier.SOFT,
    weight=80,
    flags=[
        {"automation": {"own_properties": ["navigator.webdriver"]}},
        {"automation": {"getters": ["Navigator.webdriver"]}},
    ],
    passes=[{"automation": {}}, {"automation": {"natives": ["HTMLCanvasElement.toDataURL"]}}],
    wrong_about="Nobody known: privacy extensions have no reason to touch it.",
)
def webdriver_hidden(automation: Automation) -> str | None:
    """Only somebody who is driven has a reason to hide that property."""
    names = [n for n in automation.own_properties + automation.getters + automation.natives if _HIDDEN in n.lower()]
    return f"somebody has changed {_named(names)}" if names else None


@check(
    "natives-changed",
    title="Built-in functions of the browser have been replaced",
    tier=Tier.SOFT,
    weight=45,
    flags=[
        {"automation": {"natives": ["Function.prototype.toString"]}},
        {"automation": {"own_properties": ["document.createElement"]}},
        {"automation": {"getters": ["Navigator.languages"]}},
    ],
    passes=[{"automation": {}}],
    wrong_about="People with a privacy extension that wraps what trackers read.",
)
def natives_changed(automation: Automation) -> str | None:
    """Stealth scripts replace what detectors read, and a replacement can be told from the native."""
    changed = automation.natives + automation.own_properties + automation.getters
    names = [name for name in changed if _HIDDEN not in name.lower()]
    return f"replaced: {_named(names)}" if names else None


@check(
    "log-serialised",
    title="Something reads what the page logs",
    tier=Tier.NOTE,
    flags=[{"automation": {"serialised": True}}],
    passes=[{"automation": {"serialised": False}}, {"automation": {}}],
    wrong_about="Everybody who has the developer tools open.",
)
def log_serialised(automation: Automation) -> str | None:
    """A driver that listens to the console serialises what is logged. So do the developer tools."""
    return "a logged object was read" if automation.serialised else None


@check(
    "webdriver-gone",
    title="navigator.webdriver is not there at all",
    tier=Tier.SOFT,
    weight=65,
    flags=[{"webdriver": None, "user_agent": FIREFOX_LINUX}, {"webdriver": None, "user_agent": CHROME}],
    passes=[
        {"webdriver": False, "user_agent": FIREFOX_LINUX},
        {"webdriver": None, "user_agent": FIREFOX_LINUX.replace("140", "58")},
        {"webdriver": None, "user_agent": _PALE_MOON},
        {"webdriver": None, "user_agent": CHROME.replace("142", "88")},
        {"webdriver": None, "user_agent": "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1)"},
    ],
    wrong_about="People with a Pale Moon or a SeaMonkey that they have told to say it is Firefox: built without it.",
)
def webdriver_gone(webdriver: bool | None, browser: Browser) -> str | None:
    """Every browser of these versions has it, and says false in a person's hands. Who deletes it was driven.

    Sources: MDN, Navigator.webdriver (Firefox 60); Chrome 89's release notes (false, and always there).
    """
    since = {"blink": 90, "gecko": 61}.get(browser.engine)
    version = browser.chromium if browser.engine == "blink" else browser.major
    other = browser.engine == "gecko" and not _FIREFOX_ALONE.search(browser.raw)
    if webdriver is not None or since is None or other or (version or 0) < since:
        return None
    return f"{browser.words} has navigator.webdriver, and this one does not"
