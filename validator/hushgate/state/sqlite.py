"""State in one SQLite file, shared by all workers of one machine.

synchronous is OFF. A process that dies loses nothing; a machine that loses power may lose all of it, and then the store starts
afresh. Nothing in it lives longer than a session, so what that opens is a replay within minutes of a power cut; what it
saves is an fsync of 4 to 14 ms (measured) in the middle of somebody's signup.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hushgate.errors import StateLost
from hushgate.state.base import Count, Hit, Lease, Limit, Quota, Spend, Taken, Tally, plain
from hushgate.state.file import StateFile
from hushgate.state.limits import slide, wait_seconds, weigh

T = TypeVar("T")
SWEEP_EVERY = 256
"""Entries that this process writes between two sweeps."""
SWEEP_ROWS = 1024
"""Entries that one sweep looks at, from where the last stopped: four times those written since. An index would be a page an entry."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS nonce (key TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (key TEXT PRIMARY KEY, holder TEXT NOT NULL, spent INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, hits INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
"""
_TABLES = ("nonce", "token", "counter")
_COUNT = """
INSERT INTO counter SELECT :current, 1, :until
WHERE coalesce((SELECT hits FROM counter WHERE key = :current), 0)
    + coalesce((SELECT hits FROM counter WHERE key = :previous), 0) * :share + 1 <= :amount
ON CONFLICT (key) DO UPDATE SET hits = hits + 1
"""
"""Counts a hit where ``wait_seconds`` would be 0. One statement is its own transaction."""

_ADD = "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET hits = hits + excluded.hits"


class SqliteState:
    """See :class:`hushgate.state.base.State`. ``clock`` gives seconds since 1970."""

    kind = "sqlite"

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path, self.clock = path, clock
        self._file = StateFile(path, _SCHEMA)
        self._written = 0
        self._swept = (0, "")  # the number of the table, and the last key that was looked at

    def _write(self, work: Callable[[sqlite3.Connection], T], *, alone: bool = True, entries: int = 1) -> T:
        result = self._file.transact(work) if alone else self._file.run(work)
        self._written += entries
        if self._written >= SWEEP_EVERY:
            self._written = 0
            # the write is done: that the sweep failed is no reason to tell its caller that it was lost
            with contextlib.suppress(StateLost):
                self._file.transact(self._sweep_on)
        return result

    def ping(self) -> None:
        """Changes nothing, and takes the write lock for a moment."""
        self._file.transact(lambda handle: handle.execute("SELECT 1 FROM nonce LIMIT 1").fetchone())

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._write(lambda handle: self._count(handle, shard, limits), alone=len(limits) > 1)

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._file.run(lambda handle: self._wait(handle, shard, limits, self.clock()))

    def _count(self, handle: sqlite3.Connection, shard: str, limits: Sequence[Limit]) -> Hit:
        now = self.clock()
        several = len(limits) > 1
        if several:
            hit = self._wait(handle, shard, limits, now)
            if not hit.allowed:
                return hit
        for limit in limits:
            window, into = divmod(now, limit.window)
            values = {
                "current": _counter(shard, limit, int(window)),
                "previous": _counter(shard, limit, int(window) - 1),
                "share": 1 - into / limit.window,
                # of several, all have allowed it by now: none may refuse after another has counted
                "amount": math.inf if several else limit.amount,
                "until": (int(window) + 2) * limit.window,
            }
            if handle.execute(_COUNT, values).rowcount != 1:
                return Hit(False, max(1, self._seconds(handle, shard, limit, now)))
        return Hit(True, 0)

    def _wait(self, handle: sqlite3.Connection, shard: str, limits: Sequence[Limit], now: float) -> Hit:
        wait = max((self._seconds(handle, shard, limit, now) for limit in limits), default=0)
        return Hit(not wait, wait)

    def _seconds(self, handle: sqlite3.Connection, shard: str, limit: Limit, now: float) -> int:
        window = int(now // limit.window)
        keys = (_counter(shard, limit, window), _counter(shard, limit, window - 1))
        hits = dict(handle.execute("SELECT key, hits FROM counter WHERE key IN (?, ?)", keys).fetchall())
        return wait_seconds(limit, now, hits.get(keys[0], 0), hits.get(keys[1], 0))

    def take(
        self, shard: str, quotas: Sequence[Quota], *, marker: str = "", ttl: int = 0, consume: bool = True
    ) -> Taken:
        """See State. Asking takes no lock."""
        key, now = plain(f"{marker}:{shard}") if marker else "", self.clock()
        windows = [int(now // quota.window) for quota in quotas]
        pairs = [
            (_counter(shard, quota, at), _counter(shard, quota, at - 1))
            for quota, at in zip(quotas, windows, strict=True)
        ]
        if not consume:
            return self._file.run(lambda handle: self._weigh(handle, quotas, pairs, key, now))

        def work(handle: sqlite3.Connection) -> Taken:
            taken = self._weigh(handle, quotas, pairs, key, now)
            if taken.allowed:
                rows = zip(quotas, pairs, windows, taken.counts, strict=True)
                counted = [
                    (pair[0], 1, (at + 2) * quota.window) for quota, pair, at, count in rows if count is not None
                ]
                handle.executemany(_ADD, counted)
                if key:
                    self._take(handle, key, ttl)
            return taken

        return self._write(work, entries=len(quotas) + 1)

    @staticmethod
    def _weigh(
        handle: sqlite3.Connection, quotas: Sequence[Quota], pairs: Sequence[tuple[str, str]], key: str, now: float
    ) -> Taken:
        marked = "SELECT 1 FROM nonce WHERE key = ? AND until > ?"
        again = bool(key) and handle.execute(marked, (key, now)).fetchone() is not None
        marks = ",".join("?" * (2 * len(pairs)))
        names = [name for pair in pairs for name in pair]
        get = dict(handle.execute(f"SELECT key, hits FROM counter WHERE key IN ({marks})", names).fetchall()).get  # noqa: S608
        asked = (quota.each or not again for quota in quotas)
        return weigh(
            quotas, now, [(get(a, 0), get(b, 0)) if ask else None for ask, (a, b) in zip(asked, pairs, strict=True)]
        )

    def tally(
        self, shard: str, counts: Sequence[Count], marker: Count | None = None, also: Sequence[Count] = ()
    ) -> Tally:
        """See State."""
        entries = [*counts, *also]
        return self._write(lambda handle: self._tally(handle, shard, counts, marker, also), entries=len(entries) + 1)

    def _tally(
        self,
        handle: sqlite3.Connection,
        shard: str,
        counts: Sequence[Count],
        marker: Count | None,
        also: Sequence[Count],
    ) -> Tally:
        now = self.clock()
        handle.executemany(_ADD, [_added(shard, count, now) for count in also])
        wanted = [*counts, marker] if marker else counts
        names = [_pair(shard, count, now) for count in wanted]
        asked = [name for pair in names for name in pair]
        marks = ",".join("?" * len(asked))
        hits = dict(handle.execute(f"SELECT key, hits FROM counter WHERE key IN ({marks})", asked).fetchall())  # noqa: S608
        again = marker is not None and any(name in hits for name in names[-1])
        if not again:
            handle.executemany(_ADD, [_added(shard, count, now) for count in wanted if count.add])
        sums = [
            slide(count.window, now, hits.get(current, 0) + (0 if again else count.add), hits.get(previous, 0))
            for count, (current, previous) in zip(counts, names, strict=False)
        ]
        return Tally(tuple(sums), again)

    def spend(self, shard: str, nonce: str, ttl: int, limits: Sequence[Limit] = ()) -> Spend:
        """See State."""
        key = plain(f"{nonce}:{shard}")  # nonces of one time begin alike, and then share a page
        if not limits:  # one statement is its own transaction
            return Spend(self._write(lambda handle: self._take(handle, key, ttl), alone=False), True, 0)

        def work(handle: sqlite3.Connection) -> Spend:
            hit = self._count(handle, shard, limits)
            if not hit.allowed:
                return Spend(False, False, hit.retry_after)
            return Spend(self._take(handle, key, ttl), True, 0)

        return self._write(work, entries=len(limits) + 1)

    def _take(self, handle: sqlite3.Connection, key: str, ttl: int) -> bool:
        now = self.clock()
        taken = handle.execute(
            "INSERT INTO nonce VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE until <= ?",
            (key, _until(now, ttl), now),
        )
        return taken.rowcount == 1

    def _token(self, handle: sqlite3.Connection, nonce: str) -> Any:
        row = handle.execute("SELECT holder, spent, until FROM token WHERE key = ?", (nonce,)).fetchone()
        return None if row is None or row[2] <= self.clock() else row

    def _hold(self, handle: sqlite3.Connection, nonce: str, holder: str, ttl: int, *, spent: bool) -> None:
        until = _until(self.clock(), ttl)
        handle.execute("REPLACE INTO token VALUES (?, ?, ?, ?)", (nonce, holder, spent, until))

    def lease(self, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State. The first redemption, which is nearly every one, is one statement."""
        nonce, holder = plain(nonce), plain(holder)
        if self._write(lambda handle: self._first(handle, nonce, holder, ttl, spent=spend), alone=False):
            return Lease.GRANTED

        def work(handle: sqlite3.Connection) -> Lease:
            row = self._token(handle, nonce)
            if row is None:
                self._hold(handle, nonce, holder, ttl, spent=spend)
                return Lease.GRANTED
            if not holder or row[0] != holder or (row[1] and not spend):
                return Lease.REPLAYED
            if spend and not row[1]:
                self._hold(handle, nonce, holder, ttl, spent=True)
            return Lease.AGAIN

        return self._write(work)

    def _first(self, handle: sqlite3.Connection, nonce: str, holder: str, ttl: int, *, spent: bool) -> bool:
        until = _until(self.clock(), ttl)
        statement = "INSERT INTO token VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
        return handle.execute(statement, (nonce, holder, spent, until)).rowcount == 1

    def commit(self, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""
        nonce, holder = plain(nonce), plain(holder)

        def work(handle: sqlite3.Connection) -> bool:
            row = self._token(handle, nonce)
            if row is not None and (row[0] != holder or row[1]):
                return False
            self._hold(handle, nonce, holder, ttl, spent=True)
            return True

        return self._write(work)

    def release(self, nonce: str, holder: str) -> None:
        """See State."""
        statement = "DELETE FROM token WHERE key = ? AND holder = ? AND spent = 0"
        self._write(lambda handle: handle.execute(statement, (plain(nonce), plain(holder))).rowcount, alone=False)

    def sweep(self) -> int:
        """See State. At most SWEEP_ROWS a call; looks at everything before it says 0."""
        ends = 0
        while ends < 2:
            removed = self._file.transact(self._sweep_on)
            if removed:
                return removed
            ends += self._swept == (0, "")
        return 0

    def _sweep_on(self, handle: sqlite3.Connection) -> int:
        """Looks at the next entries, and removes those of them that have expired."""
        number, after = self._swept
        table = _TABLES[number]
        last = handle.execute(
            f"SELECT key FROM {table} WHERE key > ? ORDER BY key LIMIT 1 OFFSET {SWEEP_ROWS - 1}",  # noqa: S608 - our own names
            (after,),
        ).fetchone()
        removed = handle.execute(
            f"DELETE FROM {table} WHERE key > ? AND key <= ? AND until <= ?",  # noqa: S608
            (after, last[0] if last else b"", self.clock()),  # every text comes before every blob
        ).rowcount
        self._swept = (number, last[0]) if last else ((number + 1) % len(_TABLES), "")
        return removed

    def close(self) -> None:
        """See State."""
        self._file.close()


def _pair(shard: str, count: Count, now: float) -> tuple[str, str]:
    """The names of a count's window now, and of the one before."""
    name, window = plain(f"{shard}:{count.key}"), int(now // count.window)
    return f"{name}:{window}", f"{name}:{window - 1}"


def _added(shard: str, count: Count, now: float) -> tuple[str, int, int]:
    """The row that adds to a count."""
    return _pair(shard, count, now)[0], count.add, (int(now // count.window) + 2) * count.window


def _counter(shard: str, limit: Limit | Quota, window: int) -> str:
    return plain(f"{shard}:{limit.key}:{window}")


def _until(now: float, ttl: int) -> int:
    """The whole second in which it has expired: never before ``ttl`` is over, and at most a second after."""
    return int(now) + ttl + 1
