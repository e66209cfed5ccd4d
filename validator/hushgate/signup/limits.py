"""The layer of the limits: how many signups there may be, counted in sliding windows that all workers share.

All counters of a site live in one shard, so that a signup counts against every limit or against none, in one round trip, on a
cluster too. Sites spread over the nodes; what one node can take is far more than one site has signups (``make bench`` says how many).

PyPI's ``limits`` is not used: its storages know one key a call, so limits that belong together cannot be taken together, and its
Redis clients would be a second way to the same servers, without the breaker that keeps a dead node from holding up signups.
"""

from __future__ import annotations

from collections.abc import Sequence

from hushgate.house import House
from hushgate.signup.layer import LOST, REFUSALS, Asking, Attempt, Layer, NotJudged
from hushgate.signup.plan import NAME, Plan, Plans, whys
from hushgate.state import Batch, Reply, Taken, all_allowed
from hushgate.verify import shard_of
from hushgate.visit import Decision, Word

_WORDS = {
    "address": "from this address",
    "session": "with this token",
    "device": "from devices like this",
    "provider": "with this mail provider",
    "domain": "with this mail domain",
    "network": "from this network",
    "site": "at this site",
}


class LimitsLayer(Asking):
    """Says throttle over a limit, with the seconds to wait; to a bot, ghost: it is told nothing."""

    name = NAME
    last = True

    def __init__(self, house: House) -> None:
        self._house = house
        self._plans: dict[str, Plans] = {}

    def ask(self, attempt: Attempt, so_far: Decision) -> Batch | None:
        """See Asking. A signup that is challenged counts against what is its own, not against what it shares with others."""
        if attempt.action not in attempt.own(NAME)["actions"]:
            return None
        site = attempt.site.key
        plans = self._plans.get(site) or self._plans.setdefault(site, Plans(self._house))
        attempt.notes[NAME] = plan = plans.make(attempt, so_far)
        return Batch(None, (), None, plan.takes, plan.consume)

    def hear(self, attempt: Attempt, reply: Reply | None, so_far: Decision) -> Word | None:
        """See Asking. What was counted of an attempt that another layer has refused meanwhile is given back."""
        if reply is None:
            raise NotJudged(LOST)
        plan, plans = attempt.notes[NAME], self._plans[attempt.site.key]
        plans.learn(plan, reply)
        allowed = all_allowed(reply.taken)
        if allowed and plan.consume:
            self._give_back(attempt, plan, so_far, reply.at)
            return None
        narrower = so_far == "challenge" != plan.so_far
        # nobody is refused by what was assumed: the answer brought along what the site has seen
        if narrower or (not allowed and not plan.known):
            plan = plans.make(attempt, so_far)
            batch = Batch(takes=plan.takes, consume=plan.consume)
            reply = self._house.state.decide(shard_of(attempt.site.key), batch)
            plans.learn(plan, reply)
        return _word(attempt, plan, reply.taken)

    def _give_back(self, attempt: Attempt, plan: Plan, so_far: Decision, at: float) -> None:
        kept = 0 if so_far in REFUSALS else 1 if so_far == "challenge" else len(plan.takes)
        if kept < len(plan.takes):
            self._house.state.give_back(shard_of(attempt.site.key), plan.takes[kept:], at)


def _word(attempt: Attempt, plan: Plan, taken: Sequence[Taken]) -> Word | None:
    over = [
        (*why, wait)
        for parts, one in zip(plan.parts, taken, strict=True)
        for why, wait in zip(whys(attempt.own(NAME), parts), one.waits, strict=False)
        if why and wait
    ]
    if not over:
        return None
    told = "; ".join(f"more than {rate.amount} in {_period(rate.window)} {_WORDS[kind]}" for kind, rate, _ in over)
    decision: Decision = "ghost" if attempt.verdict == "bot" else "throttle"
    return Word(NAME, decision, told, f"over-{over[0][0]}", max(wait for *_, wait in over))


def _period(seconds: int) -> str:
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}s" if seconds > unit else f"a{'n' if name == 'hour' else ''} {name}"
    return f"{seconds} seconds"


def open_layer(house: House) -> Layer:
    """The layer."""
    return LimitsLayer(house)
