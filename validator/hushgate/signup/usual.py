"""What a site normally sees: how many of its signups come with one mail provider, from one network and so on.

It is learned from counters of a week that are counted along with the limits, and every answer of the store brings them along. It
makes two things of a limit: more, where the site has usually had more than that; and more again, in step with everything else that
comes at the same time. Until a site is known, great providers and networks have more in proportion to their size elsewhere. A newsletter that sends a thousand people to the form lifts all providers at once; a wave lifts one.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

from hushgate.state import Limit, Quota

WEEK = 7 * 86400
FACTOR = 4.0
"""How far above what is usual is still usual: nights, mornings and Mondays differ by less."""
WEIGHT = 50
"""Signups that what is assumed weighs as much as, until the site has seen more."""
KEPT = 4096
FRESH = 60.0
"""Seconds that what was learned is believed by itself, when it would refuse somebody."""
STILL, MORE = 10.0, 1.05
"""Seconds, and growth, within which what was learned stays as it is."""
SMALL = 0.02
"""The share of those whom a limit is meant for as it is written. At a site that is not known yet, greater ones have more in proportion."""
ASSUMED = {"google": 0.8, "microsoft": 0.4, "yahoo": 0.4, "apple": 0.3}
"""Shares of signups that great mail providers may have before anything is known: the most that sites report, not the usual."""
ASSUMED_BY = {"network": 0.25, "device": 0.2, "provider": SMALL, "domain": SMALL}
"""The same for what is not named: one telephone company, or one model of phone, may have a quarter of a country."""
LEARNED = ("network", "provider", "domain")
"""What has a usual share that can be learned. Stories of devices have another name each day."""


class Seen(NamedTuple):
    """Signups of a week: with this value, and all. ``at`` is when that was learned, by the monotonic clock."""

    own: float
    all: float
    at: float


class Usual:
    """What this process has learned of a site, of the values that it met last."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._lock = Lock()

    def learn(self, own: Mapping[str, float], total: float) -> None:
        """Takes in what the store said of values, by their keys, where it is not what was learned just now."""
        now, kept = time.monotonic(), self._seen
        for key, count in own.items():
            seen = kept.get(key)
            if seen is None or now - seen.at >= STILL or count > seen.own * MORE or total > seen.all * MORE:
                self._keep(key, Seen(count, total, now))

    def _keep(self, key: str, seen: Seen) -> None:
        with self._lock:
            self._seen[key] = seen
            self._seen.move_to_end(key)
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)

    def seen(self, key: str) -> Seen | None:
        """What was learned of it last."""
        return self._seen.get(key)

    def still(self, known: dict[str, Seen | None]) -> bool:
        """Whether this is what was learned last of these keys."""
        return [*map(self._seen.get, known)] == [*known.values()]

    def scale(self, limit: Limit, kind: str, name: str, of: str) -> Quota:
        """The quota of a limit, scaled by what is usual for its key. ``kind`` and ``name`` say what to assume until that is known.

        ``of`` is the key that all signups are counted under.
        """
        assumed = ASSUMED.get(name, 0.0) or ASSUMED_BY[kind]
        seen = self._seen.get(limit.key if kind in LEARNED else of) or Seen(0, 0, 0)
        own = seen.own if kind in LEARNED else seen.all * assumed
        share = min(0.99, (own + WEIGHT * assumed) / (max(seen.all, own) + WEIGHT))
        unknown = WEIGHT / (seen.all + WEIGHT)
        at_first = limit.amount * (1 + (assumed / SMALL - 1) * unknown)
        often = FACTOR * own * limit.window / WEEK
        amount = max(limit.amount, math.floor(at_first), math.ceil(often))
        return Quota(limit.key, amount, limit.window, of, FACTOR * share / (1 - share))
