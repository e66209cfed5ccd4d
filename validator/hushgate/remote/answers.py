"""What a gate elsewhere answered, in the words of the gate in process."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hushgate.admission import Admission
from hushgate.decision import Decided
from hushgate.errors import (
    HushgateError,
    StateLost,
    TokenExpired,
    TokenForged,
    TokenMisdirected,
    TokenMissing,
    TokenReplayed,
)
from hushgate.metrics import Metrics
from hushgate.tokens import Claims
from hushgate.verify import Verified
from hushgate.visit import Word
from hushgate.wire import AdmitAnswer, Refused, Told


def claims_of(told: Told) -> Claims:
    """The claims of a token that was read elsewhere. Its nonce stays there."""
    return Claims(nonce="", **msgspec.structs.asdict(told))


def error_of(refused: Refused) -> HushgateError:
    """The error that stands for a refused token."""
    errors: dict[str, Callable[[], HushgateError]] = {
        TokenMissing.code: lambda: TokenMissing(refused.message),
        TokenExpired.code: lambda: TokenExpired(refused.message, age=refused.age),
        TokenReplayed.code: lambda: TokenReplayed(refused.message, id=refused.id),
        TokenMisdirected.code: lambda: TokenMisdirected(refused.claim, expected=refused.expected, got=refused.got),
        StateLost.code: lambda: StateLost(refused.message),
    }
    return errors.get(refused.code, lambda: TokenForged(refused.message))()


def admission_of(answer: AdmitAnswer, action: str, commit: Callable[[], bool]) -> Admission:
    """The admission that was decided elsewhere; ``commit`` spends its lease there."""
    return Admission(
        decision=answer.decision,
        conversion=answer.conversion,
        reason=answer.reason,
        id=answer.id,
        verdict=answer.verdict,
        score=answer.score,
        confidence=answer.confidence,
        findings=answer.findings,
        skipped=answer.skipped,
        would=answer.would,
        lost=answer.lost,
        reasons=answer.reasons,
        retry_after=answer.retry_after,
        log=answer.log,
        verified=_verified(answer, action, commit),
        step_up=answer.step_up,
    )


def _verified(answer: AdmitAnswer, action: str, commit: Callable[[], bool]) -> Verified | None:
    if answer.lease is None or answer.verdict is None:
        return None
    told = Told(
        id=answer.id or "",
        site="",
        hostname="",
        action=action,
        at=0.0,
        verdict=answer.verdict,
        decision=answer.decision,
        would=answer.would,
        score=answer.score or 0.0,
        confidence=answer.confidence or "none",
        conversion=answer.conversion,
        findings=answer.findings,
        lost=answer.lost,
    )
    return Verified(claims_of(told), answer.lost, answer.lease, commit)


def admission_without(metrics: Metrics, decided: Decided, reason: str, code: str) -> Admission:
    """The admission where the gate could not be asked, counted. ``code`` is the error's."""
    metrics.count(metrics.no_data, "gate_lost")
    told = f"no verdict: {reason}"
    return Admission(
        decision=decided.decision,
        conversion=decided.conversion,
        reason=told,
        would=decided.would,
        lost=["gate"],
        reasons=[Word("verdict", decided.would or decided.decision, told, code)],
        log={"decision": decided.decision, "would": decided.would, "code": code, "reason": told},
    )
