"""From counts to a weight.

A finding is worth how much likelier it is on a bot than on a person: its likelihood ratio. Scores join by noisy-or, where
what is left of 100 is multiplied by 1 - weight / 100 at each finding; likelihood ratios of independent findings multiply too. So weights
are chosen such that the two agree: a weight leaves 0.2 to the power of the ratio's logarithm to the base of 1,000. **A thousand-fold leaves a fifth:
it weighs 80, the verdict bot**, because the bound on people who are called bots is one in a thousand, and what one person in a
thousand shows cannot be more than a thousand times likelier on a bot. Twenty-fold weighs 50, the verdict suspect; two findings of
independent families that are thirty-two times likelier each make a bot together.

Two weights follow from the counts. ``earned`` is what is proved: the least share of the bots over the largest share of the people, each at its
end of the interval. ``limit`` is the best estimate: half a record added to each count. There are few bots on record and never all kinds, so a default
may lie between the two, where the mechanism speaks for it, and below both, where it may be wrong about people whom the records
do not have. Never above. A check that can be judged on few of the records is not measured: it
rests on its mechanism alone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from msgspec import Struct

Z = 1.959964
"""Of a two-sided interval of 95 %."""

BOT_RATIO = 1000.0
BOT_REST = 0.2
"""A finding that is a thousand times likelier on a bot leaves a fifth of 100: it weighs what the verdict bot begins at."""

MEASURED_PEOPLE, MEASURED_BOTS = 1000, 10
"""A check that was judged on fewer is not measured: its default rests on its mechanism."""

UNMEASURED_LIMIT = 80
"""The most that such a default may weigh."""

HARD_SHARE = 0.003
COMMON_SHARE = 0.02
COMMON_WEIGHT = 15


class Interval(NamedTuple):
    """Between which shares, 0 to 1, the true one lies."""

    low: float
    high: float


def wilson(fired: int, judged: int) -> Interval:
    """The Wilson score interval (95 %) of a share; all of 0 to 1 where nothing was judged.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if judged == 0:
        return Interval(0.0, 1.0)
    share, square = fired / judged, Z * Z / judged
    middle = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / judged + square / (4 * judged)) / (1 + square)
    # At the ends the formula is exact, and arithmetic is not.
    return Interval(middle - half if fired else 0.0, middle + half if fired < judged else 1.0)


def weight_of(ratio: float) -> int:
    """The weight of a likelihood ratio, 0 to 99, rounded down. A ratio of 1 or less is worth nothing."""
    return math.floor(100 * (1 - BOT_REST ** math.log(ratio, BOT_RATIO)) + 1e-9) if ratio > 1 else 0


class Side(Struct, frozen=True, forbid_unknown_fields=True):
    """One check on one label: on how many records it fired, on how many it could be judged, and how many there are."""

    fired: int
    judged: int
    records: int

    @property
    def interval(self) -> Interval:
        """Of the share on which it fires, where it is judged."""
        return wilson(self.fired, self.judged)

    @property
    def share(self) -> float:
        """Of all records of the label."""
        return self.fired / self.records if self.records else 0.0


class Figure(Struct, frozen=True, forbid_unknown_fields=True):
    """One check, measured."""

    check: str
    people: Side
    bots: Side

    @property
    def ratio(self) -> float | None:
        """How much likelier it is on a bot, half a record added to each count so that none is zero. None: not judged on both."""
        if not self.people.judged or not self.bots.judged:
            return None
        return ((self.bots.fired + 0.5) / (self.bots.judged + 1)) / (
            (self.people.fired + 0.5) / (self.people.judged + 1)
        )

    @property
    def least_ratio(self) -> float:
        """What is proved: the least share of the bots over the largest share of the people, each at its end of the interval."""
        return self.bots.interval.low / self.people.interval.high

    @property
    def earned(self) -> int:
        """The weight of the least ratio."""
        return min(weight_of(self.least_ratio), self._cap)

    @property
    def limit(self) -> int:
        """The most that a default may weigh: the weight of the ratio itself, where that was measured."""
        return min(weight_of(self.ratio) if self.measured and self.ratio else UNMEASURED_LIMIT, self._cap)

    @property
    def measured(self) -> bool:
        """Whether it was judged on enough people, and on enough bots, for their shares to mean something."""
        return self.people.judged >= MEASURED_PEOPLE and self.bots.judged >= MEASURED_BOTS

    @property
    def _cap(self) -> int:
        return COMMON_WEIGHT if self.people.share > COMMON_SHARE else 100


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """The figures of all checks, and what they are counted on. ``sources`` are sentences; ``command`` makes it again."""

    made: str
    command: str
    sources: list[str]
    people: int
    bots: int
    verdicts: dict[str, dict[str, int]]
    checks: list[Figure]

    def figure(self, check: str) -> Figure | None:
        """The figures of one check; None where it was not measured."""
        return next((one for one in self.checks if one.check == check), None)
