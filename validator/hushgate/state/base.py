"""What a state store does: nonces are spent once, tokens leased and spent, and hits counted in sliding windows.

Every failure of a store is a StateLost, and nothing else; it recovers by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import astuple

from hushgate.state.batch import Batch, Lease, Reply, Take


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


class State(Protocol):
    """One store, shared by all workers. ``shard`` names what must live together on a cluster; times are in seconds.

    Every method raises StateLost where the store cannot be reached or does not answer in time. All of them may be called
    from any thread, and in a child after a fork.
    """

    kind: str
    """lmdb, redis or redis-cluster."""

    def ping(self) -> None:
        """Asks whether the store can be written to."""

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """Counts one hit against every limit if all of them allow it, against none otherwise."""

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """What ``hit`` would answer, consuming nothing."""

    def decide(self, shard: str, batch: Batch) -> Reply:
        """Everything that one decision asks and counts, in one round trip, and as one step: of two at once, one is the first."""

    def give_back(self, shard: str, takes: Sequence[Take], at: float) -> None:
        """Takes back what ``decide`` has counted for these takes ``at`` that time, but for what others rely on."""

    def spend(self, shard: str, nonce: str, ttl: int) -> bool:
        """Spends a nonce; whether it had not been spent."""

    def begin_spend(self, shard: str, nonce: str, ttl: int) -> Callable[[], bool]:
        """Asks to spend a nonce, and returns what waits for the answer: whether it had not been spent. Both raise StateLost.

        The caller works meanwhile, and calls it once; a visit that is refused meanwhile may leave it uncalled.
        """

    def lease(self, shard: str, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """Leases a token to its holder, or spends it at once: GRANTED to the first who asks.

        The same holder gets AGAIN while it is not spent, and after its own spend where it asks to spend again (an
        idempotency key). Everybody else gets REPLAYED. An empty holder is never the same as another empty one.
        """

    def commit(self, shard: str, nonce: str, holder: str, ttl: int) -> bool:
        """Spends a leased token. True for the one call that does; False where it is spent already, or another holds it."""

    def release(self, shard: str, nonce: str, holder: str) -> None:
        """Gives a lease back, unspent. Does nothing where another holds it, or where it is spent."""

    def sweep(self) -> int:
        """Removes some of what has expired, by time only and never a live entry; returns how many, 0 when done."""

    def close(self) -> None:
        """Closes every idle connection. A store that is asked again opens again."""


def plain(text: str) -> str:
    """The text as every store can keep it: an idempotency key may hold a lone surrogate, which is in no encoding."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def all_plain(parts: Any) -> Any:
    """The same for every text in a question."""
    if isinstance(parts, str):
        return plain(parts)
    if isinstance(parts, Struct):
        return type(parts)(*map(all_plain, astuple(parts)))
    if isinstance(parts, tuple) and hasattr(parts, "_make"):
        return parts._make(map(all_plain, parts))
    return [all_plain(part) for part in parts] if isinstance(parts, list | tuple) else parts
