"""State in one SQLite file, shared by all workers of one machine.

synchronous is OFF: a crash of the machine may lose the last moments' nonces, which opens a replay for seconds; a crash of the
process loses nothing, and a nonce costs 15 us instead of an fsync.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hushgate.errors import StateLost
from hushgate.state.base import Hit, Lease, Limit, Spend

log = logging.getLogger(__name__)
T = TypeVar("T")
BUSY_MS = 250
SWEEP_EVERY = 512
SWEEP_ROWS = 2048
_SCHEMA = """
CREATE TABLE IF NOT EXISTS nonce (key TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (key TEXT PRIMARY KEY, holder TEXT NOT NULL, spent INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, hits INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonce_until ON nonce (until);
CREATE INDEX IF NOT EXISTS token_until ON token (until);
CREATE INDEX IF NOT EXISTS counter_until ON counter (until);
"""
_SWEEPS = tuple(
    f"DELETE FROM {table} WHERE key IN (SELECT key FROM {table} WHERE until <= ? LIMIT {SWEEP_ROWS})"  # noqa: S608 - our own names
    for table in ("nonce", "token", "counter")
)
_BROKEN = ("malformed", "not a database", "no such table", "disk i/o error", "readonly database", "moved")


class _Connection(threading.local):
    """One connection a thread, and the process and file that it was opened in."""

    handle: sqlite3.Connection | None = None
    pid: int = 0
    file: tuple[int, int] = (0, 0)
    writes: int = 0


class SqliteState:
    """See :class:`hushgate.state.base.State`. ``clock`` gives seconds since 1970."""

    kind = "sqlite"

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path, self.clock = path, clock
        self._local = _Connection()
        self._checked = 0.0

    def _connect(self) -> sqlite3.Connection:
        local = self._local
        handle = local.handle
        if handle is not None and local.pid == os.getpid() and self._same_file():
            return handle
        if handle is not None and local.pid == os.getpid():
            handle.close()
        local.handle = None
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = sqlite3.connect(self.path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        try:
            self.path.chmod(0o600)
            handle.execute("PRAGMA journal_mode=WAL")
            handle.execute("PRAGMA synchronous=OFF")
            handle.executescript(_SCHEMA)
        except (sqlite3.Error, OSError):
            handle.close()
            raise
        local.handle, local.pid, local.file = handle, os.getpid(), self._identity()
        return handle

    def _identity(self) -> tuple[int, int]:
        status = self.path.stat()
        return status.st_dev, status.st_ino

    def _same_file(self) -> bool:
        """Whether the file is still the one that was opened: a stat costs 1 us, a store that writes into the void all of them."""
        try:
            return self._identity() == self._local.file
        except OSError:
            return False

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._connect())
        except (sqlite3.Error, OSError) as error:
            self._recover(error)
            raise StateLost(f"the state store {self.path.name} failed: {error}") from None

    def _recover(self, error: Exception) -> None:
        """Lets the next call start afresh; a file that is no database any more is moved aside."""
        words = str(error).lower()
        if not any(word in words for word in _BROKEN):
            return
        self.close()
        if "malformed" in words or "not a database" in words:
            aside = self.path.with_name(f"{self.path.name}.corrupt-{int(time.time())}")
            log.warning("the state store is corrupt: moved to %s, starting afresh", aside.name)
            for suffix in ("", "-wal", "-shm"):
                file = self.path.with_name(self.path.name + suffix)
                if file.exists():
                    file.replace(aside.with_name(aside.name + suffix))

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def inside(handle: sqlite3.Connection) -> T:
            handle.execute("BEGIN IMMEDIATE")
            try:
                result = work(handle)
            except BaseException:
                handle.execute("ROLLBACK")
                raise
            handle.execute("COMMIT")
            return result

        result = self._run(inside)
        self._local.writes += 1
        if self._local.writes % SWEEP_EVERY == 0:
            self.sweep()
        return result

    def ping(self) -> None:
        """Writes nothing, and takes the write lock for a moment."""
        self._transact(lambda handle: handle.execute("SELECT 1").fetchone())

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._transact(lambda handle: self._count(handle, shard, limits, consume=True))

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._run(lambda handle: self._count(handle, shard, limits, consume=False))

    def _count(self, handle: sqlite3.Connection, shard: str, limits: Sequence[Limit], *, consume: bool) -> Hit:
        now = self.clock()
        wait = max((self._wait(handle, shard, limit, now) for limit in limits), default=0)
        if wait or not consume:
            return Hit(not wait, wait)
        for limit in limits:
            window = int(now // limit.window)
            handle.execute(
                "INSERT INTO counter VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET hits = hits + 1",
                (f"{shard}:{limit.key}:{window}", (window + 2) * limit.window),
            )
        return Hit(True, 0)

    def _wait(self, handle: sqlite3.Connection, shard: str, limit: Limit, now: float) -> int:
        window = int(now // limit.window)
        keys = (f"{shard}:{limit.key}:{window}", f"{shard}:{limit.key}:{window - 1}")
        hits = dict(handle.execute("SELECT key, hits FROM counter WHERE key IN (?, ?)", keys).fetchall())
        return wait_seconds(limit, now, hits.get(keys[0], 0), hits.get(keys[1], 0))

    def spend(self, shard: str, nonce: str, ttl: int, limits: Sequence[Limit] = ()) -> Spend:
        """See State."""

        def work(handle: sqlite3.Connection) -> Spend:
            hit = self._count(handle, shard, limits, consume=True)
            if not hit.allowed:
                return Spend(False, False, hit.retry_after)
            return Spend(self._take(handle, f"{shard}:{nonce}", ttl), True, 0)

        return self._transact(work)

    def _take(self, handle: sqlite3.Connection, key: str, ttl: int) -> bool:
        now = self.clock()
        until = int(now) + ttl + 1
        taken = handle.execute(
            "INSERT INTO nonce VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE until <= ?",
            (key, until, now),
        )
        return taken.rowcount == 1

    def _token(self, handle: sqlite3.Connection, nonce: str) -> Any:
        row = handle.execute("SELECT holder, spent, until FROM token WHERE key = ?", (nonce,)).fetchone()
        return None if row is None or row[2] <= self.clock() else row

    def _hold(self, handle: sqlite3.Connection, nonce: str, holder: str, ttl: int, *, spent: bool) -> None:
        handle.execute("REPLACE INTO token VALUES (?, ?, ?, ?)", (nonce, holder, spent, int(self.clock()) + ttl + 1))

    def lease(self, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State."""

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

        return self._transact(work)

    def commit(self, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""

        def work(handle: sqlite3.Connection) -> bool:
            row = self._token(handle, nonce)
            if row is not None and row[0] != holder:
                return False
            self._hold(handle, nonce, holder, ttl, spent=True)
            return True

        return self._transact(work)

    def release(self, nonce: str, holder: str) -> None:
        """See State."""
        statement = "DELETE FROM token WHERE key = ? AND holder = ? AND spent = 0"
        self._transact(lambda handle: handle.execute(statement, (nonce, holder)).rowcount)

    def sweep(self) -> int:
        """See State. At most SWEEP_ROWS of each kind a call."""

        def work(handle: sqlite3.Connection) -> int:
            now = self.clock()
            return sum(handle.execute(statement, (now,)).rowcount for statement in _SWEEPS)

        return self._run(work)

    def close(self) -> None:
        """Closes this thread's connection."""
        handle, self._local.handle = self._local.handle, None
        if handle is not None and self._local.pid == os.getpid():
            handle.close()


def wait_seconds(limit: Limit, now: float, current: int, previous: int) -> int:
    """Seconds until another hit is allowed, 0 where it is now.

    The window slides: of the fixed window before this one, the part that is still within ``window`` seconds counts.
    """
    into = now % limit.window
    if current + previous * (1 - into / limit.window) + 1 <= limit.amount:
        return 0
    if current + 1 > limit.amount or previous == 0:
        return max(1, int(limit.window - into) + 1)
    free_at = limit.window * (1 - (limit.amount - current - 1) / previous)
    return max(1, int(free_at - into) + 1)
