"""A batch as SQLite answers it: one transaction, with one statement that reads and one that writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from hushgate.state.batch import Batch, Counting, Reply, Take, Taken, Tally
from hushgate.state.limits import weigh
from hushgate.state.slide import AT, HITS, UNTIL, Name, Sheet, name_of


def decide(handle: sqlite3.Connection, shard: str, batch: Batch, now: float) -> tuple[Reply, int]:
    """Everything but the lease; and how many rows are new."""
    later = [_Counted(shard, counting) for counting in batch.later]
    counted = [_Counted(shard, batch.counting)] if batch.counting else []
    takes = [_Taking(shard, take) for take in batch.takes]
    sheet = Sheet(handle, now, _names([*later, *counted, *takes]))
    for one in later:
        one.count(sheet)
    tallies = [part.count(sheet) for part in counted]
    taken = [part.weigh(sheet) for part in takes]
    if batch.consume and all(one.allowed for one in taken):
        for taking in takes:
            taking.take(sheet)
    sheet.write()
    return Reply(None, tallies[0] if tallies else None, tuple(taken), now), sheet.fresh


def give_back(handle: sqlite3.Connection, shard: str, takes: Sequence[Take], now: float, at: float) -> None:
    """Takes back what was counted at ``at``."""
    parts = [_Taking(shard, take) for take in takes]
    sheet = Sheet(handle, now, _names(parts))
    for part in parts:
        part.give_back(sheet, at)
    sheet.write()


def _names(parts: Sequence[_Counted | _Taking]) -> list[Name]:
    return [name for part in parts for name in part.names]


class _Counted:
    """A Counting; the marker is the last of its names."""

    def __init__(self, shard: str, counting: Counting) -> None:
        self._counts, self._marker = counting
        self.names: list[Name] = [name_of(shard, key, window) for key, window, _ in self._counts]
        if self._marker:
            self.names.append(name_of(shard, self._marker.key, self._marker.window))

    def count(self, sheet: Sheet) -> Tally:
        """Counts, and says how high."""
        marker, again = self._marker, False
        if marker:
            hits, before = sheet.pair(self.names[-1], marker.window)
            again = hits + before > 0
            if not again:
                sheet.set(self.names[-1], marker.window, marker.add, 0)
        sums = []
        for name, (_, window, add) in zip(self.names, self._counts, strict=False):
            hits, before = sheet.pair(name, window)
            if add and not again:
                hits += add
                sheet.set(name, window, hits, before)
            sums.append(hits + before * sheet.windows[window][1])
        return Tally(tuple(sums), again)


class _Taking:
    """A Take; what remembers how many rely on its marker is the last of its names."""

    def __init__(self, shard: str, take: Take) -> None:
        self._quotas, self._marker, self._ttl = take
        self.names: list[Name] = [name_of(shard, quota.key, quota.window) for quota in self._quotas]
        if self._marker:
            self.names.append(name_of(shard, f"#{self._marker}", ""))
        self._pairs: list[tuple[int, int] | None] = []

    def weigh(self, sheet: Sheet) -> Taken:
        """What it is told."""
        again = self._relied(sheet) is not None
        self._pairs = [
            sheet.pair(name, quota.window) if quota.each or not again else None
            for name, quota in zip(self.names, self._quotas, strict=False)
        ]
        return weigh(self._quotas, sheet.windows, self._pairs, sheet.now)

    def _relied(self, sheet: Sheet) -> list[int] | None:
        return sheet.find(self.names[-1]) if self._marker else None

    def take(self, sheet: Sheet) -> None:
        """Counts one that is allowed, and that one more relies on its marker."""
        for name, quota, pair in zip(self.names, self._quotas, self._pairs, strict=False):
            if pair is not None:
                sheet.add(name, quota.window)
        if self._marker:
            relied = self._relied(sheet)
            until = relied[UNTIL] if relied else int(sheet.now) + self._ttl + 1
            sheet.put(self.names[-1], [0, (relied[HITS] if relied else 0) + 1, 0, until])

    def give_back(self, sheet: Sheet, at: float) -> None:
        """Undoes ``take``; what others rely on stays counted."""
        relied = self._relied(sheet)
        alone = relied is None or relied[HITS] <= 1
        for name, quota in zip(self.names, self._quotas, strict=False):
            if quota.each or alone:
                sheet.subtract(name, int(at // quota.window))
        if relied:
            sheet.put(self.names[-1], [relied[AT], relied[HITS] - 1, 0, 0 if alone else relied[UNTIL]])
