"""State in Redis, Valkey, or a cluster of either: one Lua script a request, and one hash tag for all keys of a script.

Keys: ``hg:{shard}:n:<nonce>``, ``hg:{shard}:c:<limit>:<window>``, ``hg:{nonce}:t``. Expiry is the server's, by time only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import redis
import redis.cluster

from hushgate.errors import StateLost
from hushgate.state.base import Count, Hit, Lease, Limit, Quota, Spend, Taken, Tally, plain
from hushgate.state.cluster import Cluster
from hushgate.state.lua import COMMIT, HIT, LEASE, PING, QUOTAS, RELEASE, SPEND, TAKE, TALLY, Asking
from hushgate.state.node import TIMEOUT, Connection, Down, Node, PerProcess

SCHEMES = ("redis", "rediss", "unix", "redis+cluster", "rediss+cluster")


class _Wire(Protocol):
    """Where scripts are run."""

    def run(self, script: Asking, keys: list[str], values: tuple[Any, ...]) -> Any: ...

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
        try:
            return self._wires.get().run(script, keys, values)
        except Down as down:
            lost = StateLost(str(down))
        raise lost

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

    def take(
        self, shard: str, quotas: Sequence[Quota], *, marker: str = "", ttl: int = 0, consume: bool = True
    ) -> Taken:
        """See State."""
        key = _shard(shard, f"n:{plain(marker)}") if marker else ""
        flat = [part for q in quotas for part in (plain(q.key), q.amount, q.window, plain(q.of), q.times, int(q.each))]
        said = self._run(QUOTAS, [_shard(shard, "c:")], int(consume), key, ttl, *flat)
        return Taken(tuple(said[0::2]), tuple(float(count) if count else None for count in said[1::2]))

    def tally(
        self, shard: str, counts: Sequence[Count], marker: Count | None = None, also: Sequence[Count] = ()
    ) -> Tally:
        """See State."""
        values = [
            value for count in (marker or Count("", 1), *also, *counts) for value in (plain(count.key), *count[1:])
        ]
        again, *said = self._run(TALLY, [_shard(shard, "c:")], len(also), *values)
        return Tally(tuple(map(float, said)), bool(again))

    def spend(self, shard: str, nonce: str, ttl: int, limits: Sequence[Limit] = ()) -> Spend:
        """See State."""
        key = _shard(shard, f"n:{plain(nonce)}")
        if not limits:
            return Spend(self._run(TAKE, [key], ttl) is not None, True, 0)
        fresh, wait = self._run(SPEND, [key], _shard(shard, "c:"), ttl, *_flat(limits))
        return Spend(bool(fresh), not wait, wait)

    def lease(self, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State."""
        return Lease(self._run(LEASE, [_shard(nonce, "t")], plain(holder), ttl, int(spend)))

    def commit(self, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""
        return bool(self._run(COMMIT, [_shard(nonce, "t")], plain(holder), ttl))

    def release(self, nonce: str, holder: str) -> None:
        """See State."""
        self._run(RELEASE, [_shard(nonce, "t")], plain(holder))

    def sweep(self) -> int:
        """Nothing to do: Redis removes what has expired."""
        return 0

    def close(self) -> None:
        """See State."""
        self._wires.get().close()


def _shard(tag: str, rest: str) -> str:
    """A key whose hash tag is ``tag``. An empty tag, or one with a brace in it, would be none to Redis."""
    tag = plain(tag)
    if not tag or "}" in tag:
        tag = tag.replace("%", "%25").replace("}", "%7D") or "%"
    return f"hg:{{{tag}}}:{rest}"


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
