"""Evidence: everything the checks may ask for, by name.

A name is a signal, a part of the request, or derived from those. Importing this package registers all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hushgate import signals
from hushgate.evidence import address, browser, desktop, graphics, headers, privacy, quiz, robots, rooms, timing
from hushgate.evidence.core import DERIVED, SOURCES, Derivation, Evidence, Missing, derived, known, reads
from hushgate.payload import Payload, Story
from hushgate.signals import SIGNALS
from hushgate.visit import Form, Network, Robot, Timing, Visit

__all__ = [
    "DERIVED",
    "MOMENT",
    "SOURCES",
    "Derivation",
    "Evidence",
    "Missing",
    "derived",
    "from_example",
    "known",
    "reads",
]

_PARTS: dict[str, Any] = {
    "action": str,
    "headers": dict[str, str],
    "opened": dict[str, str],
    "network": Network,
    "timing": Timing,
    "form": Form,
    "missing": dict[str, str],
    "page": dict[str, Any],
    "robot": Robot,
}

SOURCES.update(SIGNALS, _PARTS)

MOMENT = signals.MOMENT | {"opened", "timing", "form", "robot"}
"""Names that differ from visit to visit of one browser; every other source belongs to its story."""


_NO_ROBOT = Missing("the visit names no robot")


def of_story(
    story: Story, headers: Mapping[str, str], network: Network | None, action: str, page: dict[str, Any]
) -> Evidence:
    """The evidence that a browser gives again at every visit."""
    evidence = Evidence(story.signals)
    for name, reason in story.missing.items():
        evidence[name] = Missing(f"{name} is missing ({reason})")
    evidence["missing"] = story.missing
    evidence["headers"] = headers
    evidence["action"] = action
    evidence["network"] = network or Missing("the address was not looked up")
    if page:
        evidence["page"] = page
    return evidence


def of_moment(visit: Visit, payload: Payload, story: Evidence) -> Evidence:
    """The evidence of this one visit; why a signal is missing is known to its story."""
    evidence = Evidence(payload.moment)
    for name in signals.MOMENT - evidence.keys():
        evidence[name] = story[name]
    evidence["timing"] = visit.timing
    if visit.opened:
        evidence["opened"] = visit.opened
    evidence["robot"] = visit.robot or _NO_ROBOT
    if visit.form is not None:
        evidence["form"] = visit.form
    return evidence


def from_example(example: dict[str, Any]) -> Evidence:
    """The evidence of a check's example: signals and parts in the shape of a record, derived names as they are."""
    shapes = {**SIGNALS, **_PARTS}
    evidence = Evidence()
    for name, value in example.items():
        if isinstance(value, Missing) or name not in shapes:
            evidence[name] = value
        else:
            evidence[name] = msgspec.convert(value, type=shapes[name])
    return evidence


_REGISTERED = (address, browser, desktop, graphics, headers, privacy, quiz, robots, rooms, timing)
