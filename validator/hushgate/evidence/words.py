"""Words that findings are told in."""

from __future__ import annotations

from hushgate.evidence.browser import parse_user_agent


def many(count: int, one: str, more: str) -> str:
    """A number with what is counted: "1 field was", "3 fields were"."""
    return f"{count} {one if count == 1 else more}"


def apart(agent: str, other: str) -> tuple[str, str]:
    """Two user agents as a person would tell them apart: by browser and system where those differ, else as they stand."""
    words = parse_user_agent(agent).words, parse_user_agent(other).words
    if words[0] != words[1]:
        return words
    at = next((place for place, (a, b) in enumerate(zip(agent, other, strict=False)) if a != b), 0)
    start = max(at - 20, 0)
    return repr(agent[start : start + 60]), repr(other[start : start + 60])
