"""Limits on the gate's own endpoints, counted in each worker by itself: they keep one client from keeping a worker busy.

They cost no round trip. Limits that decide about a signup belong to the state store, which all workers share.
"""

from __future__ import annotations

import time

from hushgate.errors import TooMany
from hushgate.settings import Rate

KEYS_MAX = 100_000


class Limiter:
    """At most ``rate.amount`` hits of a key in ``rate.window`` seconds, by two fixed windows weighted by time."""

    def __init__(self, rate: Rate) -> None:
        self._amount, self._seconds = rate.amount, rate.window
        self._window = 0
        self._hits: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def hit(self, key: str) -> None:
        """Counts a hit. Raises TooMany, with the seconds to wait, where it is over the limit."""
        window, into = divmod(time.time(), self._seconds)
        if window != self._window:
            self._turn(int(window))
        current, before = self._hits.get(key, 0), self._before.get(key, 0)
        if current + before * (1 - into / self._seconds) + 1 > self._amount:
            raise TooMany(max(1, int(self._seconds - into) + 1))
        if current or len(self._hits) < KEYS_MAX:
            self._hits[key] = current + 1

    def _turn(self, window: int) -> None:
        """Forgets by time only: a key that is still counted is never pushed out by others."""
        self._before = self._hits if window == self._window + 1 else {}
        self._hits, self._window = {}, window
