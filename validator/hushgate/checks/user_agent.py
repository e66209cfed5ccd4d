"""The user agent string itself: quoted, malformed, absent, or a tool's."""

from __future__ import annotations

import re
from functools import lru_cache

from hushgate.data import read_list
from hushgate.evidence.browser import PARSED_LENGTH
from hushgate.examples import CHROME_MAC, FIREFOX_LINUX
from hushgate.registry import Tier, check

_OPERA_MINI = "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10"
_QUOTES = "\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_TOOLS = re.compile("|".join(read_list("tool_user_agents.txt")), re.IGNORECASE)
_LEFTOVERS = re.compile(
    r"\{\{|\}\}|\$\{|%[sd]\b|^(?:undefined|null|None|NaN|user-agent:?)|[\x00-\x1f\x7f]|<[a-z/!]", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def _tool(text: str) -> str | None:
    match = _TOOLS.search(text[:PARSED_LENGTH])
    return match.group(0) if match else None


@lru_cache(maxsize=4096)
def _leftover(text: str) -> bool:
    return _LEFTOVERS.search(text) is not None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


@check(
    "user-agent-quoted",
    title="The user agent is wrapped in quotation marks",
    tier=Tier.HARD,
    weight=95,
    flags=[
        {"user_agent": f'"{CHROME_MAC}"'},
        {"header_user_agent": f"\u201c{CHROME_MAC}\u201d"},
        {"user_agent": f"'{FIREFOX_LINUX}'"},
    ],
    passes=[{"user_agent": CHROME_MAC}, {"header_user_agent": FIREFOX_LINUX}],
    wrong_about="Nobody known: of 15,000 real user agents none is quoted. A person who typed one into an extension, with quotes.",
)
def user_agent_quoted(agents: tuple[str, ...]) -> str | None:
    """A list of user agents was read with its quotation marks on; a browser never adds them."""
    for raw in map(str.strip, agents):
        if raw and (raw[0] in _QUOTES or raw[-1] in _QUOTES):
            return f"the user agent stands in quotation marks: {_short(raw)}"
    return None


@check(
    "user-agent-malformed",
    title="The user agent is none that a browser would send",
    tier=Tier.SOFT,
    weight=60,
    flags=[
        {
            "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
        },
        {"user_agent": "{{user_agent}}"},
        {"header_user_agent": "undefined"},
        {"user_agent": "User-Agent: " + CHROME_MAC},
        {"user_agent": "<script>alert(1)</script>"},
    ],
    passes=[{"user_agent": CHROME_MAC}, {"user_agent": FIREFOX_LINUX}, {"user_agent": _OPERA_MINI}],
    wrong_about="Browsers of televisions and old phones with a user agent of their own style.",
)
def user_agent_malformed(agents: tuple[str, ...]) -> str | None:
    """Templates that were not filled in, unbalanced brackets and markup come from lists and scripts, not from browsers."""
    return next(filter(None, map(_malformed, agents)), None)


def _malformed(raw: str) -> str | None:
    if _leftover(raw):
        return f"the user agent has leftovers of a script: {_short(raw)}"
    if raw.count("(") != raw.count(")"):
        return f"the user agent's brackets do not close: {_short(raw)}"
    return None


@check(
    "user-agent-tool",
    title="The user agent is that of a tool",
    tier=Tier.HARD,
    weight=98,
    flags=[
        {"header_user_agent": "curl/8.5.0"},
        {"header_user_agent": "python-requests/2.32.3"},
        {"header_user_agent": "Go-http-client/1.1"},
        {"header_user_agent": "axios/1.7.2"},
        {"header_user_agent": "node"},
        {"user_agent": CHROME_MAC.replace("Chrome/", "HeadlessChrome/")},
    ],
    passes=[{"user_agent": CHROME_MAC}, {"user_agent": FIREFOX_LINUX}, {"user_agent": _OPERA_MINI}],
    wrong_about="A person who signs up by curl.",
)
def user_agent_tool(agents: tuple[str, ...]) -> str | None:
    """It says so itself: an HTTP library or a browser without a window fills in no signup form for a person."""
    tool = next(filter(None, map(_tool, agents)), None)
    return f"the user agent names a tool: {tool.rstrip('/')}" if tool else None


@check(
    "user-agent-none",
    title="No user agent was sent",
    tier=Tier.SOFT,
    weight=70,
    flags=[
        {"headers": {"host": "a.example", "accept": "*/*"}},
        {"headers": {"host": "a.example", "accept": "*/*", "user-agent": ""}},
    ],
    passes=[
        {"headers": {"host": "a.example", "accept": "*/*", "user-agent": CHROME_MAC}},
        {"headers": {"host": "a.example", "accept": "*/*", "user-agent": ""}, "user_agent": f"{CHROME_MAC} 红米"},
    ],
    wrong_about="People behind a proxy that takes the header out.",
)
def user_agent_none(whole_headers: dict[str, str], user_agent: str = "") -> str | None:
    """Every browser sends one. Servers hand over nothing of one that is not ASCII (granian), as some phones' names are not."""
    unread = "user-agent" in whole_headers and not user_agent.isascii()
    if unread or whole_headers.get("user-agent", "").strip():
        return None
    return "the request has no user agent"
