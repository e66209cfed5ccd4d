"""State of one machine, in an LMDB file that all its workers share.

A process that dies loses nothing. A machine that loses power may lose all of it, and then the store starts afresh: what that opens is a
replay within minutes of a power cut; what it saves is an fsync of 4 to 14 ms (measured) in the middle of somebody's signup. LMDB, since a
decision is a dozen rows anywhere in the file, and SQLite's log takes a frame of a page for each: four times the time (measured).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast

from hushgate.errors import StateLost
from hushgate.state import decide
from hushgate.state.base import Hit, Limit, all_plain, plain
from hushgate.state.batch import Batch, Count, Counting, Lease, Redemption, Reply, Take
from hushgate.state.environment import STAMP, Entries, Environment, key_of, stamp
from hushgate.state.limits import wait_seconds
from hushgate.state.sheet import Sheet

T = TypeVar("T")
SWEEP_EVERY = 256
"""Entries that this process writes between two sweeps: each looks at three times as many, so that the file has half as much again as what is alive."""
_LEASED, _SPENT = b"l", b"s"


class LocalState:
    """See :class:`hushgate.state.base.State`. ``clock`` gives seconds since 1970."""

    kind = "lmdb"

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.file = Environment(path)
        self._written = 0

    def _write(self, work: Callable[[Entries], T], entries: int = 1) -> T:
        result = self.file.run(work)
        self._sweep_after(entries)
        return result

    def _sweep_after(self, entries: int) -> None:
        """Sweeps where so many entries more are reason to."""
        self._written += entries
        if self._written >= SWEEP_EVERY:
            self._written = 0
            # the write is done: that the sweep failed is no reason to tell its caller that it was lost
            with contextlib.suppress(StateLost):
                self.file.run(lambda held: self.file.sweep_on(held, self.clock()))

    def ping(self) -> None:
        """See State. Takes the write lock for a moment."""
        self.file.run(lambda held: held.stat())

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._write(lambda held: self._hit(held, shard, limits), len(limits))

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self.file.run(lambda held: self._hit(held, shard, limits, consume=False))

    def _hit(self, held: Entries, shard: str, limits: Sequence[Limit], *, consume: bool = True) -> Hit:
        sheet = Sheet(held, shard, self.clock())
        counts = [Count(plain(limit.key), limit.window) for limit in limits]
        pairs = [sheet.pair(count.row, count.name, count.window) for count in counts]
        waits = [wait_seconds(limit, sheet.now, *pair) for limit, pair in zip(limits, pairs, strict=True)]
        if consume and not any(waits):
            sheet.count(Counting(counts))
            sheet.write()
        return Hit(not any(waits), max(waits, default=0))

    def decide(self, shard: str, batch: Batch) -> Reply:
        """See State."""
        try:
            reply, fresh = self.file.run(lambda held: self._decide(held, shard, batch))
        except UnicodeEncodeError:
            return self.decide(plain(shard), all_plain(batch))
        self._sweep_after(fresh + 1)
        return reply

    def _decide(self, held: Entries, shard: str, batch: Batch) -> tuple[Reply, int]:
        lease = self._lease(held, shard, batch.lease, _LEASED) if batch.lease else None
        if lease is Lease.REPLAYED:
            batch = Batch(later=batch.later)
        return decide.decide(held, shard, batch, self.clock(), lease)

    def give_back(self, shard: str, takes: Sequence[Take], at: float) -> None:
        """See State."""
        self.file.run(lambda held: decide.give_back(held, shard, all_plain(takes), self.clock(), at))

    def spend(self, shard: str, nonce: str, ttl: int) -> bool:
        """See State."""
        key, now = key_of(nonce, shard, "n"), self.clock()

        def work(held: Entries) -> bool:
            until = _until(now, ttl)
            if held.put(key, until, overwrite=False):
                return True
            return _told(held, key, now) is None and held.put(key, until)

        return self._write(work)

    def begin_spend(self, shard: str, nonce: str, ttl: int) -> Callable[[], bool]:
        """See State. There is nothing to wait for."""
        fresh = self.spend(shard, nonce, ttl)
        return lambda: fresh

    def lease(self, shard: str, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State."""
        wanted = Redemption(nonce, holder, ttl)
        return self._write(lambda held: self._lease(held, shard, wanted, _SPENT if spend else _LEASED))

    def _lease(self, held: Entries, shard: str, asked: Redemption, wanted: bytes) -> Lease:
        key, now = key_of(shard, asked.nonce, "t"), self.clock()
        holder = asked.holder.encode("utf-8", "backslashreplace")
        entry = _until(now, asked.ttl) + wanted + holder
        if held.put(key, entry, overwrite=False):
            return Lease.GRANTED
        told = _told(held, key, now)
        if told is None:
            held.put(key, entry)
            return Lease.GRANTED
        spent = told[:1] == _SPENT
        if not holder or told[1:] != holder or (spent and wanted == _LEASED):
            return Lease.REPLAYED
        if not spent and wanted == _SPENT:
            held.put(key, entry)
        return Lease.AGAIN

    def commit(self, shard: str, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""
        key, leased = key_of(shard, nonce, "t"), _LEASED + plain(holder).encode()

        def work(held: Entries) -> bool:
            now = self.clock()
            if _told(held, key, now) not in (None, leased):
                return False
            return held.put(key, _until(now, ttl) + _SPENT + leased[1:])

        return self._write(work)

    def release(self, shard: str, nonce: str, holder: str) -> None:
        """See State."""
        key, leased = key_of(shard, nonce, "t"), _LEASED + plain(holder).encode()
        self._write(lambda held: _told(held, key, 0) == leased and held.delete(key))

    def sweep(self) -> int:
        """See State. At most SWEEP_ENTRIES a call; looks at everything before it says 0."""
        return self.file.sweep(self.clock())

    def close(self) -> None:
        """See State."""
        self.file.close()


def _told(held: Entries, key: bytes, now: float) -> bytes | None:
    """What a token's entry says: leased or spent, and to whom. None where there is none, or where it has expired."""
    entry = cast("bytes | None", held.get(key))
    return None if entry is None or entry[:STAMP] <= stamp(now) else entry[STAMP:]


def _until(now: float, ttl: int) -> bytes:
    """The whole second in which it has expired: never before ``ttl`` is over, and at most a second after."""
    return stamp(now + ttl + 1)
