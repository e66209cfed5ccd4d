"""The sliding window, as arithmetic. ``scripts/limits.lua`` says the same to Redis, and a test holds the two together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hushgate.state.base import Limit, Quota, Taken


def slide(window: int, now: float, current: int, previous: int) -> float:
    """The hits of the last ``window`` seconds, by the same estimate."""
    return current + previous * (1 - now % window / window)


def wait_seconds(limit: Limit, now: float, current: int, previous: int) -> int:
    """Whole seconds until another hit is allowed where no other comes between, 0 where it is now.

    ``current`` and ``previous`` are the hits of the fixed window at ``now`` and of the one before. Of the one before, the
    part that is still within ``window`` seconds counts, as if its hits were spread evenly.
    """
    window = limit.window
    into = now % window
    if current + previous * (1 - into / window) + 1 <= limit.amount:
        return 0
    if current + 1 <= limit.amount:
        free_at = window * (1 - (limit.amount - current - 1) / previous)
    elif limit.amount >= 1:
        # this window is full: the next one frees a place when enough of this one has slid out
        free_at = window + window * (1 - (limit.amount - 1) / current)
    else:
        # nothing is ever allowed: any answer is as good
        free_at = window * 2
    return max(1, int(free_at - into) + 1)


def weigh(quotas: Sequence[Quota], now: float, hits: Callable[[Quota, int], int], *, again: bool) -> Taken:
    """What ``take`` answers. ``hits`` gives a quota's hits in the fixed window of that number; ``again`` asks only each."""
    asked = [quota for quota in quotas if quota.each or not again]
    pairs = {
        quota: (hits(quota, int(now // quota.window)), hits(quota, int(now // quota.window) - 1)) for quota in asked
    }
    counts = {quota: pair[0] + pair[1] * (1 - now % quota.window / quota.window) for quota, pair in pairs.items()}
    beside = {(quota.key, quota.window): count for quota, count in counts.items()}
    waits = {}
    for quota, pair in pairs.items():
        others = max(0.0, beside.get((quota.of, quota.window), 0.0) - counts[quota]) if quota.of else 0.0
        amount = max(quota.amount, int(quota.times * others))
        waits[quota] = wait_seconds(Limit(quota.key, amount, quota.window), now, *pair)
    return Taken(tuple(waits.get(quota, 0) for quota in quotas), tuple(map(counts.get, quotas)))
