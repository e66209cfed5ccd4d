"""What a signup's backend gets: one decision, whatever happened to the token. It never raises."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol

from hushgate.caller import Caller, address_prefix
from hushgate.config import Site
from hushgate.decision import Conversion, decide_without
from hushgate.errors import (
    HushgateError,
    StateLost,
    TokenExpired,
    TokenMisdirected,
    TokenMissing,
    TokenRefused,
    TokenReplayed,
)
from hushgate.house import House
from hushgate.judge import Judgement, judge
from hushgate.payload import Payload, Story
from hushgate.verify import Verified, verify
from hushgate.visit import Confidence, Decision, Finding, Skip, Verdict, Visit

log = logging.getLogger(__name__)
_ROWS: dict[type[HushgateError], str] = {
    TokenMissing: "missing",
    TokenExpired: "expired",
    TokenReplayed: "replayed",
    TokenMisdirected: "misdirected",
    StateLost: "state_lost",
}


class RequestLike(Protocol):
    """What is read of a customer's request: any WSGI request object has it."""

    @property
    def environ(self) -> dict[str, object]:
        """The WSGI environment."""


@dataclass(frozen=True)
class Admission:
    """The decision about one signup.

    ``verdict``, ``score`` and ``confidence`` are None without a usable token; ``reason`` then says why in words. ``findings``
    and ``skipped`` are the checks' words.
    """

    decision: Decision
    conversion: Conversion
    reason: str
    id: str | None = None
    verdict: Verdict | None = None
    score: float | None = None
    confidence: Confidence | None = None
    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    would: Decision | None = None
    lost: list[str] = field(default_factory=list)
    verified: Verified | None = field(default=None, repr=False)

    @property
    def allowed(self) -> bool:
        """Whether to go on with the signup."""
        return self.decision == "allow"

    @property
    def ghosted(self) -> bool:
        """Whether to answer as if it had succeeded, and do nothing."""
        return self.decision == "ghost"

    def commit(self) -> bool:
        """Spends the token: True for the one call that does, so do it before the row is written.

        Two forms sent at once with one token are one visitor's lease, and only one of them may go on. Without a token there is
        nothing to spend: True.
        """
        return self.verified.commit() if self.verified else True


def admit(house: House, site: Site, caller: Caller, *, token: str, action: str, hostname: str | None) -> Admission:
    """Decides about one signup.

    A token is leased to this visitor (user agent and address prefix), so that a form with another mistake in it can be sent
    again. Without a usable token the request's own headers are judged, and the policy's row for it is the least that is done.
    """
    key = house.ring.newest.id
    holder = house.sessions.hash(f"{caller.user_agent}\n{address_prefix(caller.ip)}", key)
    try:
        sites = frozenset({site.key})
        verified = verify(house, token, sites=sites, action=action, hostname=hostname, holder=holder, spend=False)
    except (TokenRefused, StateLost) as error:
        return _without(house, site, caller, action, error)
    claims = verified.claims
    return Admission(
        decision=claims.decision,
        conversion=claims.conversion,
        reason=_reason(verified),
        id=claims.id,
        verdict=claims.verdict,
        score=claims.score,
        confidence=claims.confidence,
        findings=claims.findings,
        would=claims.would,
        lost=verified.lost,
        verified=verified,
    )


def _reason(verified: Verified) -> str:
    words = f"{verified.verdict}, score {verified.score:g}, confidence {verified.confidence}"
    return f"{words}; judged without the state store" if verified.lost else words


def _without(house: House, site: Site, caller: Caller, action: str, error: HushgateError) -> Admission:
    row = _ROWS.get(type(error), "forged")
    house.metrics.count(house.metrics.no_data, row)
    policy = site.rules.policy_for(action)
    decided = decide_without(row, policy, enforce=site.rules.enforce)
    judgement = judge_headers(house, site, caller, action)
    judged = judgement.judged
    if judged.verdict == "bot":
        decided = decided._replace(decision=judged.decision, would=judged.would)
    return Admission(
        decision=decided.decision,
        conversion=decided.conversion,
        reason=f"no verdict: {error}",
        verdict="bot" if judged.verdict == "bot" else None,
        score=judged.score if judged.verdict == "bot" else None,
        confidence=judged.confidence if judged.verdict == "bot" else None,
        findings=judged.findings,
        skipped=judgement.skipped,
        would=decided.would,
    )


def judge_headers(house: House, site: Site, caller: Caller, action: str) -> Judgement:
    """Judges a request by its headers and address alone, as for a form that was posted without the script."""
    network = house.atlas.look_up(caller.ip)
    page = {"scheme": caller.scheme}
    visit = Visit(site=site.key, action=action, ip=caller.ip, headers=caller.headers, page=page)
    payload = Payload(Story({}, {}), {})
    return judge(visit, payload, site.rules, network)
