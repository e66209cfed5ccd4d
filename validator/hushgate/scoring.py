"""From findings to a score, a verdict and a confidence. docs/detection.md and CHECKS.md quote this file's constants."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from hushgate.engine import Report
from hushgate.registry import Tier
from hushgate.visit import Confidence, Verdict

HARD_SCORE = 95.0
_HARD = Tier.HARD.value
ADDRESS_FAMILIES = frozenset({"timezone", "network"})
"""Families that follow from the address: where it is a datacenter's, databases disagree about its country too often
(11 to 41 %) for them to count as two."""


IDENTITY_FAMILIES = frozenset({"platform", "brands", "rooms", "headers", "engine", "graphics", "languages"})
IDENTITY_CHECKS = frozenset({"natives-changed", "quiz-other-engine"})
"""What one changed user agent, or one proxy that takes headers out, makes flag all at once: extensions do that for people too."""

INPUT_FAMILIES = frozenset({"pointer", "presses", "keyboard", "rhythm", "grain", "filling", "focus"})
"""Families that look at how the form was filled."""


class Thresholds(NamedTuple):
    """A site's thresholds: human is below ``suspect``, bot from ``bot`` on."""

    suspect: float = 50.0
    bot: float = 80.0


class Score(Struct, frozen=True, gc=False):
    """0 to 100, what it means, and how many independent families stand behind it."""

    score: float
    verdict: Verdict
    confidence: Confidence


def score(report: Report, thresholds: Thresholds, *, datacenter: bool, hands: bool = False) -> Score:
    """Takes the strongest finding of each family and joins the families by noisy-or.

    score = 100 * (1 - product(1 - strongest / 100)); a HARD finding lifts it to at least 95. Where ``hands`` are shown and nothing
    about the input speaks against them, all that follows from a changed identity counts as one family.
    """
    weighty = [found for found in report.findings if found[1].weight]
    hands = hands and INPUT_FAMILIES.isdisjoint([family for family, _ in weighty])
    strongest: dict[str, int] = {}
    hard = False
    for family, finding in weighty:
        group = _group(family, finding.check, datacenter=datacenter, hands=hands)
        if finding.weight > strongest.get(group, 0):
            strongest[group] = finding.weight
        hard = hard or finding.tier == _HARD
    rest = 1.0
    for weight in strongest.values():
        rest *= 1 - weight / 100
    points = 100 * (1 - rest)
    points = round(max(points, HARD_SCORE) if hard else points, 1)
    verdict: Verdict = "bot" if points >= thresholds.bot else "suspect" if points >= thresholds.suspect else "human"
    agreeing = len(report.judged - strongest.keys()) if verdict == "human" else len(strongest)
    return Score(points, verdict, _confidence(agreeing))


def _group(family: str, check: str, *, datacenter: bool, hands: bool) -> str:
    if datacenter and family in ADDRESS_FAMILIES:
        return "address"
    return "identity" if hands and (family in IDENTITY_FAMILIES or check in IDENTITY_CHECKS) else family


_CONFIDENCES: tuple[Confidence, ...] = ("none", "low", "medium", "high")


def _confidence(families: int) -> Confidence:
    return _CONFIDENCES[min(families, 3)]
