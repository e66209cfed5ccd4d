"""Judges one visit: evidence, checks, score, decision. No server, no state, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hushgate import engine
from hushgate.decision import Conversion, Policy, decide
from hushgate.engine import Report, Watch
from hushgate.evidence import gather
from hushgate.payload import Payload, read_record
from hushgate.registry import all_checks
from hushgate.scoring import Thresholds, score
from hushgate.visit import Judged, Network, Skip, Visit

LookUp = Callable[[str], Network]


@dataclass(frozen=True)
class Rules:
    """How one site judges: its checks, thresholds, policies by action, and whether it acts."""

    watch: Watch
    thresholds: Thresholds = field(default_factory=Thresholds)
    policy: Policy = field(default_factory=Policy)
    policies: dict[str, Policy] = field(default_factory=dict)
    enforce: bool = True

    def policy_for(self, action: str) -> Policy:
        """The action's own policy, or the site's."""
        return self.policies.get(action, self.policy)


@dataclass(frozen=True)
class Judgement:
    """What came of a visit."""

    judged: Judged
    conversion: Conversion
    network: Network | None
    report: Report

    @property
    def skipped(self) -> list[Skip]:
        """What was not judged, and why."""
        return self.report.skipped


def default_rules() -> Rules:
    """The rules of a site with no settings of its own, enforcing."""
    return Rules(engine.man(all_checks(), {}))


def judge(visit: Visit, payload: Payload, rules: Rules, network: Network | None = None) -> Judgement:
    """Judges a visit whose payload has been read. ``network`` is used where the visit brings none. Never raises."""
    evidence = gather(visit, payload, network)
    report = engine.run(rules.watch, evidence)
    known = visit.network or network
    result = score(report, rules.thresholds, datacenter=known is not None and known.kind == "hosting")
    decided = decide(result, rules.policy_for(visit.action), enforce=rules.enforce)
    judged = Judged(
        verdict=result.verdict,
        decision=decided.decision,
        score=result.score,
        confidence=result.confidence,
        findings=[finding for _, finding in report.findings],
        would=decided.would,
    )
    return Judgement(judged, decided.conversion, known, report)


def judge_record(visit: Visit, rules: Rules, look_up: LookUp | None = None) -> Judgement:
    """Judges a visit on record. Its own ``network`` wins over the look-up."""
    network = look_up(visit.ip) if visit.network is None and visit.ip and look_up else None
    return judge(visit, read_record(visit.signals, visit.missing), rules, network)
