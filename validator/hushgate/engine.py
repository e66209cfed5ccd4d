"""Runs the checks over the evidence of one visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hushgate.evidence import Evidence, Missing
from hushgate.registry import Check, Tier
from hushgate.visit import Finding, Skip

SAW_MAX = 200


class Setting(NamedTuple):
    """How a site wants one check: None keeps what the check ships with."""

    tier: Tier | None = None
    weight: int | None = None
    off: bool = False


_AS_SHIPPED = Setting()
Ask = Callable[[Evidence], "str | Missing | None"]


class Post(NamedTuple):
    """A check as one site runs it. ``ask`` puts the evidence to it: what it saw, None, or why it was not judged."""

    check: Check
    tier: Tier
    weight: int
    ask: Ask


@dataclass(frozen=True)
class Report:
    """What the checks said: findings with their families, what was not judged, and the families that were judged."""

    findings: list[tuple[str, Finding]]
    unjudged: list[tuple[str, Missing]]
    judged: frozenset[str]

    @property
    def skipped(self) -> list[Skip]:
        """What was not judged, and why."""
        return [Skip(name, missing.reason) for name, missing in self.unjudged]


def post(check: Check, setting: Setting = _AS_SHIPPED) -> Post:
    """A check as a setting wants it."""
    tier = setting.tier or check.tier
    weight = check.weight if setting.weight is None else setting.weight
    return Post(check, tier, 0 if tier is Tier.NOTE else weight, _asker(check))


def man(checks: Sequence[Check], settings: Mapping[str, Setting]) -> list[Post]:
    """The checks as a site's settings want them; those that are off are left out."""
    wanted = [(check, settings.get(check.name, _AS_SHIPPED)) for check in checks]
    return [post(check, setting) for check, setting in wanted if not setting.off]


def run(posts: Sequence[Post], evidence: Evidence) -> Report:
    """Runs every check that can be judged. Never raises: a check that fails is not judged, and the reason says so."""
    findings: list[tuple[str, Finding]] = []
    unjudged: list[tuple[str, Missing]] = []
    judged: set[str] = set()
    for check, tier, weight, ask in posts:
        try:
            saw = ask(evidence)
        except Exception as error:  # noqa: BLE001 - a check that fails is neither clean nor a finding, and must not end a signup
            saw = Missing(f"the check failed ({type(error).__name__})")
        if type(saw) is Missing:
            unjudged.append((check.name, saw))
            continue
        if weight:
            judged.add(check.family)
        if saw is not None:
            findings.append((check.family, Finding(check.name, tier.value, weight, str(saw)[:SAW_MAX])))
    findings.sort(key=lambda pair: -pair[1].weight)
    return Report(findings, unjudged, frozenset(judged))


def _asker(check: Check) -> Ask:
    """One closure a check, as lean as what it reads allows: some seventy of them run in every verdict."""
    judge, needs = check.judge, check.needs
    if check.abstain or check.optional or not 1 <= len(needs) <= 2:
        return lambda evidence: _ask(check, evidence)
    first, second = needs[0], needs[-1]

    def one(evidence: Evidence) -> str | Missing | None:
        value = evidence[first]
        return value if type(value) is Missing else judge(value)

    def two(evidence: Evidence) -> str | Missing | None:
        value, other = evidence[first], evidence[second]
        if type(value) is Missing:
            return value
        return other if type(other) is Missing else judge(value, other)

    return one if len(needs) == 1 else two


def _ask(check: Check, evidence: Evidence) -> str | Missing | None:
    values = [evidence[name] for name in check.needs]
    for value in values:
        if type(value) is Missing:
            return value
    unfair = check.abstain and _unfair(check, evidence)
    if unfair:
        return unfair
    if not check.optional:
        return check.judge(*values)
    extra = {name: evidence[name] for name in check.optional}
    return check.judge(*values, **{name: value for name, value in extra.items() if type(value) is not Missing})


def _unfair(check: Check, evidence: Evidence) -> Missing | None:
    classes = evidence["privacy"]
    if type(classes) is Missing or check.abstain.isdisjoint(classes):
        return None
    return Missing(f"not fair to {next(iter(check.abstain & classes)).value}")
