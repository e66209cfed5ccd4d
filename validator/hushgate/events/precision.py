"""How right each check was, by what became of the visits that it flagged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt

from hushgate.events.outcomes import Labelled

_Z = 1.96


@dataclass
class Measured:
    """What became of the visits that one check flagged. ``outcomes`` counts every word told of them."""

    bots: int = 0
    people: int = 0
    unclear: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, labelled: Labelled) -> None:
        """Counts one visit."""
        person = labelled.person
        self.bots += person is False
        self.people += person is True
        self.unclear += person is None
        self.outcomes.update(labelled.outcomes)

    @property
    def precision(self) -> float | None:
        """The share of bots among those whose outcome is clear; None where there are none."""
        clear = self.bots + self.people
        return self.bots / clear if clear else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the precision lies at 95 % (Wilson's interval: https://doi.org/10.1080/01621459.1927.10502953)."""
        clear = self.bots + self.people
        if not clear:
            return 0.0, 1.0
        share, square = self.bots / clear, _Z * _Z
        middle = (share + square / (2 * clear)) / (1 + square / clear)
        half = _Z * sqrt(share * (1 - share) / clear + square / (4 * clear * clear)) / (1 + square / clear)
        return max(0.0, middle - half), min(1.0, middle + half)


def measure(visits: Iterable[Labelled]) -> tuple[Measured, dict[str, Measured]]:
    """All visits together, and those that each check flagged, by its name. Visits that were never judged are in neither."""
    everybody, checks = Measured(), dict[str, Measured]()
    for labelled in visits:
        if labelled.visit.judged is None:
            continue
        everybody.add(labelled)
        for name in {finding.check for finding in labelled.visit.judged.findings}:
            checks.setdefault(name, Measured()).add(labelled)
    return everybody, checks
