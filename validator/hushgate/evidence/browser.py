"""What a user agent string claims: browser, version, engine and system.

The string is parsed by ua-parser with its Rust resolver, cut before that, because the cost grows with the length.
"""

from __future__ import annotations

import re
from functools import lru_cache

import ua_parser
from msgspec import Struct

from hushgate.data import read_list
from hushgate.evidence.core import Missing, derived

PARSED_LENGTH = 512
"""User agents are cut here before they are parsed: real ones are shorter, and the parser's time is linear."""

_IN_APP = re.compile("|".join(read_list("in_app_browsers.txt")))
_CHROMIUM = re.compile(r"(?:Chrome|Chromium|CriOS|HeadlessChrome)/(\d{1,4})\.")
_SYSTEMS = {
    "Windows": "windows",
    "Windows Phone": "other",
    "Mac OS X": "macos",
    "Mac OS": "macos",
    "iOS": "ios",
    "Android": "android",
    "Chrome OS": "chromeos",
    "Linux": "linux",
}
_LINUXES = {
    "Ubuntu",
    "Debian",
    "Fedora",
    "Arch Linux",
    "Gentoo",
    "Mageia",
    "Mandriva",
    "PCLinuxOS",
    "Red Hat",
    "Slackware",
    "SUSE",
}


class Browser(Struct, frozen=True):
    """A user agent's claims.

    ``family`` is ua-parser's name; ``major`` its major version; ``engine`` is blink, gecko, webkit or other; ``chromium`` is
    the major version of Chromium where the engine is blink; ``system`` is windows, macos, linux, android, ios, chromeos or other.
    """

    raw: str
    family: str
    major: int | None
    engine: str
    chromium: int | None
    system: str
    webview: bool

    @property
    def words(self) -> str:
        """The claim in words: "Chrome 142 on macOS"."""
        name = f"{self.family} {self.major}" if self.major else self.family
        return f"{name} on {SYSTEM_WORDS[self.system]}"


SYSTEM_WORDS = {
    "windows": "Windows",
    "macos": "macOS",
    "linux": "Linux",
    "android": "Android",
    "ios": "iOS",
    "chromeos": "ChromeOS",
    "other": "an unknown system",
}


def _system(family: str | None, raw: str) -> str:
    if family in _LINUXES:
        return "linux"
    if family in _SYSTEMS:
        return _SYSTEMS[family]
    return "linux" if "Linux" in raw or "X11" in raw else "other"


def _engine(raw: str, system: str, chromium: int | None) -> str:
    if system == "ios":
        return "webkit"
    if chromium is not None:
        return "blink"
    if "Gecko/" in raw and "Firefox/" in raw:
        return "gecko"
    return "webkit" if "AppleWebKit/" in raw else "other"


@lru_cache(maxsize=4096)
def parse_user_agent(text: str) -> Browser:
    """Parses a user agent string. Never raises; what is not recognised is "other" or None."""
    raw = text[:PARSED_LENGTH]
    parsed = ua_parser.parse(raw)
    agent, system = parsed.user_agent, _system(parsed.os.family if parsed.os else None, raw)
    match = _CHROMIUM.search(raw)
    chromium = int(match.group(1)) if match and system != "ios" else None
    major = agent.major if agent else None
    return Browser(
        raw=text,
        family=agent.family if agent else "an unknown browser",
        major=int(major) if major and major.isdecimal() else None,
        engine=_engine(raw, system, chromium),
        chromium=chromium,
        system=system,
        webview=_IN_APP.search(raw) is not None,
    )


@derived
def browser(user_agent: str) -> Browser:
    """What ``navigator.userAgent`` claims."""
    return parse_user_agent(user_agent)


@derived
def header_browser(header_user_agent: str) -> Browser:
    """What the User-Agent header claims."""
    return parse_user_agent(header_user_agent)


@derived
def agents(user_agent: str = "", header_user_agent: str = "") -> tuple[str, ...] | Missing:
    """Every user agent that was named: by the page, and by the header where it differs."""
    named = tuple(dict.fromkeys(text for text in (user_agent, header_user_agent) if text))
    return named or Missing("no user agent was named")
