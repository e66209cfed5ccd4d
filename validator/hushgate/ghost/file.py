"""The SQLite file under the quarantine: opened, shared between threads and processes, and replaced when it is broken."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from hushgate.errors import StateLost
from hushgate.state.alone import BUSY_MS, HURRY_MS, alone

log = logging.getLogger(__name__)
T = TypeVar("T")
RETRY_S = 0.001
SIDES = ("-wal", "-shm")
_SOUND = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CONSTRAINT}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
Identity = tuple[int, int] | None


class _Handle(NamedTuple):
    """A connection, and the device and inode that it was opened on."""

    connection: sqlite3.Connection
    file: Identity


class File:
    """A pool of connections to one file. A connection is used by one thread at a time, and never across a fork.

    Work that finds the file busy is done again: it may not write anything before it can meet that.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.path, self._name, self._schema = path, str(path), schema
        self._idle: list[_Handle] = []
        self._pid = os.getpid()
        self._patience = BUSY_MS / 1000
        _FILES.add(self)

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Does the work on a connection of this thread's own. Raises StateLost for every failure of the file."""
        deadline = 0.0
        while True:
            handle = None
            try:
                handle = self._take()
                result = work(handle.connection)
            except (sqlite3.Error, OSError) as error:
                self._recover(handle, error)
                deadline = deadline or time.monotonic() + self._patience
                busy = handle is not None and _code(error) == sqlite3.SQLITE_BUSY
                self._wait(error, deadline, busy=busy)
            except BaseException:
                if handle is not None:
                    handle.connection.close()
                raise
            else:
                self._idle.append(handle)
                self._patience = BUSY_MS / 1000
                return result

    def _wait(self, error: Exception, deadline: float, *, busy: bool) -> None:
        """A moment, where the file is only busy; raises StateLost where it is not, or has been for too long."""
        if not busy or time.monotonic() > deadline:
            self._patience = HURRY_MS / 1000 if busy else self._patience
            # no path: this text may reach a visitor
            raise StateLost(f"the file {self.path.name} failed: {_words(error)}") from None
        # SQLite's own way of waiting sleeps longer each time, and the latest comer wins: under load that starves some
        time.sleep(RETRY_S)

    def transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same, alone among all writers: all of the work is kept, or none."""

        def inside(connection: sqlite3.Connection) -> T:
            connection.execute("BEGIN IMMEDIATE")
            result = work(connection)
            connection.execute("COMMIT")
            return result

        return self.run(inside)

    def close(self) -> None:
        """Closes the idle connections."""
        idle, self._idle = self._idle, []
        for handle in idle:
            handle.connection.close()

    def _take(self) -> _Handle:
        if self._pid != os.getpid():
            # never closed here: the locks are the parent's
            _INHERITED.extend(self._idle)
            self._idle, self._pid = [], os.getpid()
        while self._idle:
            try:
                handle = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            # a stat costs 1 us; what is written into a deleted file is lost
            if handle.file == self._identity():
                return handle
            handle.connection.close()
        return self._open()

    def _identity(self) -> Identity:
        try:
            status = os.stat(self._name)  # noqa: PTH116 - Path.stat costs twice as much, and this is every request
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _open(self) -> _Handle:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(self.path):
            if not self.path.exists() or not self.path.stat().st_size:
                # deleted, or cut to nothing: what another worker still holds of it, SQLite would believe or wait for
                self.path.unlink(missing_ok=True)
                self._each_side(Path.unlink)
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            connection = sqlite3.connect(
                self.path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(self._schema)
                connection.execute("PRAGMA busy_timeout=0")
            except sqlite3.Error as error:
                connection.close()
                if _code(error) in _CORRUPT:
                    self._set_aside()
                raise
            return _Handle(connection, self._identity())

    def _recover(self, handle: _Handle | None, error: Exception) -> None:
        """Keeps a connection that is sound, drops one that is not, and moves a file aside that is no database any more."""
        if handle is None:
            return
        code = _code(error)
        if code in _SOUND:
            with contextlib.suppress(sqlite3.Error):
                if handle.connection.in_transaction:
                    handle.connection.execute("ROLLBACK")
                self._idle.append(handle)
                return
        handle.connection.close()
        if code in _CORRUPT:
            with contextlib.suppress(OSError), alone(self.path):
                # another worker may have replaced it already: the new one is good
                if self._identity() == handle.file:
                    self._set_aside()

    def _set_aside(self) -> None:
        aside = self.path.with_name(f"{self.path.name}.corrupt-{int(time.time())}")
        log.warning("the file is no database any more: moved to %s, starting afresh", aside.name)
        # the main file first: SQLite touches no side file of a main file that has moved
        self.path.replace(aside)
        self._each_side(lambda side: side.replace(aside.with_name(aside.name + side.name[len(self.path.name) :])))

    def _each_side(self, act: Callable[[Path], object]) -> None:
        for suffix in SIDES:
            with contextlib.suppress(FileNotFoundError):
                act(self.path.with_name(self.path.name + suffix))


def _code(error: Exception) -> int:
    """SQLite's primary result code; 0 for an error that is not SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _words(error: Exception) -> str:
    """What happened, without a path."""
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


_FILES: weakref.WeakSet[File] = weakref.WeakSet()
_INHERITED: list[_Handle] = []


def _before_fork() -> None:
    """SQLite's record of the locks a process holds is copied by a fork, the locks are not.

    A child would believe that it holds them, and lose its log to whoever closes the file last.
    """
    for file in list(_FILES):
        file.close()


os.register_at_fork(before=_before_fork)
