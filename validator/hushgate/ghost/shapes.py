"""The shapes that a site's real ids have, and where in each a ghost's mark is hidden.

A mark is a keyed hash (HMAC-SHA256, cut) over everything else in the id. Whoever has no key sees random bits where random bits
belong. What is not random in a shape stays as it is: versions, variants, times.
"""

from __future__ import annotations

import hmac
import itertools
import os
import re
import secrets
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Protocol

Id = str | int
SAFE_BITS = 32
"""A shape with fewer bits for its mark would take too many people for ghosts: it needs the site's own word (``is_real``)."""
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NANOID = "useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict"
TWITTER_EPOCH = 1288834974657
_LOW62 = (1 << 62) - 1


class Shape(Protocol):
    """One shape of ids. ``bits`` is how many bits of a real id must be right by chance for it to pass as a ghost's."""

    bits: int

    def draw(self, key: bytes, seed: bytes | None = None) -> Id:
        """A ghost's id: valid, of this moment, marked by the key. A ``seed`` repeats it, where the shape holds no time."""

    def marked(self, key: bytes, id: Id) -> bool:
        """Whether the id has the mark of this key. Takes as long whatever the answer; False for another shape."""


class Clock:
    """Milliseconds since 1970 that never repeat and never go back within a process."""

    def __init__(self) -> None:
        self._lock, self._last = Lock(), 0

    def tick(self) -> int:
        """This moment, or the first one after the last that was given."""
        with self._lock:
            self._last = max(time.time_ns() // 1_000_000, self._last + 1)
            return self._last


def _prf(key: bytes, *parts: object) -> int:
    """64 bits that follow from the key and the parts."""
    return int.from_bytes(hmac.digest(key, repr(parts).encode(), "sha256")[:8])


class Marked(ABC):
    """A shape with random bits: a part of them is drawn, and the rest is the mark over that and the time."""

    name: str
    random_bits: int
    bits: int
    timed = False

    def __init__(self) -> None:
        self._clock = Clock()

    def draw(self, key: bytes, seed: bytes | None = None) -> Id:
        """See Shape."""
        free_bits = self.random_bits - self.bits
        free = secrets.randbits(free_bits) if seed is None else _prf(key, "seed", seed) % (1 << free_bits)
        ms = self._clock.tick() if self.timed else 0
        return self.pack(ms, free << self.bits | self._mark(key, ms, free))

    def marked(self, key: bytes, id: Id) -> bool:
        """See Shape."""
        parts = self.unpack(id)
        if parts is None:
            return False
        ms, random = parts
        mark = random & ((1 << self.bits) - 1)
        right = self._mark(key, ms, random >> self.bits)
        return hmac.compare_digest(mark.to_bytes(8), right.to_bytes(8))

    def _mark(self, key: bytes, ms: int, free: int) -> int:
        return _prf(key, self.name, ms, free) >> (64 - self.bits)

    @abstractmethod
    def pack(self, ms: int, random: int) -> Id:
        """The id of a time and random bits."""

    @abstractmethod
    def unpack(self, id: Id) -> tuple[int, int] | None:
        """Time and random bits of an id, or None where it is of another shape."""


def _uuid(id: Id, version: int) -> int | None:
    try:
        read = uuid.UUID(str(id))
    except ValueError:
        return None
    return read.int if read.version == version else None


class Uuid4(Marked):
    """A random UUID (RFC 9562): 58 bits drawn, 64 for the mark."""

    name, random_bits, bits = "uuid4", 122, 64

    def pack(self, ms: int, random: int) -> Id:  # noqa: ARG002 - it holds no time
        """See Marked."""
        high, low = random >> 62, random & _LOW62
        return str(uuid.UUID(int=(high >> 12) << 80 | 4 << 76 | (high & 0xFFF) << 64 | 2 << 62 | low))

    def unpack(self, id: Id) -> tuple[int, int] | None:
        """See Marked."""
        whole = _uuid(id, 4)
        return None if whole is None else (0, ((whole >> 80) << 12 | (whole >> 64) & 0xFFF) << 62 | whole & _LOW62)


class Uuid7(Marked):
    """A UUID in the order of time (RFC 9562): 48 bits of milliseconds, 26 drawn, 48 for the mark."""

    name, random_bits, bits, timed = "uuid7", 74, 48, True

    def pack(self, ms: int, random: int) -> Id:
        """See Marked."""
        return str(uuid.UUID(int=ms << 80 | 7 << 76 | (random >> 62) << 64 | 2 << 62 | random & _LOW62))

    def unpack(self, id: Id) -> tuple[int, int] | None:
        """See Marked."""
        whole = _uuid(id, 7)
        return None if whole is None else (whole >> 80, ((whole >> 64) & 0xFFF) << 62 | whole & _LOW62)


class Ulid(Marked):
    """A ULID: 48 bits of milliseconds, 32 drawn, 48 for the mark, in Crockford's base 32."""

    name, random_bits, bits, timed = "ulid", 80, 48, True
    _FORM = re.compile(f"[0-7][{CROCKFORD}]{{25}}")

    def pack(self, ms: int, random: int) -> Id:
        """See Marked."""
        whole = ms << 80 | random
        return "".join(CROCKFORD[whole >> 5 * place & 31] for place in range(25, -1, -1))

    def unpack(self, id: Id) -> tuple[int, int] | None:
        """See Marked."""
        text = str(id).upper()
        if not self._FORM.fullmatch(text):
            return None
        whole = 0
        for letter in text:
            whole = whole << 5 | CROCKFORD.index(letter)
        return whole >> 80, whole & ((1 << 80) - 1)


class Nanoid(Marked):
    """A nanoid of the default alphabet: 6 bits a letter, at least 32 of them drawn, up to 64 for the mark."""

    name = "nanoid"

    def __init__(self, size: int = 21) -> None:
        """``size`` is in letters, at least 8; below 11 the mark has fewer than SAFE_BITS bits."""
        super().__init__()
        self.size, self.random_bits = size, 6 * size
        self.bits = min(64, self.random_bits - 32)

    def pack(self, ms: int, random: int) -> Id:  # noqa: ARG002 - it holds no time
        """See Marked."""
        return "".join(NANOID[random >> 6 * place & 63] for place in range(self.size))

    def unpack(self, id: Id) -> tuple[int, int] | None:
        """See Marked."""
        text = str(id)
        if len(text) != self.size or not set(text) <= set(NANOID):
            return None
        return 0, sum(NANOID.index(letter) << 6 * place for place, letter in enumerate(text))


class Snowflake(Marked):
    """A 63-bit number: 41 bits of milliseconds since an epoch, 4 drawn, 18 for the mark.

    For sites whose low 22 bits look random. Where they are a worker's number and a count, use ``own``.
    """

    name, random_bits, bits, timed = "snowflake", 22, 18, True

    def __init__(self, epoch: int = TWITTER_EPOCH) -> None:
        """``epoch`` is in milliseconds since 1970."""
        super().__init__()
        self.epoch = epoch

    def pack(self, ms: int, random: int) -> Id:
        """See Marked."""
        return (ms - self.epoch) << 22 | random

    def unpack(self, id: Id) -> tuple[int, int] | None:
        """See Marked."""
        whole = _number(id)
        return None if whole is None or whole >= 1 << 63 else ((whole >> 22) + self.epoch, whole & 0x3FFFFF)


def _number(id: Id) -> int | None:
    text = str(id)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


class ObjectId:
    """A MongoDB ObjectId: seconds, the five bytes of a process, a count of three bytes.

    A driver keeps its five bytes for as long as it runs, so a ghost's may not change from id to id: they are the mark, one of
    SLOTS that follow from the key and the day, as of a worker that is restarted once a day.
    """

    SLOTS = 16
    bits = 36
    """40 bits of a process, of which any of 16 will do."""
    _FORM = re.compile("[0-9a-f]{24}")

    def __init__(self) -> None:
        self._pid, self._slot, self._count = 0, 0, itertools.count()

    def draw(self, key: bytes, seed: bytes | None = None) -> Id:  # noqa: ARG002 - it holds the time: nothing to repeat
        """See Shape."""
        if self._pid != os.getpid():
            self._pid, self._slot = os.getpid(), secrets.randbelow(self.SLOTS)
            self._count = itertools.count(secrets.randbits(24))
        now = int(time.time())
        count = next(self._count) & 0xFFFFFF
        return (now.to_bytes(4) + _processes(key, _day(key, now), self.SLOTS)[self._slot] + count.to_bytes(3)).hex()

    def marked(self, key: bytes, id: Id) -> bool:
        """See Shape."""
        text = str(id).lower()
        if not self._FORM.fullmatch(text):
            return False
        raw = bytes.fromhex(text)
        known = _processes(key, _day(key, int.from_bytes(raw[:4])), self.SLOTS)
        return sum(hmac.compare_digest(raw[4:9], process) for process in known) > 0


def _day(key: bytes, at: int) -> int:
    """The number of a day that begins at an hour of the key's own."""
    return (at + _prf(key, "day") % 86400) // 86400


@lru_cache(maxsize=64)
def _processes(key: bytes, day: int, slots: int) -> tuple[bytes, ...]:
    return tuple(_prf(key, "process", day, slot).to_bytes(8)[:5] for slot in range(slots))


class Own:
    """Ids of the site's own generator: it is asked again until one comes that the key marks.

    ``integer`` is a database's sequence, of which every ghost then uses up four numbers on average: it never meets a real id, and
    stands where the next ones stand. ``own`` is any other generator, asked 256 times on average, which must have no effect.
    """

    def __init__(self, make: Callable[[], Id], bits: int) -> None:
        self._make, self.bits = make, bits

    def draw(self, key: bytes, seed: bytes | None = None) -> Id:  # noqa: ARG002 - the generator is not ours to repeat
        """See Shape. Raises RuntimeError for a generator that repeats itself."""
        for _ in range(64 << self.bits):
            made = self._make()
            if self.marked(key, made):
                return made
        raise RuntimeError("next_id never gave an id that could be a ghost's: does it give the same one each time?")

    def marked(self, key: bytes, id: Id) -> bool:
        """See Shape."""
        return _prf(key, "own", str(id)) >> (64 - self.bits) == 0
