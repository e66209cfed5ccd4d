"""The sliding window, as arithmetic. ``scripts/limits.lua`` says the same to Redis, and a test holds the two together."""

from __future__ import annotations

from hushgate.state.base import Limit


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
