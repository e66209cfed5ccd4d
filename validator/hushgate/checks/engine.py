"""The JavaScript engine, against the browser that the user agent claims."""

from __future__ import annotations

from hushgate.data import read_list
from hushgate.evidence.browser import Browser
from hushgate.examples import CHROME, FIREFOX, SAFARI
from hushgate.registry import Tier, check
from hushgate.signals import Engine

_SHAPES = {"blink": {"v8"}, "gecko": {"gecko", "other"}, "webkit": {"gecko", "other"}}
_EVAL = {"blink": 33, "gecko": 37, "webkit": 37}
_SAFARIS = {"Safari", "Mobile Safari"}
"""On iOS others have version numbers of their own on the system's engine."""
_ENGINE_WORDS = {"blink": "Chromium", "gecko": "Firefox", "webkit": "Safari"}


@check(
    "engine-against-user-agent",
    title="The engine is not that of the browser that is claimed",
    tier=Tier.SOFT,
    weight=70,
    flags=[
        {"user_agent": CHROME, "engine": {"error_shape": "gecko", "eval_length": 37}},
        {"user_agent": SAFARI, "engine": {"error_shape": "v8", "eval_length": 33}},
        {"user_agent": FIREFOX, "engine": {"error_shape": "v8", "eval_length": 33}},
    ],
    passes=[
        {"user_agent": CHROME, "engine": {"error_shape": "v8", "eval_length": 33}},
        {"user_agent": FIREFOX, "engine": {"error_shape": "gecko", "eval_length": 37}},
        {"user_agent": SAFARI, "engine": {"error_shape": "gecko", "eval_length": 37}},
        {"user_agent": CHROME, "engine": {}},
        {"user_agent": "Opera/9.80 (J2ME/MIDP)", "engine": {"error_shape": "other", "eval_length": 39}},
    ],
    wrong_about="Firefox users who pose as Chrome to be let in by a site.",
)
def engine_against_user_agent(browser: Browser, engine: Engine) -> str | None:
    """How errors are laid out, and how a built-in prints, is compiled in."""
    shapes = _SHAPES.get(browser.engine)
    if shapes is None:
        return None
    wrong_shape = engine.error_shape is not None and engine.error_shape not in shapes
    wrong_length = engine.eval_length is not None and engine.eval_length != _EVAL[browser.engine]
    if wrong_shape and (wrong_length or engine.eval_length is None):
        return f"says {browser.words}, but its engine is not {_ENGINE_WORDS[browser.engine]}'s"
    return None


@check(
    "chrome-object-missing",
    title="The user agent claims Chrome on a desktop, and window.chrome is not there",
    tier=Tier.SOFT,
    weight=35,
    flags=[{"user_agent": CHROME, "engine": {"chrome": False}}],
    passes=[
        {"user_agent": CHROME, "engine": {"chrome": True}},
        {"user_agent": FIREFOX, "engine": {"chrome": False}},
        {"user_agent": CHROME, "engine": {}},
    ],
    wrong_about="Users of Chromium forks that take it out.",
)
def chrome_object_missing(browser: Browser, engine: Engine) -> str | None:
    """Every Chromium with a window has it; old headless ones and other engines do not."""
    desktop = browser.system in ("windows", "macos", "linux", "chromeos")
    if desktop and browser.engine == "blink" and engine.chrome is False:
        return f"says {browser.words}, but has no window.chrome"
    return None


@check(
    "product-sub-wrong",
    title="navigator.productSub is another engine's",
    tier=Tier.SOFT,
    weight=45,
    flags=[{"user_agent": CHROME, "engine": {"product_sub": "20100101"}}],
    passes=[
        {"user_agent": CHROME, "engine": {"product_sub": "20030107"}},
        {"user_agent": FIREFOX, "engine": {"product_sub": "20100101"}},
        {"user_agent": CHROME, "engine": {}},
    ],
    wrong_about="Firefox users who pose as Chrome.",
)
def product_sub_wrong(browser: Browser, engine: Engine) -> str | None:
    """A constant since 2003, and a different one in Firefox (HTML standard, navigator compatibility mode)."""
    expected = {"blink": "20030107", "webkit": "20030107", "gecko": "20100101"}.get(browser.engine)
    if expected is None or not engine.product_sub or engine.product_sub == expected:
        return None
    return f"says {browser.words}, but its productSub is {engine.product_sub[:20]}"


_ENGINES = ("blink", "gecko", "webkit")
_SINCE: dict[str, dict[str, float]] = {
    engine: {name: float(since[column]) for name, *since in (line.split() for line in read_list("features.txt"))}
    for column, engine in enumerate(_ENGINES)
}
"""By engine: each feature, and the version that brought it; 0 where none has."""
_OLD = ["mozInnerScreenX", "Array.fromAsync", "Object.groupBy", "Promise.withResolvers", "Set.prototype.union"]
_NEW = ["Promise.try", "RegExp.escape", "Float16Array"]


@check(
    "engine-older-than-user-agent",
    title="The engine lacks what the claimed version has had for long",
    tier=Tier.SOFT,
    weight=50,
    flags=[
        {"user_agent": CHROME, "engine": {"features": _OLD}},
        {"user_agent": FIREFOX, "engine": {"features": _OLD}},
        {"user_agent": FIREFOX, "engine": {"features": []}},
    ],
    passes=[
        {"user_agent": CHROME, "engine": {"features": [*_OLD, *_NEW, "Error.isError"]}},
        {"user_agent": FIREFOX, "engine": {"features": [*_OLD, *_NEW, "Error.isError", "Temporal"]}},
        {"user_agent": SAFARI, "engine": {"features": _OLD}},
        {"user_agent": CHROME, "engine": {"features": [*_OLD, *_NEW]}},
        {"user_agent": CHROME, "engine": {}},
        {
            "user_agent": CHROME.replace("142", "999"),
            "engine": {"features": [*_OLD, *_NEW, "Error.isError", "Math.sumPrecise", "Temporal"]},
        },
    ],
    wrong_about="People whose extension names a newer browser than theirs.",
)
def engine_older_than_user_agent(browser: Browser, engine: Engine) -> str | None:
    """Features come with versions, and no page takes them away. Newer ones than claimed say nothing: pages add them themselves."""
    claimed = browser.chromium if browser.engine == "blink" else browser.major
    if engine.features is None or not claimed or (browser.engine == "webkit" and browser.family not in _SAFARIS):
        return None
    since = _SINCE.get(browser.engine, {})
    lacking = [name for name, first in since.items() if 0 < first <= claimed - 1 and name not in engine.features]
    return f"says {browser.words}, but lacks {', '.join(lacking[:4])}" if len(lacking) > 1 else None
