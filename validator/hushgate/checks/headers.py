"""The headers of the request, against the page and against what browsers always send."""

from __future__ import annotations

import re

from hushgate.checks.brands import wants_hints
from hushgate.evidence.browser import Browser
from hushgate.evidence.privacy import Privacy
from hushgate.evidence.words import apart
from hushgate.examples import CHROME, FIREFOX, WEBVIEW
from hushgate.registry import Tier, check

_OLD_SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1"
_REQUEST = {"host": "a.example", "accept": "*/*", "user-agent": CHROME}
_PAGE = {**_REQUEST, "origin": "https://a.example"}
_WEBKIT = re.compile(r"(?:CPU (?:iPhone )?OS |Version/)(\d{1,3})")
_METADATA_SINCE = {"blink": 80, "gecko": 90, "webkit": 17}
"""Versions from which Fetch Metadata is sent: Chrome 76, Firefox 90, Safari 16.4; with room to spare."""


@check(
    "user-agent-header-against-page",
    title="The User-Agent header is not what navigator.userAgent says",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"user_agent": CHROME, "header_user_agent": FIREFOX}],
    passes=[{"user_agent": CHROME, "header_user_agent": CHROME}, {"user_agent": "", "header_user_agent": CHROME}],
    wrong_about="People whose extension changes only one of the two.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
)
def user_agent_header_against_page(user_agent: str, header_user_agent: str) -> str | None:
    """A script in the page changes what scripts read, not what the browser sends."""
    if not user_agent or not header_user_agent or user_agent.strip() in _readings(header_user_agent.strip()):
        return None
    mine, other = apart(user_agent, header_user_agent)
    return f"says {mine}, but the User-Agent header says {other}"


def _engine_version(browser: Browser) -> int:
    """The engine's version: WebKit's is the system's or Safari's, whatever the app around it calls itself."""
    if browser.engine != "webkit":
        return browser.chromium or browser.major or 0
    match = _WEBKIT.search(browser.raw)
    return int(match.group(1)) if match else 0


def _readings(header: str) -> tuple[str, str]:
    """A header as WSGI hands it over (latin-1), and as the UTF-8 that a phone's own name may have put in."""
    return header, header.encode("latin-1", "replace").decode("utf-8", "replace")


@check(
    "fetch-metadata-not-sent",
    title="The user agent claims a browser that sends Fetch Metadata, and none came",
    tier=Tier.SOFT,
    weight=40,
    flags=[
        {"headers": _PAGE},
        {"headers": {**_PAGE, "sec-ch-ua": '"Chromium";v="142"', "accept-language": "de"}},
    ],
    passes=[
        {"headers": {**_PAGE, "sec-fetch-site": "cross-site"}},
        {"headers": {**_PAGE, "user-agent": _OLD_SAFARI}},
        {"headers": {**_PAGE, "origin": "http://a.example"}},
        {"headers": {"user-agent": CHROME}},
    ],
    wrong_about="People behind a proxy that takes these headers out.",
)
def fetch_metadata_not_sent(header_browser: Browser, whole_headers: dict[str, str], secure_context: bool) -> str | None:
    """Sec-Fetch-* is added by the browser itself and cannot be set by a page; HTTP libraries have to invent it."""
    version = _engine_version(header_browser)
    sends = version >= _METADATA_SINCE.get(header_browser.engine, 10_000)
    if secure_context and sends and not any(name.startswith("sec-fetch-") for name in whole_headers):
        return f"the header says {header_browser.words}, but no Sec-Fetch header came with it"
    return None


@check(
    "hint-headers-not-sent",
    title="The User-Agent header claims a Chromium browser, and no Sec-CH-UA came with it",
    tier=Tier.SOFT,
    weight=55,
    flags=[{"headers": _PAGE}, {"headers": {**_PAGE, "sec-fetch-site": "cross-site", "accept-language": "de"}}],
    passes=[
        {"headers": {**_PAGE, "sec-ch-ua": '"Chromium";v="142"'}},
        {"headers": {**_PAGE, "user-agent": FIREFOX}},
        {"headers": {**_PAGE, "user-agent": WEBVIEW}},
        {"headers": {**_PAGE, "origin": "http://a.example"}},
        {"headers": {"user-agent": CHROME}},
    ],
    wrong_about="People behind a proxy that takes these headers out.",
    abstain=(Privacy.WEBVIEW,),
)
def hint_headers_not_sent(
    header_browser: Browser, whole_headers: dict[str, str], secure_context: bool, user_agent: str = ""
) -> str | None:
    """Chromium adds them to every request to a trustworthy origin; HTTP libraries and drivers that set the user agent do not."""
    if header_browser.webview and not user_agent:
        return None
    if secure_context and wants_hints(header_browser) and "sec-ch-ua" not in whole_headers:
        return f"the header says {header_browser.words}, but no Sec-CH-UA came with it"
    return None
