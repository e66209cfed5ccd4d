"""Judges labelled visits and counts, check by check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from hushgate.calibration.figures import Calibration, Figure, Side
from hushgate.calibration.labels import Labelled
from hushgate.engine import man
from hushgate.judge import Judgement, LookUp, Rules, judge_record
from hushgate.registry import Check, all_checks
from hushgate.visit import Visit

PEOPLE, BOTS = "people", "bots"


class _Count:
    """One label's counts."""

    def __init__(self) -> None:
        self.records = 0
        self.fired: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()

    def add(self, judgement: Judgement) -> None:
        judged = judgement.judged
        self.records += 1
        self.fired.update({finding.check for finding in judged.findings})
        self.skipped.update({skip.check for skip in judgement.skipped})
        self.verdicts[judged.verdict] += 1
        self.verdicts["ghosted"] += judged.decision == "ghost"

    def side(self, check: str) -> Side:
        return Side(self.fired[check], self.records - self.skipped[check], self.records)


class Tally:
    """Counts visits as they come. Judged is by the shipped checks and thresholds, whatever a site has set."""

    def __init__(self, look_up: LookUp | None = None, checks: Iterable[Check] | None = None) -> None:
        self._checks = list(all_checks() if checks is None else checks)
        self._rules = Rules(man(self._checks, {}))
        self._look_up = look_up
        self._counts = {PEOPLE: _Count(), BOTS: _Count()}

    def add(self, visit: Visit, *, person: bool) -> Judgement:
        """Judges and counts one visit, and says what came of it."""
        judgement = judge_record(visit, self._rules, self._look_up)
        self._counts[PEOPLE if person else BOTS].add(judgement)
        return judgement

    def add_all(self, labelled: Iterable[Labelled]) -> Tally:
        """Judges and counts visits."""
        for visit, person in labelled:
            self.add(visit, person=person)
        return self

    def result(self, command: str = "", sources: Iterable[str] = ()) -> Calibration:
        """The figures so far."""
        people, bots = self._counts[PEOPLE], self._counts[BOTS]
        return Calibration(
            made=datetime.now(UTC).date().isoformat(),
            command=command,
            sources=list(sources),
            people=people.records,
            bots=bots.records,
            verdicts={label: dict(count.verdicts) for label, count in self._counts.items()},
            checks=[Figure(one.name, people.side(one.name), bots.side(one.name)) for one in self._checks],
        )
