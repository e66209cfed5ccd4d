"""The brand list and the client hints, against the browser and version that the user agent claims."""

from __future__ import annotations

from collections.abc import Sequence

from hushgate.evidence.browser import Browser
from hushgate.evidence.grease import FIRST_MAJOR, greased_well, is_grease
from hushgate.evidence.privacy import Privacy
from hushgate.examples import CHROME, FIREFOX, WEBVIEW
from hushgate.registry import Tier, check
from hushgate.signals import Brand, ClientHints

_IN_APP = {
    "user_agent": WEBVIEW,
    "platform": "Linux aarch64",
    "hardware": {"touch_points": 5},
    "engine": {"eval_length": 33, "error_shape": "v8", "chrome": False},
}
_GOOD = [
    {"brand": "Chromium", "version": "142"},
    {"brand": "Google Chrome", "version": "142"},
    {"brand": "Not_A Brand", "version": "99"},
]
_STALE = [*_GOOD[:2], {"brand": "Not A;Brand", "version": "99"}]
_OLD = [{"brand": "Chromium", "version": "120"}, {"brand": "Google Chrome", "version": "120"}, _GOOD[2]]
HINTS_SINCE = 90
"""The version from which every Chromium on a trustworthy page has client hints (shipped in 89)."""


def _majors(brands: Sequence[Brand]) -> set[str]:
    return {brand.version.split(".")[0] for brand in brands if not is_grease(brand)}


def _chromium(brands: Sequence[Brand]) -> str | None:
    return next((brand.version.split(".")[0] for brand in brands if brand.brand == "Chromium"), None)


def wants_hints(browser: Browser) -> bool:
    """Whether the claimed browser has client hints."""
    return browser.engine == "blink" and (browser.chromium or 0) >= HINTS_SINCE


@check(
    "brands-headless",
    title="The brand list names a browser without a window",
    tier=Tier.HARD,
    weight=98,
    flags=[{"client_hints": {"brands": [{"brand": "HeadlessChrome", "version": "142"}]}}],
    passes=[{"client_hints": {"brands": _GOOD}}, {"client_hints": {"brands": []}}],
    wrong_about="Nobody.",
)
def brands_headless(client_hints: ClientHints, header_brands: Sequence[Brand] = ()) -> str | None:
    """Changing the user agent leaves the brand list as it is."""
    for brand in (*client_hints.brands, *header_brands):
        if "headless" in brand.brand.lower():
            return f"the brand list names {brand.brand}"
    return None


@check(
    "brands-against-user-agent",
    title="The brand list names another browser or version than the user agent",
    tier=Tier.SOFT,
    weight=60,
    flags=[
        {"user_agent": CHROME, "client_hints": {"brands": _OLD}},
        {"user_agent": FIREFOX, "client_hints": {"brands": _GOOD}},
        {"user_agent": CHROME, "client_hints": {"brands": _GOOD[1:]}},
    ],
    passes=[
        {"user_agent": CHROME, "client_hints": {"brands": _GOOD}},
        {
            "user_agent": WEBVIEW,
            "client_hints": {"brands": [_GOOD[0], {"brand": "Android WebView", "version": "142"}, _GOOD[2]]},
        },
        {"user_agent": CHROME, "client_hints": {"brands": []}},
    ],
    wrong_about="People who change their user agent with an extension.",
)
def brands_against_user_agent(browser: Browser, client_hints: ClientHints) -> str | None:
    """Both come from one build and one version number."""
    brands = client_hints.brands
    if not brands:
        return None
    if browser.engine in ("gecko", "webkit"):
        return f"says {browser.family}, which has no client hints, but they name {brands[0].brand}"
    major = _chromium(brands)
    if browser.chromium is None:
        return None
    if major is None:
        return "says a Chromium browser, but its brand list has no Chromium"
    return (
        None if major == str(browser.chromium) else f"says version {browser.chromium}, but its brand list says {major}"
    )


@check(
    "brands-empty",
    title="The user agent claims a Chromium browser, and its brand list is empty",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"user_agent": CHROME, "client_hints": {"brands": [], "platform": ""}}],
    passes=[
        {"user_agent": CHROME, "client_hints": {"brands": _GOOD}},
        {"user_agent": FIREFOX, "client_hints": {"brands": []}},
    ],
    wrong_about="Users of builds that blank the hints on purpose.",
    abstain=(Privacy.WEBVIEW,),
)
def brands_empty(browser: Browser, client_hints: ClientHints) -> str | None:
    """A driver that sets the user agent, and gives no metadata with it, blanks the brands (Network.setUserAgentOverride)."""
    if wants_hints(browser) and not client_hints.brands:
        return f"says {browser.words}, but its brand list is empty"
    return None


@check(
    "brands-grease",
    title="The made-up brand is not the one that this version sends",
    tier=Tier.SOFT,
    weight=40,
    flags=[
        {"user_agent": CHROME, "client_hints": {"brands": _STALE}},
        {"user_agent": CHROME, "client_hints": {"brands": _GOOD[::-1]}},
    ],
    passes=[
        {"user_agent": CHROME, "client_hints": {"brands": _GOOD}},
        {"user_agent": CHROME, "client_hints": {"brands": [_GOOD[0], _GOOD[2]]}},
        {"user_agent": CHROME, "client_hints": {"brands": _GOOD[:2]}},
    ],
    wrong_about="Users of Chromium forks that make up a brand in their own way: 0.6 % of a sample, most of it hard-coded lists.",
)
def brands_grease(browser: Browser, client_hints: ClientHints) -> str | None:
    """Chromium makes one brand up, from its version number; a list copied from elsewhere has another version's."""
    major, brands = browser.chromium, client_hints.brands
    if major is None or major < FIRST_MAJOR or not any(map(is_grease, brands)) or _chromium(brands) != str(major):
        return None
    if greased_well(brands, major):
        return None
    made_up = next(brand for brand in brands if is_grease(brand))
    return f"the made-up brand {made_up.brand!r} is not that of version {major}, or not in its place"


@check(
    "hints-not-supported",
    title="The user agent claims a Chromium browser that has no client hints",
    tier=Tier.SOFT,
    weight=50,
    flags=[
        {"user_agent": CHROME, "missing": {"client_hints": "unsupported"}, "secure_page": True},
        {"user_agent": WEBVIEW, "missing": {"client_hints": "unsupported"}, "secure_page": True},
    ],
    passes=[
        {"user_agent": CHROME, "missing": {}, "secure_page": True},
        {"user_agent": CHROME, "missing": {"client_hints": "timeout"}, "secure_page": True},
        {"user_agent": FIREFOX, "missing": {"client_hints": "unsupported"}, "secure_page": True},
        {**_IN_APP, "missing": {"client_hints": "unsupported"}, "secure_page": True},
    ],
    wrong_about="Firefox users who pose as Chrome to be let in by a site.",
    abstain=(Privacy.WEBVIEW,),
)
def hints_not_supported(browser: Browser, missing: dict[str, str], secure_page: bool) -> str | None:
    """navigator.userAgentData is there in every Chromium since 90 on a trustworthy page."""
    if secure_page and wants_hints(browser) and missing.get("client_hints") == "unsupported":
        return f"says {browser.words}, but has no client hints"
    return None


@check(
    "brands-header-against-page",
    title="Sec-CH-UA and navigator.userAgentData name different browsers",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"headers": {"sec-ch-ua": '"Chromium";v="156", "Not)A;Brand";v="8"'}, "client_hints": {"brands": _GOOD}}],
    passes=[
        {
            "headers": {"sec-ch-ua": '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'},
            "client_hints": {"brands": _GOOD},
        },
        {"headers": {"sec-ch-ua": '"Chromium";v="142"'}, "client_hints": {"brands": []}},
    ],
    wrong_about="People who change one of the two with an extension.",
    abstain=(Privacy.WEBVIEW,),
)
def brands_header_against_page(header_brands: Sequence[Brand], client_hints: ClientHints) -> str | None:
    """One list in the browser serves both."""
    page, header = _majors(client_hints.brands), _majors(header_brands)
    if not page or not header or page & header:
        return None
    return f"the page says version {'/'.join(sorted(page))}, the header says {'/'.join(sorted(header))}"
