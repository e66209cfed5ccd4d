"""What a site normally sees: how many of its signups come with one mail provider, from one network and so on.

It is learned from counters of a week that are counted along with the limits, and every answer of the store brings them along. It
makes two things of a limit: more, where the site has usually had more than that; and more again, in step with everything else that
comes at the same time. A newsletter that sends a thousand people to the form lifts all providers at once; a wave lifts one.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from hushgate.state import Quota

WEEK = 7 * 86400
FACTOR = 4.0
"""How far above what is usual is still usual: nights, mornings and Mondays differ by less."""
WEIGHT = 50
"""Signups that what is assumed weighs as much as, until the site has seen more."""
KEPT = 4096
FRESH = 60.0
"""Seconds that what was learned is believed by itself, when it would refuse somebody."""
ASSUMED = {"google": 0.8, "microsoft": 0.4, "yahoo": 0.4, "apple": 0.3}
"""Shares of signups that great mail providers may have before anything is known: the most that sites report, not the usual."""
ASSUMED_BY = {"network": 0.25, "device": 0.2, "provider": 0.02, "domain": 0.02}
"""The same for what is not named: one telephone company, or one model of phone, may have a quarter of a country."""
LEARNED = ("network", "provider", "domain")
"""What has a usual share that can be learned. Stories of devices have another name each day."""


class Seen(NamedTuple):
    """Signups of a week: with this value, and all. ``at`` is when that was learned, by the monotonic clock."""

    own: float
    all: float
    at: float


class Usual:
    """What this process has learned, of the values that it met last."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._lock = Lock()

    def learn(self, key: str, own: float, total: float) -> None:
        """Takes in what the store said of a value."""
        with self._lock:
            self._seen[key] = Seen(own, total, time.monotonic())
            self._seen.move_to_end(key)
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)

    def fresh(self, key: str) -> bool:
        """Whether something was learned of it just now."""
        seen = self._seen.get(key)
        return seen is not None and time.monotonic() - seen.at < FRESH

    def scale(self, quota: Quota, kind: str, name: str) -> Quota:
        """The quota, scaled by what is usual for its key; ``kind`` and ``name`` say what to assume until that is known."""
        seen = self._seen.get(quota.key) or Seen(0, 0, 0)
        assumed = ASSUMED.get(name, 0.0) or ASSUMED_BY[kind]
        share = min(0.99, (seen.own + WEIGHT * assumed) / (max(seen.all, seen.own) + WEIGHT))
        often = math.ceil(FACTOR * seen.own * quota.window / WEEK)
        return quota._replace(amount=max(quota.amount, often), times=round(FACTOR * share / (1 - share), 4))
