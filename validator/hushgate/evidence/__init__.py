"""Evidence: everything the checks may ask for, by name.

A name is a signal, a part of the request, or derived from those. Importing this package registers all of them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hushgate.evidence import address, browser, graphics, headers, privacy, rooms, timing
from hushgate.evidence.core import DERIVED, SOURCES, Evidence, Missing, derived, known, reads
from hushgate.payload import Payload
from hushgate.signals import SIGNALS
from hushgate.visit import Form, Network, Timing, Visit

__all__ = ["DERIVED", "SOURCES", "Evidence", "Missing", "derived", "from_example", "gather", "known", "reads"]

_PARTS: dict[str, Any] = {
    "action": str,
    "headers": dict[str, str],
    "opened": dict[str, str],
    "network": Network,
    "timing": Timing,
    "form": Form,
    "missing": dict[str, str],
    "page": dict[str, Any],
}

SOURCES.update(SIGNALS, _PARTS)


def gather(visit: Visit, payload: Payload, network: Network | None) -> Evidence:
    """The evidence of one visit. ``network`` is the look-up's answer, used where the record brings none."""
    evidence = Evidence(payload.signals)
    for name, reason in payload.missing.items():
        evidence[name] = Missing(f"{name} is missing ({reason})")
    evidence["missing"] = payload.missing
    evidence["headers"] = visit.headers
    evidence["timing"] = visit.timing
    evidence["action"] = visit.action
    evidence["network"] = visit.network or network or Missing("the address was not looked up")
    if visit.page:
        evidence["page"] = visit.page
    if visit.opened:
        evidence["opened"] = visit.opened
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


_REGISTERED = (address, browser, graphics, headers, privacy, rooms, timing)
