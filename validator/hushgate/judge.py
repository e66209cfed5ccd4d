"""Judges one visit: evidence, checks, score, decision. No server, no state, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec import Struct

from hushgate import engine
from hushgate.decision import Conversion, Policy, decide
from hushgate.engine import Background, Report, Watch
from hushgate.evidence import hands, of_moment, of_story
from hushgate.evidence.headers import VOLATILE
from hushgate.payload import STORIES_KEPT, Payload, Story, read_record
from hushgate.registry import all_checks
from hushgate.scoring import Thresholds, score
from hushgate.visit import Judged, Network, Skip, Visit

LookUp = Callable[[str], Network]
HEADERS_MAX = 8 * 1024
"""Letters of headers that are kept with a story; real ones have 1 to 2 kB."""


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


class Judgement(Struct, frozen=True, gc=False):
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
    known = visit.network or network
    background = _background(visit, payload.story, rules.watch, known)
    report = rules.watch.run(background, of_moment(visit, payload, background.story))
    hosting, hand = known is not None and known.kind == "hosting", payload.moment.get("interaction")
    result = score(report, rules.thresholds, datacenter=hosting, hands=hand is not None and hands.shown(hand))
    robot = visit.robot is not None and visit.robot.verified is True
    decided = decide(result, rules.policy_for(visit.action), enforce=rules.enforce, robot=robot)
    judged = Judged(
        verdict=result.verdict,
        decision=decided.decision,
        score=result.score,
        confidence=result.confidence,
        findings=[finding for _, finding in report.findings],
        would=decided.would,
    )
    return Judgement(judged, decided.conversion, known, report)


def _background(visit: Visit, story: Story, watch: Watch, network: Network | None) -> Background:
    headers = visit.headers.copy()
    for name in VOLATILE & headers.keys():
        del headers[name]
    if story.kept and not visit.page and _length(headers) <= HEADERS_MAX:
        return _keep_background(watch, story, tuple(headers), tuple(headers.values()), network, visit.action)
    return watch.background(of_story(story, headers, network, visit.action, visit.page))


def _length(headers: dict[str, str]) -> int:
    return sum(map(len, headers)) + sum(map(len, headers.values()))


@lru_cache(maxsize=STORIES_KEPT)
def _keep_background(
    watch: Watch, story: Story, names: tuple[str, ...], values: tuple[str, ...], network: Network | None, action: str
) -> Background:
    headers = dict(zip(names, values, strict=True))
    return watch.background(of_story(story, headers, network, action, {}))


def judge_record(visit: Visit, rules: Rules, look_up: LookUp | None = None) -> Judgement:
    """Judges a visit on record. Its own ``network`` wins over the look-up."""
    network = look_up(visit.ip) if visit.network is None and visit.ip and look_up else None
    return judge(visit, read_record(visit.signals, visit.missing), rules, network)
