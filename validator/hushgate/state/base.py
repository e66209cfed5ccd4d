"""What a state store does: nonces are spent once, tokens leased and spent, and hits counted in sliding windows.

Every failure of a store is a StateLost, and nothing else; it recovers by itself.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Limit(NamedTuple):
    """At most ``amount`` hits of ``key`` in any ``window`` seconds, estimated from two fixed windows weighted by time.

    ``window`` is at least 1; an ``amount`` of 0 allows nothing.
    """

    key: str
    amount: int
    window: int


class Hit(NamedTuple):
    """Whether a hit is within all limits; ``retry_after`` is in whole seconds, 0 where it is.

    A hit after ``retry_after`` is allowed, where no other comes between.
    """

    allowed: bool
    retry_after: int


class Quota(NamedTuple):
    """A limit among others, as ``take`` knows it. ``amount`` may be UNLIMITED: then it is only counted.

    With ``of`` and ``times``, at most ``times`` as many as ``of`` has besides (a quota of the same window that is counted along),
    where that is more than ``amount``. ``each`` counts every time, also where the marker was counted before.
    """

    key: str
    amount: int
    window: int
    of: str = ""
    times: float = 0.0
    each: bool = False


UNLIMITED = 2**52
"""More than can be counted, and a whole number in every store."""


class Taken(NamedTuple):
    """``waits`` has the seconds to wait for each quota, 0 where it allows; ``counts`` what each had before, None if not asked."""

    waits: tuple[int, ...]
    counts: tuple[float | None, ...]

    @property
    def allowed(self) -> bool:
        """Whether all of them allow it."""
        return not any(self.waits)


class Spend(NamedTuple):
    """``fresh`` is whether the nonce had not been spent; ``allowed`` and ``retry_after`` are the limits' answer.

    A spend that a limit refuses is not fresh, whatever the nonce: it was not looked at.
    """

    fresh: bool
    allowed: bool
    retry_after: int


class Count(NamedTuple):
    """Something that is counted in a sliding window of ``window`` seconds; ``add`` of 0 only asks."""

    key: str
    window: int
    add: int = 1


class Tally(NamedTuple):
    """What was counted in each window, this time included. ``again`` is whether the marker had been counted: then nothing was."""

    counts: tuple[float, ...]
    again: bool


class Lease(enum.Enum):
    """The answer to a redemption."""

    GRANTED = "granted"
    AGAIN = "again"
    REPLAYED = "replayed"


class State(Protocol):
    """One store, shared by all workers. ``shard`` names what must live together on a cluster; times are in seconds.

    Every method raises StateLost where the store cannot be reached or does not answer in time. All of them may be called
    from any thread, and in a child after a fork.
    """

    kind: str
    """sqlite, redis or redis-cluster."""

    def ping(self) -> None:
        """Asks whether the store can be written to."""

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """Counts one hit against every limit if all of them allow it, against none otherwise."""

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """What ``hit`` would answer, consuming nothing."""

    def take(
        self, shard: str, quotas: Sequence[Quota], *, marker: str = "", ttl: int = 0, consume: bool = True
    ) -> Taken:
        """Counts one hit against every quota if all of them allow it, and says what each of them had, in one round trip.

        A ``marker`` is counted once in ``ttl`` seconds: where it was counted before, only quotas with ``each`` are asked. Without
        ``consume`` nothing is counted.
        """

    def tally(
        self, shard: str, counts: Sequence[Count], marker: Count | None = None, also: Sequence[Count] = ()
    ) -> Tally:
        """Adds to every count, and says how high each is, in one round trip. No key is named twice in ``counts``.

        Where there is a ``marker``, only the first that brings it in its window adds anything: the others only ask. ``also`` is added
        before, in any case, and nothing is said of it.
        """

    def spend(self, shard: str, nonce: str, ttl: int, limits: Sequence[Limit] = ()) -> Spend:
        """Spends a nonce, once, and counts a hit, in one round trip. A nonce that a limit refuses is not spent."""

    def lease(self, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """Leases a token to its holder, or spends it at once: GRANTED to the first who asks.

        The same holder gets AGAIN while it is not spent, and after its own spend where it asks to spend again (an
        idempotency key). Everybody else gets REPLAYED. An empty holder is never the same as another empty one.
        """

    def commit(self, nonce: str, holder: str, ttl: int) -> bool:
        """Spends a leased token. True for the one call that does; False where it is spent already, or another holds it."""

    def release(self, nonce: str, holder: str) -> None:
        """Gives a lease back, unspent. Does nothing where another holds it, or where it is spent."""

    def sweep(self) -> int:
        """Removes some of what has expired, by time only and never a live entry; returns how many, 0 when done."""

    def close(self) -> None:
        """Closes every idle connection. A store that is asked again opens again."""


def plain(text: str) -> str:
    """The text as every store can keep it: an idempotency key may hold a lone surrogate, which is in no encoding."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
