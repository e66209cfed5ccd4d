"""What a request says of the page that it came from. Nothing that takes Sec- headers out takes these out too: a family of its own."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.examples import CHROME
from hushgate.registry import Tier, check

_REQUEST = {"host": "a.example", "accept": "*/*", "user-agent": CHROME}
_PAGE = {**_REQUEST, "origin": "https://a.example"}
_DRESSED = {**_PAGE, "sec-fetch-site": "none", "sec-ch-ua": '"Chromium";v="142"', "accept-language": "de"}


@check(
    "origin-not-sent",
    title="A form was posted by a browser that always names the page, and no page was named",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"headers": _REQUEST}, {"headers": {**_REQUEST, "accept-language": "de"}}],
    passes=[
        {"headers": _PAGE},
        {"headers": {**_REQUEST, "referer": "https://a.example/signup"}},
        {"headers": {**_REQUEST, "origin": "null"}},
        {"headers": {**_REQUEST, "user-agent": "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1)"}},
        {"headers": {"user-agent": CHROME}},
    ],
    wrong_about="People who switched Origin and Referer off in their browser's hidden settings.",
)
def origin_not_sent(header_browser: Browser, whole_headers: dict[str, str]) -> str | None:
    """Every current browser sends Origin with a POST (Fetch standard, "append a request Origin header")."""
    if header_browser.engine == "other" or "origin" in whole_headers or "referer" in whole_headers:
        return None
    return f"the header says {header_browser.words}, but neither Origin nor Referer came with it"


@check(
    "sent-from-nowhere",
    title="A form was sent, and its headers say that no page sent it",
    tier=Tier.SOFT,
    weight=80,
    flags=[
        {"headers": {**_REQUEST, "sec-fetch-site": "none", "content-type": "application/x-www-form-urlencoded"}},
        {"headers": {**_DRESSED, "content-type": "text/plain"}},
    ],
    passes=[
        {"headers": {**_PAGE, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}},
        {"headers": {**_PAGE, "sec-fetch-site": "cross-site", "content-type": "text/plain"}},
        {"headers": {**_REQUEST, "sec-fetch-site": "none"}},
        {"headers": {**_REQUEST, "content-type": "application/x-www-form-urlencoded"}},
    ],
    wrong_about="People whose browser was restored after a crash in the middle of sending a form.",
)
def sent_from_nowhere(whole_headers: dict[str, str]) -> str | None:
    """Libraries that dress up as a browser send the headers of a typed address with everything.

    None means that the user began the request, by the address bar or a bookmark (W3C Fetch Metadata, 2.3): neither has a body.
    """
    if whole_headers.get("sec-fetch-site") != "none" or "content-type" not in whole_headers:
        return None
    return "a body was sent, and Sec-Fetch-Site says that no page began the request"
