"""The languages: in the page, in the header."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.privacy import Privacy
from hushgate.examples import CHROME
from hushgate.registry import Tier, check

_PAGE = {"host": "a.example", "accept": "*/*", "user-agent": CHROME, "origin": "https://a.example"}


def _base(tag: str) -> str:
    return tag.split("-", maxsplit=1)[0].lower()


@check(
    "languages-against-header",
    title="Accept-Language asks for a language that navigator.languages does not have",
    tier=Tier.SOFT,
    weight=50,
    flags=[{"languages": ["en-US", "en"], "headers": {"accept-language": "ru-RU,ru;q=0.9"}}],
    passes=[
        {"languages": ["de-DE", "de", "en"], "headers": {"accept-language": "de-DE,de;q=0.9,en;q=0.8"}},
        {"languages": ["de-DE"], "headers": {"accept-language": "de"}},
        {"languages": ["nb-NO", "en"], "headers": {"accept-language": "no,en;q=0.5"}},
        {"languages": ["en"], "headers": {"accept-language": "*"}},
    ],
    wrong_about="People whose extension changes only one of the two.",
    abstain=(Privacy.WEBVIEW,),
)
def languages_against_header(languages: list[str], accept_language: list[str]) -> str | None:
    """One setting in the browser serves both."""
    page = {_base(tag) for tag in languages}
    if not page or not accept_language or accept_language[0] == "*":
        return None
    page |= {"no"} if page & {"nb", "nn"} else set()
    if _base(accept_language[0]) in page:
        return None
    return f"the page reads {languages[0]}, the header asks for {accept_language[0]}"


@check(
    "languages-empty",
    title="navigator.languages is empty",
    tier=Tier.SOFT,
    weight=50,
    flags=[{"languages": []}],
    passes=[{"languages": ["en"]}],
    wrong_about="Nobody known.",
)
def languages_empty(languages: list[str]) -> str | None:
    """Every browser with a window has at least the language of its own menus."""
    return None if languages else "the browser has no language"


@check(
    "languages-uniform",
    title="The languages are exactly en-US, en",
    tier=Tier.NOTE,
    flags=[{"languages": ["en-US", "en"]}],
    passes=[{"languages": ["en-US"]}, {"languages": ["en-GB", "en"]}, {"languages": ["de", "en-US", "en"]}],
    wrong_about="Half of all people: it is noted because a whole wave of it means something, and one visit nothing.",
)
def languages_uniform(languages: list[str]) -> str | None:
    """The default of most builds and of every driver."""
    return "the languages are the default, en-US and en" if languages == ["en-US", "en"] else None


@check(
    "accept-language-not-sent",
    title="No Accept-Language was sent",
    tier=Tier.SOFT,
    weight=45,
    flags=[
        {"headers": _PAGE},
        {"headers": {**_PAGE, "sec-ch-ua": '"Chromium";v="142"', "sec-fetch-site": "cross-site"}},
    ],
    passes=[
        {"headers": {**_PAGE, "accept-language": "de"}},
        {"headers": {**_PAGE, "accept-language": ""}},
        {"headers": {"user-agent": CHROME}},
    ],
    wrong_about="People behind a proxy that takes the header out.",
)
def accept_language_not_sent(header_browser: Browser, whole_headers: dict[str, str]) -> str | None:
    """Every browser with a window sends it; old headless browsers and HTTP libraries do not.

    An empty one may be what the server made of it: granian hands over nothing of a header that is not ASCII.
    """
    if header_browser.engine == "other" or "accept-language" in whole_headers:
        return None
    return f"the header says {header_browser.words}, but no Accept-Language came with it"
