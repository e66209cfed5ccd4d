"""From a verdict to what is done with it: a site's policy, by action."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from hushgate.scoring import Score
from hushgate.visit import Decision

Conversion = Literal["count", "suppress"]


class Policy(NamedTuple):
    """What is done with each verdict, and with each way of having none.

    ``ghost_at`` is a threshold of its own, above that for a bot: a ghosted person is the worst error there is. A bot below it
    gets ``below_ghost``.
    """

    human: Decision = "allow"
    suspect: Decision = "allow"
    bot: Decision = "ghost"
    below_ghost: Decision = "challenge"
    ghost_at: float = 90.0
    missing: Decision = "challenge"
    expired: Decision = "challenge"
    forged: Decision = "challenge"
    replayed: Decision = "challenge"
    misdirected: Decision = "challenge"
    state_lost: Decision = "allow"
    robot: Decision = "deny"
    gate_lost: Decision = "allow"
    quarantine_lost: Decision = "challenge"


class Decided(Struct, frozen=True, gc=False):
    """``decision`` is acted on; ``would`` is what enforcing would have decided, where the site only observes."""

    decision: Decision
    would: Decision | None
    conversion: Conversion


def decide(score: Score, policy: Policy, *, enforce: bool, robot: bool = False) -> Decided:
    """Applies the policy to a score, or its row for a verified ``robot``. A conversion counts where somebody who is no bot is let in."""
    wanted: Decision = policy.robot if robot else getattr(policy, score.verdict)
    if wanted == "ghost" and score.score < policy.ghost_at:
        wanted = policy.below_ghost
    if not enforce:
        return Decided("allow", wanted, "count")
    counts = wanted == "allow" and score.verdict != "bot"
    return Decided(wanted, None, "count" if counts else "suppress")


def decide_without(row: str, policy: Policy, *, enforce: bool) -> Decided:
    """Applies the policy's row for a visit that has no usable verdict. ``row`` is its name."""
    wanted: Decision = getattr(policy, row)
    return Decided(wanted if enforce else "allow", None if enforce else wanted, "suppress")
