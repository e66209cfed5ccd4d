"""The sliding window, as arithmetic. ``scripts/limits.lua`` says the same to Redis, and a test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def weigh(
    quotas: Sequence[Quota],
    windows: Mapping[int, tuple[int, float]],
    hits: Sequence[tuple[int, int] | None],
    now: float,
) -> Taken:
    """What a Take is told. ``hits`` has each quota's in the fixed window at ``now`` and in the one before; None is not asked.

    ``windows`` has for each length the number of the fixed window, and how much of the one before counts.
    """
    counts = [
        None if pair is None else pair[0] + pair[1] * windows[quota.window][1]
        for quota, pair in zip(quotas, hits, strict=True)
    ]
    beside = {(quota.key, quota.window): count for quota, count in zip(quotas, counts, strict=True)}
    waits = []
    for (key, amount, window, of, times, _), pair, own in zip(quotas, hits, counts, strict=True):
        if pair is None or own is None:
            waits.append(0)
            continue
        most = max(amount, int(times * max(0.0, (beside.get((of, window)) or 0.0) - own))) if of else amount
        waits.append(0 if own + 1 <= most else wait_seconds(Limit(key, most, window), now, *pair))
    return Taken(tuple(waits), tuple(counts))
