"""The LMDB file under the state of one machine: opened, shared between threads and processes, and replaced when it is broken.

Every entry begins with the second in which it has expired. Nothing is synced. A process that dies loses nothing; what a machine has not
written when it loses power might be no database. So the file has the boot in its name, and the next one takes over what it can read of it
(``carry.py``), in a child process that may come to grief over it.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import threading
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import lmdb

from hushgate.errors import StateLost
from hushgate.state.alone import BUSY_MS, HURRY_MS, alone, lock
from hushgate.state.carry import BOOT, carry_over
from hushgate.state.room import FIRST_BYTES, is_steady, reserve

T = TypeVar("T")
log = logging.getLogger(__name__)
Entries = lmdb.Transaction
"""What work is given: it gets and puts entries, and all of it is done, or nothing."""
MAP_BYTES = 2**34
"""How far a file may grow whose room cannot be reserved, in address space: it has what is alive in it, and no more."""
KEY_MAX = 511
"""Bytes of a key, by LMDB's own rule."""
SWEEP_ENTRIES = 768
"""Entries that one sweep looks at, from where the last stopped. An index by time would be a page an entry."""
STAMP = 5
"""Bytes of the second in which an entry has expired: big-endian, so that bytes compare as seconds do."""
_BROKEN = (lmdb.CorruptedError, lmdb.InvalidError, lmdb.PageNotFoundError, lmdb.PanicError, lmdb.VersionMismatchError)


class _Open(NamedTuple):
    """An environment, its guard, the device, inode and length of its file, and whether that has its room on the disk (``room.py``).

    LMDB waits for other writers without an end, and one that was stopped in the middle of a write would stop all. So whoever writes locks
    the file itself before, by the descriptor that is the guard, and does not wait longer for it than a request may.
    """

    environment: lmdb.Environment
    guard: int
    file: tuple[int, int]
    length: int
    reserved: bool


class Environment:
    """The entries of the file at ``path``, which has the boot behind its name. Every failure is a StateLost, and recovers by itself."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}-{_boot()}")
        self._beside = path
        self._name = str(self.path)
        self._after = b""
        self._patience = BUSY_MS / 1000
        self._broken: tuple[int, int] | None = None

    def sweep(self, now: float) -> int:
        """Removes what has expired among the next SWEEP_ENTRIES; 0 once it has seen everything."""
        ends = 0
        while ends < 2:
            removed = self.run(lambda held: self.sweep_on(held, now))
            if removed:
                return removed
            ends += not self._after
        return 0

    def sweep_on(self, held: Entries, now: float) -> int:
        """Removes what has expired among the next SWEEP_ENTRIES."""
        cursor, past = held.cursor(), stamp(now + 1)
        found = cursor.iternext() if cursor.set_range(self._after) else iter(())
        entries = cast("list[tuple[bytes, bytes]]", list(islice(found, SWEEP_ENTRIES)))
        expired = [key for key, entry in entries if entry < past]
        for key in expired:
            held.delete(key)
        self._after = entries[-1][0] if len(entries) == SWEEP_ENTRIES else b""
        return len(expired)

    def run(self, work: Callable[[Entries], T]) -> T:
        """Does the work in a transaction of its own. Raises StateLost for every failure of the file."""
        # to wait with a time limit costs thrice as much, also where nobody has to
        if not _LOCK.acquire(blocking=False) and not _LOCK.acquire(timeout=self._patience):
            raise StateLost("the state store failed: another thread holds it")
        try:
            result = self._work(work)
        except BlockingIOError:
            # requests that wait one by one add up
            words, self._patience = "another process holds it", HURRY_MS / 1000
        except (lmdb.Error, OSError) as error:
            words = _words(error)
            self._leave(broken=isinstance(error, _BROKEN))
        else:
            self._patience = BUSY_MS / 1000
            return result
        finally:
            _LOCK.release()
        # no path: this text may reach a visitor
        raise StateLost(f"the state store failed: {words}")

    def _work(self, work: Callable[[Entries], T]) -> T:
        opened = self._opened()
        lock(opened.guard, self._patience)
        try:
            with opened.environment.begin(write=True) as held:
                return work(held)
        except (lmdb.MapFullError, lmdb.MapResizedError):
            self._grow(opened)
            with opened.environment.begin(write=True) as held:
                return work(held)
        finally:
            # said aloud: a child forked meanwhile shares the lock, and closing would leave it held
            fcntl.flock(opened.guard, fcntl.LOCK_UN)

    def _grow(self, opened: _Open) -> None:
        """Gives the file twice the room, or as much as another process has given it meanwhile."""
        length = os.fstat(opened.guard).st_size
        room = length if length > opened.length else 2 * length
        if opened.reserved:
            reserve(opened.guard, room)
            opened.environment.set_mapsize(room)
        _OPEN[self._name] = opened._replace(length=os.fstat(opened.guard).st_size)

    def _opened(self) -> _Open:
        opened = _OPEN.get(self._name)
        if opened is not None:
            # a stat costs 1 us; a store that goes on writing into a deleted file lets every replay through
            status = _status(self._name)
            cut = status is not None and status.st_size < opened.length
            if status is not None and not cut and (status.st_dev, status.st_ino) == opened.file:
                return opened
            self._leave(broken=cut)  # to read what was cut while it was mapped is to be killed by SIGBUS
        return self._open()

    def _leave(self, *, broken: bool) -> None:
        opened = _OPEN.get(self._name)
        if opened is not None and broken:
            self._broken = opened.file
        _forget(self._name)

    def _open(self) -> _Open:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(self._beside):
            self._clear()
            carry_over(self._beside, self.path)
            guard = os.open(self._name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                lock(guard, self._patience)  # nobody may give the file more room meanwhile: LMDB would cut it
                opened = _OPEN[self._name] = self._map(guard)
            except BaseException:
                os.close(guard)
                raise
            fcntl.flock(guard, fcntl.LOCK_UN)
        return opened

    def _map(self, guard: int) -> _Open:
        reserved = is_steady(self._name)
        room = max(FIRST_BYTES, os.fstat(guard).st_size) if reserved else MAP_BYTES
        options: Any = {"subdir": False, "sync": False, "metasync": False, "max_readers": 1, "mode": 0o600}
        try:
            environment = lmdb.open(self._name, map_size=room, writemap=reserved, **options)
        except _BROKEN as error:
            self._start_afresh(error)
            raise
        try:
            if reserved:
                reserve(guard, room)
        except OSError:
            environment.close()
            raise
        status = os.fstat(guard)
        return _Open(environment, guard, (status.st_dev, status.st_ino), status.st_size, reserved)

    def _clear(self) -> None:
        """Removes the file where it is the one that was found broken; another worker may have replaced it already."""
        status = _status(self._name)
        if status is not None and (status.st_dev, status.st_ino) == self._broken:
            self._start_afresh("it was cut, or written over")
        self._broken = None

    def _start_afresh(self, why: object) -> None:
        log.warning(
            "the state store is no database any more (%s): starting afresh", str(why).replace(self._name, "the file")
        )
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes the file for this process. It is opened again where it is asked again."""
        with _LOCK:
            _forget(self._name)


def key_of(shard: str, name: str, kind: str) -> bytes:
    """The key of an entry; ``kind`` is one letter. Names of one time begin alike, and then share a page."""
    key = f"{shard}:{name}{kind}".encode("utf-8", "backslashreplace")  # see ``plain``
    return key if len(key) <= KEY_MAX else key[: KEY_MAX // 2] + hashlib.blake2b(key, digest_size=32).digest()


def stamp(seconds: float) -> bytes:
    """A time as entries begin with it."""
    return int(seconds).to_bytes(STAMP, "big")


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:BOOT]
    except OSError:  # not Linux
        return "0"


def _status(name: str) -> os.stat_result | None:
    try:
        return os.stat(name)  # noqa: PTH116 - Path.stat costs twice as much, and this is every request
    except OSError:
        return None


def _words(error: Exception) -> str:
    """What happened, without a path."""
    return (
        str(error).rpartition(": ")[2] if isinstance(error, lmdb.Error) else getattr(error, "strerror", "") or "OSError"
    )


# LMDB wants a file to be opened once in a process, and an environment to be used in no other.
_OPEN: dict[str, _Open] = {}
_LOCK = threading.Lock()


def _forget(name: str) -> None:
    opened = _OPEN.pop(name, None)
    if opened is not None:
        opened.environment.close()
        os.close(opened.guard)


def _after_fork() -> None:
    global _LOCK  # noqa: PLW0603 - the old one may be held by a thread that is not here
    _LOCK = threading.Lock()
    for name in list(_OPEN):
        _forget(name)


os.register_at_fork(after_in_child=_after_fork)
