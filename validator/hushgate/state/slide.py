"""Sliding windows in SQLite: one row a counter, with the hits of the fixed window it was last hit in, and of the one before."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache

SCHEMA = """
CREATE TABLE IF NOT EXISTS slide (key TEXT PRIMARY KEY, at INTEGER NOT NULL, hits INTEGER NOT NULL, before INTEGER NOT NULL,
    until INTEGER NOT NULL) WITHOUT ROWID;
DROP TABLE IF EXISTS counter;
"""
Row = tuple[int, int, int, int]
"""``at`` (the number of the window, or the time a marker was set), hits, hits before, and until when it is kept."""
_SUBTRACT = """
UPDATE slide SET hits = max(0, hits - (at = :at)), before = max(0, before - (at = :at + 1)),
until = CASE WHEN hits = 1 AND before = 0 AND at = :at THEN 0 ELSE until END WHERE key = :key
"""
"""A row that nothing is left in has expired."""


class Windows(dict[int, tuple[int, float]]):
    """The number of the fixed window at a time, and how much of the one before still counts, by the window's length."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self._now = now

    def __missing__(self, window: int) -> tuple[int, float]:
        self[window] = found = int(self._now // window), 1 - self._now % window / window
        return found


class Sheet:
    """Some counters at one time, read at once; what is added to them is written at once."""

    def __init__(self, handle: sqlite3.Connection, now: float, names: Sequence[str]) -> None:
        self._handle, self.now, self.windows = handle, now, Windows(now)
        read = handle.execute(_reading(len(names)), names).fetchall()
        self.rows: dict[str, Row] = {name: (at, hits, before, until) for name, at, hits, before, until in read}
        self._added: list[str | int] = []
        self._turned = 0

    def pair(self, name: str, window: int) -> tuple[int, int]:
        """The hits in the window at this time, and in the one before. A row that is ahead of the clock is taken as it is."""
        row = self.rows.get(name)
        if row is None:
            return 0, 0
        ahead = row[0] - self.windows[window][0]
        return (row[1], row[2]) if ahead >= 0 else (0, row[1]) if ahead == -1 else (0, 0)

    def add(self, name: str, window: int, hits: int) -> None:
        """Counts hits."""
        at = self.windows[window][0]
        self._added += (name, at, hits, (at + 2) * window)

    def put(self, name: str, at: int, hits: int, until: int) -> None:
        """Adds to a row of the same ``at``, or puts one in the place of an older one."""
        self._added += (name, at, hits, until)

    def turn(self) -> None:
        """What was added up to now counts in what is read from now on."""
        added = self._added[self._turned :]
        for name, at, hits, until in zip(*[iter(added)] * 4, strict=True):
            row = self.rows.get(name, (at, 0, 0, until))
            now, before = (row[1], row[2]) if row[0] >= at else (0, row[1]) if row[0] == at - 1 else (0, 0)
            self.rows[name] = (max(at, row[0]), now + hits, before, until)
        self._turned = len(self._added)

    def write(self) -> None:
        """Writes what was added."""
        if self._added:
            self._handle.execute(_adding(len(self._added) // 4), self._added)

    def subtract(self, name: str, at: int) -> None:
        """Takes one hit back from a window, where it is still counted."""
        self._handle.execute(_SUBTRACT, {"key": name, "at": at})


@lru_cache(maxsize=256)
def _reading(count: int) -> str:
    marks = ",".join("?" * count)
    return f"SELECT key, at, hits, before, until FROM slide WHERE key IN ({marks})"  # noqa: S608 - question marks alone


@lru_cache(maxsize=256)
def _adding(count: int) -> str:
    marks = ",".join(("(?,?,?,0,?)",) * count)
    return f"""
INSERT INTO slide (key, at, hits, before, until) VALUES {marks} ON CONFLICT (key) DO UPDATE SET
before = CASE WHEN excluded.at <= at THEN before WHEN excluded.at = at + 1 THEN hits ELSE 0 END,
hits = CASE WHEN excluded.at <= at THEN hits + excluded.hits ELSE excluded.hits END,
at = max(at, excluded.at), until = max(until, excluded.until)"""  # noqa: S608 - the same
