"""State in Redis, Valkey, or a cluster of either: one Lua script a request, and one hash tag for all keys of a script.

Keys: ``hg:{shard}:n:<nonce>``, ``hg:{shard}:c:<limit>:<window>``, ``hg:{shard}:t:<nonce>``, ``hg:{shard}:m:<marker>``. Expiry is the server's, by time only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit, urlunsplit

import msgspec
import redis
import redis.cluster
from redis.exceptions import AskError, TryAgainError

from hushgate.errors import StateLost
from hushgate.state.base import Hit, Limit, all_plain, plain
from hushgate.state.batch import Batch, Counting, Lease, Reply, Take, Taken, Tally
from hushgate.state.cluster import Cluster
from hushgate.state.lua import COMMIT, DECIDE, GIVE_BACK, HIT, LEASE, PING, RELEASE, TAKE, Asking
from hushgate.state.node import TIMEOUT, Connection, Down, Node, PerProcess

T = TypeVar("T")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.json.Decoder().decode
SCHEMES = ("redis", "rediss", "unix", "redis+cluster", "rediss+cluster")


class _Wire(Protocol):
    """Where scripts are run."""

    def run(self, script: Asking, keys: list[str], values: tuple[Any, ...]) -> Any: ...

    def begin(self, script: Asking, keys: list[str], values: tuple[Any, ...]) -> Callable[[], Any]: ...

    def close(self) -> None: ...


class RedisState:
    """See :class:`hushgate.state.base.State`.

    ``url`` is redis://, rediss:// or unix://, with what redis-py understands behind the "?", or
    redis+cluster://host:port,host:port. Raises ValueError where it cannot be read, without repeating it.
    """

    def __init__(self, url: str) -> None:
        problem = ""
        try:
            self.kind = "redis-cluster" if urlsplit(url).scheme.endswith("+cluster") else "redis"
            self._wires: PerProcess[_Wire] = PerProcess(_wiring(url))
        except (ValueError, redis.RedisError):
            problem = f"not the URL of a state store ({', '.join(SCHEMES)}; a password's special characters as %XX)"
        if problem:  # raised out here: the error that was raised in there repeats parts of the URL
            raise ValueError(problem)

    def _run(self, script: Asking, keys: list[str], *values: Any) -> Any:
        return _or_lost(lambda: self._wires.get().run(script, keys, values))

    def run(self, script: Asking, keys: list[str], *values: Any) -> Any:
        """Runs a script of somebody else's, who keeps more than state here. Raises StateLost."""
        return self._run(script, keys, *values)

    def ping(self) -> None:
        """See State."""
        self._run(PING, ["hg:{ping}:t"])

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        wait = self._run(HIT, [_shard(shard, "c:")], 1, *_flat(limits))
        return Hit(not wait, wait)

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        wait = self._run(HIT, [_shard(shard, "c:")], 0, *_flat(limits))
        return Hit(not wait, wait)

    def decide(self, shard: str, batch: Batch) -> Reply:
        """See State."""
        state, tally, taken, at = _decode(self._run(DECIDE, [_shard(shard, "")], _pack(_worded(batch))))
        return Reply(
            Lease(state) if batch.lease else None,
            Tally(tuple(tally[0]), tally[1]) if tally else None,
            tuple(Taken(tuple(waits), tuple(counts)) for waits, counts in taken),
            at,
        )

    def give_back(self, shard: str, takes: Sequence[Take], at: float) -> None:
        """See State."""
        self._run(GIVE_BACK, [_shard(shard, "")], at, _pack(takes))

    def spend(self, shard: str, nonce: str, ttl: int) -> bool:
        """See State."""
        return self._run(TAKE, [_nonce(shard, nonce)], ttl) is not None

    def begin_spend(self, shard: str, nonce: str, ttl: int) -> Callable[[], bool]:
        """See State."""
        waiting = _or_lost(lambda: self._wires.get().begin(TAKE, [_nonce(shard, nonce)], (ttl,)))
        return lambda: _or_lost(waiting) is not None

    def lease(self, shard: str, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State."""
        return Lease(self._run(LEASE, [_token(shard, nonce)], plain(holder), ttl, int(spend)))

    def commit(self, shard: str, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""
        return bool(self._run(COMMIT, [_token(shard, nonce)], plain(holder), ttl))

    def release(self, shard: str, nonce: str, holder: str) -> None:
        """See State."""
        self._run(RELEASE, [_token(shard, nonce)], plain(holder))

    def sweep(self) -> int:
        """Nothing to do: Redis removes what has expired."""
        return 0

    def close(self) -> None:
        """See State."""
        self._wires.get().close()


def _or_lost(work: Callable[[], T]) -> T:
    """Does the work. Raises StateLost, to which nothing is chained that could hold the URL."""
    try:
        return work()
    except Down as down:
        lost = StateLost(str(down))
    except (AskError, TryAgainError):  # MovedError is an AskError
        lost = StateLost(
            "the state store is a cluster's node: its URL has to begin with redis+cluster or rediss+cluster"
        )
    raise lost


def _shard(tag: str, rest: str) -> str:
    """A key whose hash tag is ``tag``. An empty tag, or one with a brace in it, would be none to Redis."""
    tag = plain(tag)
    if not tag or "}" in tag:
        tag = tag.replace("%", "%25").replace("}", "%7D") or "%"
    return f"hg:{{{tag}}}:{rest}"


def _nonce(shard: str, nonce: str) -> str:
    return _shard(shard, f"n:{plain(nonce)}")


def _token(shard: str, nonce: str) -> str:
    return _shard(shard, f"t:{plain(nonce)}")


def _worded(batch: Batch) -> list[Any]:
    """A batch as the script reads it, which knows no null."""
    later, counting = [_counting(one) for one in batch.later], _counting(batch.counting)
    return [batch.lease or (), later, counting, batch.takes, batch.consume]


def _counting(one: Counting | None) -> tuple[Any, ...]:
    return (one.counts, one.marker or ()) if one else ()


def _pack(parts: Any) -> bytes:
    try:
        return _encode(parts)
    except UnicodeEncodeError:
        return _encode(all_plain(parts))


def _flat(limits: Sequence[Limit]) -> list[Any]:
    return [value for limit in limits for value in (plain(limit.key), limit.amount, limit.window)]


def _wiring(url: str) -> Callable[[], _Wire]:
    """What opens the wires of one process. Raises ValueError or RedisError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError("unknown scheme")
    if not parts.scheme.endswith("+cluster"):
        connect = _connector(url)
        return lambda: Node(connect)
    account, at, addresses = parts.netloc.rpartition("@")
    places = [urlsplit(f"//{address}") for address in addresses.split(",")]
    seeds = [(place.hostname or "localhost", place.port or 6379) for place in places]
    # one node's URL, to read account and options from; a cluster has no databases, so no path
    one = urlunsplit((parts.scheme.removesuffix("+cluster"), account + at + places[0].netloc, "", parts.query, ""))
    # redis-py 5 knows MOVED and ASK only by a parser that later releases no longer have, nor need
    parser = getattr(redis.cluster, "ClusterParser", None)
    member = _connector(one, **({"parser_class": parser} if parser else {}))
    return lambda: Cluster(seeds, lambda host, port: member(host=host, port=port))


def _connector(url: str, **more: Any) -> Callable[..., Connection]:
    """What makes a connection, unopened, to a server of this URL; redis-py knows how to read one."""
    pool = redis.ConnectionPool.from_url(
        url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, decode_responses=True, protocol=2
    )
    kind, options = pool.connection_class, dict(pool.connection_kwargs)
    return lambda **place: kind(**{**options, **more, **place})
