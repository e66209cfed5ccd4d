"""A visit on record: what a browser said, what its requests said, where it came from, and how it was judged.

Shape: docs/protocol.md, section 6. One JSON object a line, in the spool, in ``hushgate judge`` and in ``tests/visits``.
"""

from __future__ import annotations

import os
import time
from typing import Any, Literal

import msgspec
from msgspec import Struct

from hushgate.errors import BadField

Verdict = Literal["human", "suspect", "bot"]
Decision = Literal["allow", "challenge", "throttle", "ghost", "deny"]
Confidence = Literal["none", "low", "medium", "high"]
StepKind = Literal["none", "proof-of-work", "mail-code", "turnstile", "hcaptcha"]
"""What a challenged visit may do to be let in."""

Kind = Literal["access", "hosting", "relay", "vpn", "tor", "unknown"]


def new_id() -> str:
    """An id for a visit: 11 hex digits of milliseconds, so that ids sort by time, and 48 random bits."""
    return f"{time.time_ns() // 1_000_000:011x}{os.urandom(6).hex()}"


class Network(Struct, frozen=True, gc=False):
    """Who runs the network that an address belongs to. ``country`` is ISO 3166 alpha-2."""

    country: str | None = None
    asn: int | None = None
    org: str | None = None
    kind: Kind = "unknown"


class Form(Struct, frozen=True, omit_defaults=True):
    """What the backend adds of the form, where it wants it judged."""

    email: str | None = None
    honeypot: str | None = None


class Timing(Struct, frozen=True, omit_defaults=True):
    """Milliseconds, by the gate's clock; ``clock_skew_ms`` is the page's wall clock less the gate's."""

    open_to_verdict_ms: float | None = None
    page_open_ms: float | None = None
    clock_skew_ms: float | None = None


class Finding(Struct, frozen=True):
    """One check that flagged. ``saw`` says what it saw, in words."""

    check: str
    tier: str
    weight: int
    saw: str


class Skip(Struct, frozen=True):
    """One check that was not judged, and why."""

    check: str
    why: str


class Word(Struct, frozen=True, omit_defaults=True):
    """What a layer of the door says of a signup. ``reason`` is safe to log: no whole address, of mail or network, no secret.

    ``code`` is stable, for counting: "over-address", "blocked-domain". ``retry_after`` is in seconds. ``lifts`` names the
    layers whose words no longer matter, "*" for all of them: an entry on the allowlist does that.
    """

    layer: str
    decision: Decision
    reason: str
    code: str
    retry_after: int = 0
    lifts: tuple[str, ...] = ()


class Judged(Struct, frozen=True, omit_defaults=True):
    """What came of a visit. ``would`` is the decision that enforcing would have made, where the site only observes."""

    verdict: Verdict
    decision: Decision
    score: float
    confidence: Confidence
    findings: list[Finding]
    would: Decision | None = None
    lost: list[str] = []


class Robot(Struct, frozen=True, omit_defaults=True):
    """The robot that a visit says it is, and what became of that word: kept, broken, or not known (None); ``by`` says how, or why not."""

    name: str
    operator: str = ""
    verified: bool | None = None
    by: str = ""


class Visit(Struct, omit_defaults=True):
    """One visit. ``at`` is seconds since 1970 or ISO 8601; header names are lower case, in the order they came in."""

    id: str = ""
    at: float | str | None = None
    site: str = ""
    action: str = ""
    ip: str | None = None
    network: Network | None = None
    robot: Robot | None = None
    headers: dict[str, str] = {}
    signals: dict[str, Any] = {}
    missing: dict[str, str] = {}
    form: Form | None = None
    timing: Timing = Timing()
    opened: dict[str, str] = {}
    page: dict[str, Any] = {}
    judged: Judged | None = None
    expect: Verdict | None = None


_encoder = msgspec.json.Encoder()
encode, encode_into = _encoder.encode, _encoder.encode_into
_decode = msgspec.json.Decoder(Visit).decode


def read_visit(line: bytes | str) -> Visit:
    """Reads one line of a record.

    Raises:
        BadField: the line is not JSON, or a part of it has a wrong type; the message names the part.
    """
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadField(f"not a visit on record: {error}", "visit") from None
