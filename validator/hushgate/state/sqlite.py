"""State in a SQLite file, and nonces in an LMDB file beside it, shared by all workers of one machine.

synchronous is OFF. A process that dies loses nothing; a machine that loses power may lose all of it, and then the store starts
afresh. Nothing in it lives longer than a session, so what that opens is a replay within minutes of a power cut; what it
saves is an fsync of 4 to 14 ms (measured) in the middle of somebody's signup.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hushgate.errors import StateLost
from hushgate.state import decide, slide
from hushgate.state.base import Hit, Limit, plain
from hushgate.state.batch import Batch, Lease, Redemption, Reply, Take
from hushgate.state.file import StateFile
from hushgate.state.limits import wait_seconds
from hushgate.state.nonces import Nonces

T = TypeVar("T")
SWEEP_EVERY = 256
"""Entries that this process writes between two sweeps."""
SWEEP_ROWS = 1024
"""Entries that one sweep looks at, from where the last stopped: four times those written since. An index would be a page an entry."""
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS token (key TEXT PRIMARY KEY, holder TEXT NOT NULL, spent INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
{slide.SCHEMA}"""
_TABLES = ("token", "counters")


class SqliteState:
    """See :class:`hushgate.state.base.State`. ``clock`` gives seconds since 1970."""

    kind = "sqlite"

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path, self.clock = path, clock
        self._file, self._nonces = StateFile(path, _SCHEMA), Nonces(path, clock)
        self._written = 0
        self._swept = (0, "")  # the number of the table, and the last key that was looked at

    def _write(self, work: Callable[[sqlite3.Connection], T], *, alone: bool = True, entries: int = 1) -> T:
        result = self._file.transact(work) if alone else self._file.run(work)
        self._sweep_after(entries)
        return result

    def _sweep_after(self, entries: int) -> None:
        """Sweeps where so many entries more are reason to."""
        self._written += entries
        if self._written >= SWEEP_EVERY:
            self._written = 0
            # the write is done: that the sweep failed is no reason to tell its caller that it was lost
            with contextlib.suppress(StateLost):
                self._file.transact(self._sweep_on)

    def ping(self) -> None:
        """Changes nothing, and takes the write lock for a moment."""
        self._file.transact(lambda handle: handle.execute("SELECT 1 FROM token LIMIT 1").fetchone())
        self._nonces.ping()

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._write(lambda handle: self._hit(handle, shard, limits))

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._file.run(lambda handle: self._hit(handle, shard, limits, consume=False))

    def _hit(self, handle: sqlite3.Connection, shard: str, limits: Sequence[Limit], *, consume: bool = True) -> Hit:
        names = [slide.name_of(plain(shard), limit.key, limit.window) for limit in limits]
        sheet = slide.Sheet(handle, self.clock(), names)
        pairs = [sheet.pair(name, limit.window) for name, limit in zip(names, limits, strict=True)]
        waits = [wait_seconds(limit, sheet.now, *pair) for limit, pair in zip(limits, pairs, strict=True)]
        if consume and not any(waits):
            for name, limit in zip(names, limits, strict=True):
                sheet.add(name, limit.window)
            sheet.write()
        return Hit(not any(waits), max(waits, default=0))

    def decide(self, shard: str, batch: Batch) -> Reply:
        """See State."""
        name = plain(shard)
        if not batch.consume and not batch.lease and not batch.later and not batch.counting:  # takes no lock
            return self._file.run(lambda handle: decide.decide(handle, name, batch, self.clock()))[0]
        reply, fresh = self._file.transact(lambda handle: self._decide(handle, name, batch))
        self._sweep_after(fresh + 1)
        return reply

    def _decide(self, handle: sqlite3.Connection, shard: str, batch: Batch) -> tuple[Reply, int]:
        lease = None
        if batch.lease:
            asked = _redemption(shard, batch.lease)
            lease = Lease.GRANTED if self._first(handle, asked, spend=False) else self._held(handle, asked, spend=False)
        if lease is Lease.REPLAYED:
            batch = Batch(later=batch.later)
        reply, fresh = decide.decide(handle, shard, batch, self.clock())
        return reply._replace(lease=lease), fresh

    def give_back(self, shard: str, takes: Sequence[Take], at: float) -> None:
        """See State."""
        self._file.transact(lambda handle: decide.give_back(handle, plain(shard), takes, self.clock(), at))

    def spend(self, shard: str, nonce: str, ttl: int) -> bool:
        """See State."""
        return self._nonces.spend(_key_of(shard, nonce), ttl)

    def begin_spend(self, shard: str, nonce: str, ttl: int) -> Callable[[], bool]:
        """See State. There is nothing to wait for."""
        fresh = self.spend(shard, nonce, ttl)
        return lambda: fresh

    def _token(self, handle: sqlite3.Connection, key: str) -> Any:
        row = handle.execute("SELECT holder, spent, until FROM token WHERE key = ?", (key,)).fetchone()
        return None if row is None or row[2] <= self.clock() else row

    def _hold(self, handle: sqlite3.Connection, key: str, holder: str, ttl: int, *, spent: bool) -> None:
        until = _until(self.clock(), ttl)
        handle.execute("REPLACE INTO token VALUES (?, ?, ?, ?)", (key, holder, spent, until))

    def lease(self, shard: str, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State. The first redemption, which is nearly every one, is one statement, and so its own transaction."""
        asked = _redemption(shard, Redemption(nonce, holder, ttl))
        if self._write(lambda handle: self._first(handle, asked, spend=spend), alone=False):
            return Lease.GRANTED
        return self._write(lambda handle: self._held(handle, asked, spend=spend))

    def _first(self, handle: sqlite3.Connection, asked: Redemption, *, spend: bool) -> bool:
        values = (asked.nonce, asked.holder, spend, _until(self.clock(), asked.ttl))
        statement = "INSERT INTO token VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
        return handle.execute(statement, values).rowcount == 1

    def _held(self, handle: sqlite3.Connection, asked: Redemption, *, spend: bool) -> Lease:
        key, holder, ttl = asked
        row = self._token(handle, key)
        if row is None:
            self._hold(handle, key, holder, ttl, spent=spend)
            return Lease.GRANTED
        if not holder or row[0] != holder or (row[1] and not spend):
            return Lease.REPLAYED
        if spend and not row[1]:
            self._hold(handle, key, holder, ttl, spent=True)
        return Lease.AGAIN

    def commit(self, shard: str, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""
        key, holder = _key_of(shard, nonce), plain(holder)

        def work(handle: sqlite3.Connection) -> bool:
            row = self._token(handle, key)
            if row is not None and (row[0] != holder or row[1]):
                return False
            self._hold(handle, key, holder, ttl, spent=True)
            return True

        return self._write(work)

    def release(self, shard: str, nonce: str, holder: str) -> None:
        """See State."""
        statement, key = "DELETE FROM token WHERE key = ? AND holder = ? AND spent = 0", _key_of(shard, nonce)
        self._write(lambda handle: handle.execute(statement, (key, plain(holder))).rowcount, alone=False)

    def sweep(self) -> int:
        """See State. At most SWEEP_ROWS a call; looks at everything before it says 0."""
        removed = self._nonces.sweep()
        if removed:
            return removed
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
        self._nonces.close()


def _key_of(shard: str, nonce: str) -> str:
    """Nonces of one time begin alike, and then share a page."""
    return plain(f"{nonce}:{shard}")


def _redemption(shard: str, asked: Redemption) -> Redemption:
    """The same, with the token's key for its nonce."""
    return Redemption(_key_of(shard, asked.nonce), plain(asked.holder), asked.ttl)


def _until(now: float, ttl: int) -> int:
    """The whole second in which it has expired: never before ``ttl`` is over, and at most a second after."""
    return int(now) + ttl + 1
