"""Sliding windows in SQLite: what belongs together is one row, whose counters are read and written at once.

A counter's name is that of its row and its own, parted by "|"; what has no "|" has a row for all of its windows. One row costs what
one counter would.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from hushgate.state.base import plain

SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, counters BLOB NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
DROP TABLE IF EXISTS counter;
"""
AT, HITS, BEFORE, UNTIL = range(4)
Row = dict[str, list[int]]
"""By name: the number of the fixed window it was last hit in, hits in that window, hits in the one before, and until when it is kept."""
Name = tuple[str, str]
"""A row's key, and a counter's name in it."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Row).decode


def name_of(shard: str, key: str, window: int | str) -> Name:
    """Where a counter is kept."""
    row, _, name = (key if key.isascii() else plain(key)).partition("|")
    return f"{shard}:{row}", f"{name}:{window}"


class Windows(dict[int, tuple[int, float]]):
    """The number of the fixed window at a time, and how much of the one before still counts, by the window's length."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self._now = now

    def __missing__(self, window: int) -> tuple[int, float]:
        self[window] = found = int(self._now // window), 1 - self._now % window / window
        return found


class Sheet:
    """Some counters at one time, read at once; the rows that have changed are written at once. ``fresh`` is how many were not there."""

    def __init__(self, handle: sqlite3.Connection, now: float, names: Sequence[Name]) -> None:
        self._handle, self.now, self.windows = handle, now, Windows(now)
        keys = list(dict(names))
        read = handle.execute(_reading(len(keys)), keys).fetchall()
        self._rows: dict[str, Row] = {key: _decode(data) for key, data in read}
        self._changed: dict[str, Row] = {}
        self.fresh = 0

    def find(self, name: Name) -> list[int] | None:
        """A counter, None where there is none, or where it has expired."""
        row = self._rows.get(name[0])
        found = row.get(name[1]) if row else None
        return found if found and found[UNTIL] > self.now else None

    def pair(self, name: Name, window: int) -> tuple[int, int]:
        """The hits in the window at this time, and in the one before. A counter that is ahead of the clock is taken as it is."""
        row = self._rows.get(name[0])
        found = row.get(name[1]) if row else None
        if found is None or found[UNTIL] <= self.now:
            return 0, 0
        ahead = found[AT] - self.windows[window][0]
        return (found[HITS], found[BEFORE]) if ahead >= 0 else (0, found[HITS]) if ahead == -1 else (0, 0)

    def set(self, name: Name, window: int, hits: int, before: int) -> None:
        """Writes what ``pair`` says from now on."""
        at = self.windows[window][0]
        self.put(name, [at, hits, before, (at + 2) * window])

    def add(self, name: Name, window: int) -> None:
        """Counts one hit, on top of those that were counted just now."""
        hits, before = self.pair(name, window)
        self.set(name, window, hits + 1, before)

    def subtract(self, name: Name, at: int) -> None:
        """Takes one hit back from a window, where it is still counted."""
        found = self.find(name)
        place = HITS if found and found[AT] == at else BEFORE
        if found and found[AT] in (at, at + 1) and found[place]:
            found[place] -= 1
            self._changed[name[0]] = self._rows[name[0]]

    def put(self, name: Name, counter: list[int]) -> None:
        """Puts a counter in the place of what there is."""
        row = self._rows.get(name[0])
        if row is None:
            row = self._rows[name[0]] = {}
            self.fresh += 1
        row[name[1]] = counter
        self._changed[name[0]] = row

    def write(self) -> None:
        """Writes what has changed, without what has expired."""
        values: list[str | bytes | int] = []
        for key, row in self._changed.items():
            untils = [counter[UNTIL] for counter in row.values()]
            if min(untils) <= self.now:
                row = {name: counter for name, counter in row.items() if counter[UNTIL] > self.now}  # noqa: PLW2901
            values += (key, _encode(row), max(untils))
        if values:
            self._handle.execute(_writing(len(self._changed)), values)


@lru_cache(maxsize=256)
def _reading(count: int) -> str:
    marks = ",".join("?" * count)
    return f"SELECT key, counters FROM counters WHERE key IN ({marks})"  # noqa: S608 - question marks alone


@lru_cache(maxsize=256)
def _writing(count: int) -> str:
    marks = ",".join(("(?,?,?)",) * count)
    return f"REPLACE INTO counters VALUES {marks}"  # noqa: S608 - the same
