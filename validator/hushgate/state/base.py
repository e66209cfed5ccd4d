"""What a state store does: nonces are spent once, tokens leased and spent, and hits counted in sliding windows.

Every failure of a store is a StateLost, and nothing else; it recovers by itself.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Limit(NamedTuple):
    """At most ``amount`` hits of ``key`` in any ``window`` seconds, estimated from two fixed windows weighted by time."""

    key: str
    amount: int
    window: int


class Hit(NamedTuple):
    """Whether a hit is within all limits; ``retry_after`` is in seconds, 0 where it is."""

    allowed: bool
    retry_after: int


class Spend(NamedTuple):
    """``fresh`` is whether the nonce had not been spent; ``allowed`` and ``retry_after`` are the limits' answer."""

    fresh: bool
    allowed: bool
    retry_after: int


class Lease(enum.Enum):
    """The answer to a redemption."""

    GRANTED = "granted"
    AGAIN = "again"
    REPLAYED = "replayed"


class State(Protocol):
    """One store, shared by all workers. ``shard`` names what must live together on a cluster; times are in seconds.

    Every method raises StateLost where the store cannot be reached or does not answer in time.
    """

    kind: str

    def ping(self) -> None:
        """Asks whether the store answers."""

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """Counts one hit against every limit if all of them allow it, against none otherwise."""

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """What ``hit`` would answer, consuming nothing."""

    def spend(self, shard: str, nonce: str, ttl: int, limits: Sequence[Limit] = ()) -> Spend:
        """Spends a nonce, once, and counts a hit, in one round trip. A nonce that a limit refuses is not spent."""

    def lease(self, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """Leases a token to its holder, or spends it at once. An empty holder is never the same as another."""

    def commit(self, nonce: str, holder: str, ttl: int) -> bool:
        """Spends a leased token; False where another holds it or has spent it."""

    def release(self, nonce: str, holder: str) -> None:
        """Gives a lease back, unspent."""

    def sweep(self) -> int:
        """Removes what has expired, by time only; returns how many."""

    def close(self) -> None:
        """Closes the connections of this thread."""
