"""State in Redis, Valkey, or a cluster of either: one Lua script a request, and one hash tag for all keys of a script.

Keys: ``hg:{shard}:n:<nonce>``, ``hg:{shard}:c:<limit>:<window>``, ``hg:{nonce}:t``. Expiry is the server's, by time only.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Sequence
from importlib import resources
from typing import Any, Protocol
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import NoScriptError, RedisClusterException, RedisError
from redis.retry import Retry

from hushgate.errors import StateLost
from hushgate.state.base import Hit, Lease, Limit, Spend

TIMEOUT = 0.25
PAUSE = 1.0
"""Seconds in which nothing is asked of a store that has just failed: no request waits behind a dead server."""


def _load(name: str, *heads: str) -> str:
    folder = resources.files(__package__) / "scripts"
    return "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in (*heads, name))


class Script:
    """A Lua script and the hash that Redis knows it by."""

    def __init__(self, name: str, *heads: str) -> None:
        self.text = _load(name, *heads)
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


HIT, SPEND = Script("hit", "limits"), Script("spend", "limits")
LEASE, COMMIT, RELEASE = Script("lease"), Script("commit"), Script("release")


class _Wire(Protocol):
    """What is needed of a client: one command out, one answer in."""

    def call(self, *command: Any) -> Any: ...

    def close(self) -> None: ...


class _Single:
    """One connection, spoken to directly: redis-py's pool and retry layers cost as much as the round trip itself."""

    def __init__(self, url: str) -> None:
        pool = redis.ConnectionPool.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, decode_responses=True
        )
        self._connection = pool.make_connection()

    def call(self, *command: Any) -> Any:
        try:
            self._connection.send_command(*command)
            return self._connection.read_response()
        except NoScriptError:
            raise
        except (RedisError, OSError):
            self._connection.disconnect()
            raise

    def close(self) -> None:
        self._connection.disconnect()


class _Cluster:
    """A cluster client, which finds the node of a key and follows it when it moves."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        user, _, address = parts.netloc.rpartition("@")
        nodes = [
            ClusterNode(host, int(port or 6379))
            for host, _, port in (one.rpartition(":") for one in address.split(","))
        ]
        name, _, password = user.partition(":")
        self._client = RedisCluster(
            startup_nodes=nodes,
            username=name or None,
            password=password or None,
            ssl=parts.scheme.startswith("rediss"),
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            decode_responses=True,
            # a request must not wait for a failover: it is answered without the store, and the next one tries again
            retry=Retry(NoBackoff(), 1),
        )

    def call(self, *command: Any) -> Any:
        return self._client.execute_command(*command)

    def close(self) -> None:
        self._client.close()


class _Wires(threading.local):
    """One wire a thread, and the process that it was opened in."""

    wire: _Wire | None = None
    pid: int = 0


class RedisState:
    """See :class:`hushgate.state.base.State`. ``url`` is redis://, rediss://, unix:// or redis+cluster://host:port,host:port."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cluster = "+cluster" in url.partition("://")[0]
        self.kind = "redis-cluster" if self._cluster else "redis"
        self._wires = _Wires()
        self._failed = 0.0

    def _wire(self) -> _Wire:
        wires = self._wires
        if wires.wire is None or wires.pid != os.getpid():
            wires.wire = _Cluster(self._url) if self._cluster else _Single(self._url)
            wires.pid = os.getpid()
        return wires.wire

    def _call(self, *command: Any) -> Any:
        if self._failed and time.monotonic() - self._failed < PAUSE:
            raise StateLost("the state store failed a moment ago")
        try:
            answer = self._wire().call(*command)
        except NoScriptError:
            raise
        except (RedisError, RedisClusterException, OSError, ValueError) as error:
            self._failed = time.monotonic()
            self.close()
            # the message of a connection error may hold the URL, and with it the password
            raise StateLost(f"the state store did not answer ({type(error).__name__})") from None
        self._failed = 0.0
        return answer

    def _run(self, script: Script, keys: Sequence[str], *values: Any) -> Any:
        try:
            return self._call("EVALSHA", script.sha, len(keys), *keys, *values)
        except NoScriptError:
            return self._call("EVAL", script.text, len(keys), *keys, *values)

    def ping(self) -> None:
        """See State."""
        if self._run(RELEASE, ["hg:{ping}:t"], "") not in (0, 1):
            raise StateLost("the state store gave a strange answer")

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        wait = self._run(HIT, [_counters(shard)], 1, *_flat(limits))
        return Hit(not wait, wait)

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        wait = self._run(HIT, [_counters(shard)], 0, *_flat(limits))
        return Hit(not wait, wait)

    def spend(self, shard: str, nonce: str, ttl: int, limits: Sequence[Limit] = ()) -> Spend:
        """See State."""
        fresh, wait = self._run(SPEND, [f"hg:{{{shard}}}:n:{nonce}", _counters(shard)], ttl, *_flat(limits))
        return Spend(bool(fresh), not wait, wait)

    def lease(self, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State."""
        return Lease(self._run(LEASE, [_token(nonce)], holder, ttl, int(spend)))

    def commit(self, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""
        return bool(self._run(COMMIT, [_token(nonce)], holder, ttl))

    def release(self, nonce: str, holder: str) -> None:
        """See State."""
        self._run(RELEASE, [_token(nonce)], holder)

    def sweep(self) -> int:
        """Nothing to do: Redis removes what has expired."""
        return 0

    def close(self) -> None:
        """Closes this thread's connection."""
        wire, self._wires.wire = self._wires.wire, None
        if wire is not None and self._wires.pid == os.getpid():
            wire.close()


def _counters(shard: str) -> str:
    return f"hg:{{{shard}}}:c:"


def _token(nonce: str) -> str:
    return f"hg:{{{nonce}}}:t"


def _flat(limits: Sequence[Limit]) -> list[Any]:
    return [value for limit in limits for value in limit]
