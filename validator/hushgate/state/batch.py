"""What one decision asks of the state store and counts there, all at once, and what it is told."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple, Self

from msgspec import Struct


class Lease(enum.Enum):
    """The answer to a redemption."""

    GRANTED = "granted"
    AGAIN = "again"
    REPLAYED = "replayed"


class Redemption(Struct, frozen=True, array_like=True, gc=False):
    """A token that is leased to its holder for ``ttl`` seconds. See State.lease."""

    nonce: str
    holder: str
    ttl: int


class _Count(NamedTuple):
    row: str
    name: str
    window: int
    add: int


class Count(_Count):
    """Something that is counted in a sliding window of ``window`` seconds; ``add`` of 0 only asks.

    What stands before a "|" in the keys of counts, quotas and markers is the ``row``: it is kept together where the store can, and costs
    less then. ``name`` is unique in it, and has the window.
    """

    __slots__ = ()

    def __new__(cls, key: str, window: int, add: int = 1) -> Self:
        """Takes the key apart, once and not in every question: most counts are asked again and again."""
        row, _, name = key.partition("|")
        return tuple.__new__(cls, (row, f"{name}:{window}", window, add))


class Counting(Struct, frozen=True, array_like=True, gc=False):
    """Counts that belong together. With a ``marker``, only the first that brings it in its window adds anything."""

    counts: Sequence[Count]
    marker: Count | None = None


class Tally(Struct, frozen=True, array_like=True, gc=False):
    """What was counted in each window, this time included. ``again`` is whether the marker had been counted: then nothing was."""

    counts: tuple[float, ...]
    again: bool


class _Quota(NamedTuple):
    row: str
    name: str
    amount: int
    window: int
    of: str
    times: float
    each: bool


class Quota(_Quota):
    """A limit among others, as a Take knows it: a Count with an ``amount``, which may be UNLIMITED: then it is only counted.

    With ``of`` and ``times``, at most ``times`` as many as ``of`` has besides (the key of a quota of the same window and Take that is
    counted along), where that is more than ``amount``. ``each`` counts every time, also where the marker was counted before.
    """

    __slots__ = ()

    def __new__(cls, key: str, amount: int, window: int, of: str = "", times: float = 0.0, each: bool = False) -> Self:
        """See Count."""
        row, _, name = key.partition("|")
        return tuple.__new__(cls, (row, f"{name}:{window}", amount, window, of and _whole(of, window), times, each))

    @property
    def whole(self) -> str:
        """Row and name, as ``of`` names another."""
        return f"{self.row}|{self.name}"


def _whole(key: str, window: int) -> str:
    return f"{key}:{window}" if "|" in key else f"{key}|:{window}"


UNLIMITED = 2**47
"""More than can be counted, a whole number in every store, and one that Python holds against a float at once."""


class Take(Struct, frozen=True, array_like=True, gc=False):
    """Quotas that are counted once for a ``marker`` in ``ttl`` seconds: where it was counted before, only those with ``each`` are asked.

    The store remembers how many rely on a marker, so that what one gives back is kept for the others.
    """

    quotas: Sequence[Quota]
    marker: str = ""
    ttl: int = 0


class Taken(Struct, frozen=True, array_like=True, gc=False):
    """``waits`` has the seconds to wait for each quota, 0 where it allows; ``counts`` what each had before, None if not asked."""

    waits: tuple[int, ...]
    counts: tuple[float | None, ...]

    @property
    def allowed(self) -> bool:
        """Whether all of them allow it."""
        return not any(self.waits)


class Batch(Struct, frozen=True, array_like=True, gc=False):
    """One question. ``later`` is counted first and in any case, and nothing is said of it.

    Where the lease is REPLAYED nothing else is asked or counted. All takes are counted if all of them allow it, and none otherwise, nor
    without ``consume``. Every key of a Counting is named once, and in no Take.
    """

    lease: Redemption | None = None
    later: Sequence[Counting] = ()
    counting: Counting | None = None
    takes: Sequence[Take] = ()
    consume: bool = True


class Reply(Struct, frozen=True, array_like=True, gc=False):
    """The answers. ``at`` is the store's time, which ``give_back`` wants; ``tally`` is None, and ``taken`` empty, where it was not asked."""

    lease: Lease | None
    tally: Tally | None
    taken: tuple[Taken, ...]
    at: float


def all_allowed(taken: Sequence[Taken]) -> bool:
    """Whether all Takes are allowed."""
    for one in taken:  # noqa: SIM110 - a generator costs as much as what it looks at
        if any(one.waits):
            return False
    return True


def join(batches: Sequence[Batch], lease: Redemption | None) -> Batch:
    """Several batches as one; at most one of them has a ``counting``."""
    later: list[Counting] = []
    takes: list[Take] = []
    whole, consumes = None, True
    for batch in batches:
        later += batch.later
        takes += batch.takes
        whole, consumes = whole or batch.counting, consumes and batch.consume
    return Batch(lease, later, whole, takes, consumes)
