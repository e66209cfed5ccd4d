"""The sliding window, as arithmetic. ``scripts/limits.lua`` says the same to Redis, and a test holds the two together."""

from __future__ import annotations

from collections.abc import Sequence

from hushgate.state.base import Limit
from hushgate.state.batch import Quota, Taken


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


def weigh(quotas: Sequence[Quota], now: float, hits: Sequence[tuple[int, int] | None]) -> Taken:
    """What ``take`` answers. ``hits`` has each quota's in the fixed window at ``now`` and in the one before; None is not asked."""
    counts: list[float | None] = []
    beside: dict[tuple[str, int], float] = {}
    for quota, pair in zip(quotas, hits, strict=True):
        window = quota.window
        count = pair[0] + pair[1] * (1 - now % window / window) if pair else 0.0
        counts.append(count if pair else None)
        beside[quota.key, window] = count
    waits = []
    for quota, pair, own in zip(quotas, hits, counts, strict=True):
        amount = quota.amount
        if quota.of and own is not None:
            amount = max(amount, int(quota.times * max(0.0, beside.get((quota.of, quota.window), 0.0) - own)))
        fits = pair is None or own is None or own + 1 <= amount
        waits.append(0 if fits or pair is None else wait_seconds(Limit(quota.key, amount, quota.window), now, *pair))
    return Taken(tuple(waits), tuple(counts))
