"""What a signup's backend gets: one decision, whatever happened to the token. It never raises."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from hushgate.caller import Caller, address_prefix
from hushgate.config import Site
from hushgate.decision import Conversion
from hushgate.events.doors import Entered, Spoken
from hushgate.house import House
from hushgate.keys import new_nonce
from hushgate.signup.door import Answer, Door, Token, holder_of
from hushgate.signup.layer import Attempt, Said
from hushgate.signup.mail import keep
from hushgate.signup.names import domain_of
from hushgate.stepup.steps import write_ticket
from hushgate.tokens import Claims
from hushgate.verify import Verified
from hushgate.visit import Confidence, Decision, Finding, Skip, Verdict, Word, new_id

log = logging.getLogger(__name__)


_HIDDEN = frozenset({"verified", "step_up", "on_commit"})


class RequestLike(Protocol):
    """What is read of a customer's request: any WSGI request object has it."""

    @property
    def environ(self) -> dict[str, object]:
        """The WSGI environment."""


class Admission(Struct, frozen=True):
    """The decision about one signup.

    ``reasons`` is what every layer of the door said, in words; ``reason`` is the one that decided. Neither is for the visitor: they
    may hold the operator's own words about a block, and tell a bot what it was seen by. ``retry_after`` is in seconds, for ``throttle``. ``log`` is what may be logged of it: no secret, and no whole address. ``verdict``, ``score`` and
    ``confidence`` are None without a usable token. ``findings`` and ``skipped`` are the checks' words; ``skipped`` names layers
    that could not judge, too. ``step_up`` is the ticket for a step-up, where the decision is challenge and the site offers one.
    ``would`` is what enforcing would have done, where the site or a layer only observes.
    """

    decision: Decision
    conversion: Conversion
    reason: str
    id: str | None = None
    verdict: Verdict | None = None
    score: float | None = None
    confidence: Confidence | None = None
    findings: list[Finding] = []
    skipped: list[Skip] = []
    would: Decision | None = None
    lost: list[str] = []
    reasons: list[Word] = []
    retry_after: int = 0
    log: dict[str, str | float | None] = {}
    verified: Verified | None = None
    step_up: str = ""
    on_commit: list[Callable[[], bool]] = []

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What may be shown of it: no token, and nothing that can be spent."""
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name not in _HIDDEN]

    def __repr__(self) -> str:
        return f"Admission({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

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
        nothing to spend: True. A ghost that was kept with this admission is answered by it: False, too, where another signup for the
        same address was answered meanwhile.
        """
        spent = self.verified.commit() if self.verified else True
        due, self.on_commit[:] = [*self.on_commit], []
        return spent and all(done() for done in due)


def admit(
    house: House,
    site: Site,
    caller: Caller,
    *,
    token: str,
    action: str,
    hostname: str | None,
    email: str | None = None,
    form: Mapping[str, str] | None = None,
) -> Admission:
    """Decides about one signup: asks the door, and puts its answer on record.

    A token is leased to this visitor (user agent and address prefix), so that a form with another mistake in it can be sent
    again. Without a usable token the request's own headers are judged, and the policy's row for it is the least that is done.
    """
    attempt = _attempt(house, site, caller, action, email or None, form or {})
    answer = house.room(Door).decide(attempt, Token(token, hostname))
    _put_on_record(house, answer)
    admission = _admission(answer)
    return replace(admission, step_up=_ticket(answer, hostname)) if admission.decision == "challenge" else admission


def _attempt(
    house: House, site: Site, caller: Caller, action: str, email: str | None, form: Mapping[str, str]
) -> Attempt:
    return Attempt(
        house=house,
        site=site,
        action=action,
        caller=caller,
        network=house.atlas.look_up(caller.ip),
        prefix=address_prefix(caller.ip),
        email=email,
        domain=domain_of(email),
        form=form,
        now=time.time(),
    )


def _put_on_record(house: House, answer: Answer) -> None:
    """A signup that cannot be put on record is decided all the same."""
    try:
        kept = house.doors.append(_entered(answer))
    except Exception:
        log.exception("a signup could not be put on record, and is decided all the same")
        kept = False
    if not kept:
        house.metrics.count(house.metrics.spool_failures)


def _ticket(answer: Answer, hostname: str | None) -> str:
    """The ticket of a visit that is challenged; where it had no token, for claims that say so."""
    attempt = answer.attempt
    claims = attempt.claims or _bare(attempt, hostname)
    leased = answer.verified
    holder = leased.holder if leased else holder_of(attempt.house, attempt.caller, attempt.house.ring.newest.id)
    return write_ticket(attempt.house, attempt.site, claims, holder, attempt.email, leased=leased is not None)


def _bare(attempt: Attempt, hostname: str | None) -> Claims:
    """What is known of a visit without a token: nothing, so it is in the grey zone; or what its headers give away."""
    judged = attempt.headers.judged if attempt.verdict and attempt.headers else None
    return Claims(
        id=new_id(),
        nonce=new_nonce(),
        site=attempt.site.key,
        hostname=(hostname or "")[:253],
        action=attempt.action[:64],
        at=attempt.now,
        verdict=attempt.verdict or "suspect",
        decision="challenge",
        score=judged.score if judged else attempt.site.rules.thresholds.suspect,
        confidence=judged.confidence if judged else "none",
        conversion="suppress",
        findings=judged.findings if judged else [],
    )


def _entered(answer: Answer) -> Entered:
    """The signup as it goes on record."""
    attempt, network = answer.attempt, answer.attempt.network
    return Entered(
        at=int(attempt.now * 1000) / 1000,
        site=attempt.site.key,
        action=attempt.action,
        decision=answer.decision,
        would=answer.would,
        words=[_spoken(said) for said in answer.said],
        visit=attempt.visit,
        verdict=attempt.verdict,
        prefix=attempt.prefix,
        country=network.country,
        asn=network.asn,
        org=network.org,
        domain=attempt.domain,
        email=keep(attempt.house.ring, attempt.site, attempt.email) if attempt.email else "",
        skipped=[skip.check for skip in answer.skipped],
    )


def _spoken(said: Said) -> Spoken:
    word = said.word
    return Spoken(word.layer, word.decision, word.code, word.reason, said.enforced, said.lifted)


def _admission(answer: Answer) -> Admission:
    attempt, decision, would, word = answer.attempt, answer.decision, answer.would, answer.deciding
    claims, by_headers, verdict = attempt.claims, attempt.headers, attempt.verdict
    judged = claims or (by_headers.judged if verdict and by_headers else None)
    shown = claims or (by_headers.judged if by_headers else None)
    return Admission(
        decision=decision,
        conversion=claims.conversion if claims and decision == "allow" else "suppress",
        reason=word.reason if word else "no layer of the door is on",
        id=attempt.visit,
        verdict=verdict,
        score=judged.score if judged else None,
        confidence=judged.confidence if judged else None,
        findings=shown.findings if shown else [],
        skipped=[*(by_headers.skipped if by_headers else []), *answer.skipped],
        would=would if would != decision or not attempt.site.rules.enforce else None,
        lost=list(dict.fromkeys(answer.lost)) if answer.lost else [],
        reasons=[said.word for said in answer.said],
        retry_after=word.retry_after if word and decision == "throttle" else 0,
        log=_log(answer, word),
        verified=answer.verified,
    )


def _log(answer: Answer, word: Word | None) -> dict[str, str | float | None]:
    """What may be logged: who decided what, and nothing that names a person."""
    attempt, network = answer.attempt, answer.attempt.network
    return {
        "site": attempt.site.key,
        "action": attempt.action,
        "visit": attempt.visit,
        "decision": answer.decision,
        "would": answer.would,
        "layer": word.layer if word else None,
        "code": word.code if word else None,
        "reason": word.reason if word else None,
        "verdict": attempt.verdict,
        "country": network.country,
        "network": network.org,
    }
