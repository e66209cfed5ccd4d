"""A batch as SQLite answers it: one transaction, with one statement that reads and one that writes.

Counters are called ``shard:key:window``, and what remembers the marker of a Take ``shard:#marker``. Every name is made once: there
are two dozen in a signup's batch, and names are half of what they cost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from hushgate.state.base import plain
from hushgate.state.batch import Batch, Count, Counting, Quota, Reply, Take, Taken, Tally
from hushgate.state.limits import weigh
from hushgate.state.slide import Sheet


def decide(handle: sqlite3.Connection, shard: str, batch: Batch, now: float) -> Reply:
    """Everything but the lease."""
    later = [_Counted(shard, counting) for counting in batch.later]
    counted = [_Counted(shard, batch.counting)] if batch.counting else []
    takes = [_Taking(shard, take) for take in batch.takes]
    sheet = Sheet(handle, now, _all_names(*later, *counted, *takes))
    for part in later:
        part.count(sheet)
        sheet.turn()
    tallies = [part.count(sheet) for part in counted]
    taken = [part.weigh(sheet) for part in takes]
    if batch.consume and all(one.allowed for one in taken):
        for one in takes:
            one.take(sheet)
    sheet.write()
    return Reply(None, tallies[0] if tallies else None, tuple(taken), now)


def give_back(handle: sqlite3.Connection, shard: str, takes: Sequence[Take], at: float) -> None:
    """Takes back what was counted at ``at``."""
    parts = [_Taking(shard, take) for take in takes]
    sheet = Sheet(handle, at, _all_names(*parts))
    for part in parts:
        part.give_back(sheet)


def _names(shard: str, counters: Sequence[Count] | Sequence[Quota]) -> list[str]:
    return [plain(f"{shard}:{key}:{window}") for key, window in ((one.key, one.window) for one in counters)]


def _all_names(*parts: _Counted | _Taking) -> list[str]:
    return [name for part in parts for name in part.names]


class _Counted:
    """A Counting; the marker is the last of its names."""

    def __init__(self, shard: str, counting: Counting) -> None:
        self._counts, self._marker = counting
        marker = (self._marker,) if self._marker else ()
        self.names = _names(shard, (*self._counts, *marker))

    def count(self, sheet: Sheet) -> Tally:
        """Counts, and says how high."""
        again = self._marker is not None and sum(sheet.pair(self.names[-1], self._marker.window)) > 0
        if self._marker and not again:
            sheet.add(self.names[-1], self._marker.window, self._marker.add)
        sums = []
        for name, (_, window, add) in zip(self.names, self._counts, strict=False):
            hits, before = sheet.pair(name, window)
            if add and not again:
                hits += add
                sheet.add(name, window, add)
            sums.append(hits + before * sheet.windows[window][1])
        return Tally(tuple(sums), again)


class _Taking:
    """A Take; what remembers its marker is the last of its names."""

    def __init__(self, shard: str, take: Take) -> None:
        self._quotas, marker, self._ttl = take
        self._mark = plain(f"{shard}:#{marker}") if marker else ""
        self.names = [*_names(shard, self._quotas), self._mark]

    def weigh(self, sheet: Sheet) -> Taken:
        """What it is told."""
        again = self._again(sheet)
        pairs = [
            sheet.pair(name, quota.window) if quota.each or not again else None
            for name, quota in zip(self.names, self._quotas, strict=False)
        ]
        return weigh(self._quotas, sheet.now, pairs)

    def _again(self, sheet: Sheet) -> bool:
        row = sheet.rows.get(self._mark)
        return row is not None and row[3] > sheet.now

    def take(self, sheet: Sheet) -> None:
        """Counts one that is allowed, and that one more relies on its marker."""
        again = self._again(sheet)
        for name, quota in zip(self.names, self._quotas, strict=False):
            if quota.each or not again:
                sheet.add(name, quota.window, 1)
        if self._mark:
            # one that has expired is older, and so begins anew
            at = sheet.rows[self._mark][0] if again else int(sheet.now)
            sheet.put(self._mark, at, 1, int(sheet.now) + self._ttl + 1)

    def give_back(self, sheet: Sheet) -> None:
        """Undoes ``take``; what others rely on stays counted."""
        row = sheet.rows.get(self._mark)
        alone = row is None or row[1] <= 1
        for name, quota in zip(self.names, self._quotas, strict=False):
            if quota.each or alone:
                sheet.subtract(name, sheet.windows[quota.window][0])
        if row is not None:
            sheet.subtract(self._mark, row[0])
