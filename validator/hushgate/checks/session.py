"""The session that the verdict belongs to: how long it was open, who opened it, what was left out of the payload."""

from __future__ import annotations

from hushgate.examples import CHROME
from hushgate.payload import LEFT_OUT
from hushgate.registry import Tier, check
from hushgate.signals import SIGNALS, Engine, Hardware, Interaction, Screen

DAY_MS = 86_400_000
LATE_MS = 10_000
"""A session may come this late: slow lines, and a second try."""
_ALWAYS = tuple(name for name in SIGNALS if name != "quiz")
"""Every version of the collector sends a value or a reason for each of these. The quiz has checks of its own."""

_CORE = ("user_agent", "platform", "languages", "timezone", "screen", "hardware", "webdriver", "engine", "automation")
"""Signals that every browser answers in some way: the collector always has a value or a reason."""


@check(
    "clock-wrong",
    title="The page's clock is more than a day off",
    tier=Tier.SOFT,
    weight=15,
    flags=[{"timing": {"clock_skew_ms": 3 * DAY_MS}}, {"timing": {"clock_skew_ms": -400 * DAY_MS}}],
    passes=[{"timing": {"clock_skew_ms": 4000}}, {"timing": {"clock_skew_ms": -3_600_000}}, {"timing": {}}],
    wrong_about="Old machines with a flat battery: most of them cannot open a secure page at all.",
)
def clock_wrong(clock_skew_ms: float) -> str | None:
    """A payload that was recorded elsewhere carries its old time."""
    if abs(clock_skew_ms) <= DAY_MS:
        return None
    return f"the page's clock is {abs(clock_skew_ms) / DAY_MS:.0f} days {'ahead' if clock_skew_ms > 0 else 'behind'}"


@check(
    "page-younger-than-session",
    title="The page says it was opened after its session was",
    tier=Tier.NOTE,
    flags=[{"timing": {"open_to_verdict_ms": 60_000, "page_open_ms": 2000}}],
    passes=[{"timing": {"open_to_verdict_ms": 5000, "page_open_ms": 5200}}, {"timing": {"open_to_verdict_ms": 5000}}],
    wrong_about="Laptops that slept meanwhile: some browsers stop the page's clock.",
)
def page_younger_than_session(open_ms: float, page_open_ms: float) -> str | None:
    """A session that was fetched ahead, for another page."""
    if page_open_ms + 5000 >= open_ms:
        return None
    return f"the session is {open_ms / 1000:.0f} s old, the page says {page_open_ms / 1000:.0f} s"


@check(
    "form-older-than-session",
    title="The form was in use long before its session was opened",
    tier=Tier.SOFT,
    weight=55,
    flags=[{"timing": {"open_to_verdict_ms": 400}, "interaction": {"bound": True, "form_ms": 31_000.0}}],
    passes=[
        {"timing": {"open_to_verdict_ms": 16_000}, "interaction": {"bound": True, "form_ms": 14_200.0}},
        {"timing": {"open_to_verdict_ms": 9000}, "interaction": {"bound": True, "form_ms": 14_200.0}},
        {"timing": {"open_to_verdict_ms": 400}, "interaction": {"bound": False}},
    ],
    wrong_about="People whose gate could not be reached when the page was opened, and could when the form was sent.",
)
def form_older_than_session(open_ms: float, interaction: Interaction) -> str | None:
    """The collector asks for the session before it listens, so what it heard came after; what was heard elsewhere did not."""
    form = interaction.form_ms
    if form is None or form <= open_ms + LATE_MS:
        return None
    return f"the form was in use for {form / 1000:.0f} s, the session is {open_ms / 1000:.0f} s old"


@check(
    "session-changed-hands",
    title="The session was opened by another user agent",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"opened": {"user_agent": "changed"}}],
    passes=[{"opened": {"user_agent": "same", "address": "same"}}, {"opened": {"address": "changed"}}],
    wrong_about="People who switch to the desktop site while the page is open.",
)
def session_changed_hands(opened: dict[str, str]) -> str | None:
    """A browser does not change its name between two requests of one page."""
    return "the session was opened by another user agent" if opened.get("user_agent") == "changed" else None


@check(
    "session-told-otherwise",
    title="The headers tell another story than when the session was opened",
    tier=Tier.SOFT,
    weight=50,
    flags=[{"opened": {"user_agent": "same", "story": "changed"}}],
    passes=[{"opened": {"user_agent": "same", "address": "same"}}],
    wrong_about="People who change their browser's languages, or whose browser is updated, while the page is open.",
)
def session_told_otherwise(opened: dict[str, str]) -> str | None:
    """Languages and client hints are the same in two requests of one page; a payload that is passed on comes with others."""
    return "the session was opened with other languages or client hints" if opened.get("story") == "changed" else None


@check(
    "session-moved",
    title="The session was opened from another address",
    tier=Tier.NOTE,
    flags=[{"opened": {"address": "changed"}}],
    passes=[{"opened": {"user_agent": "same", "address": "same"}}],
    wrong_about="Everybody whose phone changes from Wi-Fi to mobile, and offices with several lines.",
)
def session_moved(opened: dict[str, str]) -> str | None:
    """Worth knowing in a wave of rotating proxies."""
    return "the session was opened from another address" if opened.get("address") == "changed" else None


@check(
    "signals-left-out",
    title="Signals are left out that the collector always sends",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"missing": dict.fromkeys(_CORE, LEFT_OUT)}, {"missing": {"worker": LEFT_OUT, "interaction": LEFT_OUT}}],
    passes=[
        {"missing": {}},
        {"missing": {"webgl": "unsupported", "screen": "timeout"}},
        {"missing": {"frame": "csp"}},
    ],
    wrong_about="Nobody: a collector of another version sends these too.",
)
def signals_left_out(missing: dict[str, str]) -> str | None:
    """The collector sends a value or a reason for each. A payload without either was not made by it."""
    names = [name for name in _ALWAYS if missing.get(name) == LEFT_OUT]
    return f"left out of the payload: {', '.join(names)}" if names else None


@check(
    "signals-all-failed",
    title="Nearly everything that a browser always answers has failed",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"missing": dict.fromkeys(_CORE, "blocked")}, {"missing": dict.fromkeys(_CORE[:3], "timeout")}],
    passes=[{"missing": {}}, {"missing": {"screen": "timeout", "engine": "timeout"}}],
    wrong_about="Machines under such load that every question times out.",
)
def signals_all_failed(missing: dict[str, str]) -> str | None:
    """A reason costs nothing to write. A browser that runs the script can answer most of these at once."""
    failed = [name for name in _CORE if name in missing and missing[name] != LEFT_OUT]
    return f"{len(failed)} of {len(_CORE)} plain questions have no answer" if len(failed) > 2 else None


@check(
    "answers-empty",
    title="Plain questions are answered with nothing",
    tier=Tier.SOFT,
    weight=70,
    flags=[
        {"user_agent": "", "platform": "", "engine": {}, "screen": {}, "hardware": {}},
        {"user_agent": CHROME, "platform": "Win32", "engine": {}, "screen": {}, "hardware": {"concurrency": 8}},
    ],
    passes=[
        {
            "user_agent": CHROME,
            "platform": "",
            "engine": {"eval_length": 33},
            "screen": {"width": 9},
            "hardware": {"memory": 8},
        },
        {
            "user_agent": CHROME,
            "platform": "Win32",
            "engine": {"eval_length": 33},
            "screen": {"width": 9},
            "hardware": {},
        },
    ],
    wrong_about="Nobody known: privacy extensions change answers, they do not empty them.",
)
def answers_empty(user_agent: str, platform: str, engine: Engine, screen: Screen, hardware: Hardware) -> str | None:
    """An empty answer is no answer, and costs nothing to write. Every browser has a width, an engine and a name."""
    empty = {
        "user agent": not user_agent,
        "platform": not platform,
        "engine": engine == Engine(),
        "screen": screen == Screen(),
        "hardware": hardware == Hardware(),
    }
    names = [name for name, nothing in empty.items() if nothing]
    return f"empty answers: {', '.join(names)}" if len(names) > 1 else None
