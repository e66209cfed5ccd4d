"""What can happen to one Redis: killed, hung, restarted, without scripts, read-only, behind a password."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Connection

from hushgate.errors import StateLost
from hushgate.state import Lease, Limit, open_state
from hushgate.state.node import PAUSE, TIMEOUT, Down, Node
from hushgate.state.redis import RedisState
from servers import Cluster, Server, redis_server
from stores import comes_back, fresh, lost_within


def hammer(state: RedisState, over: threading.Event) -> tuple[int, float]:
    """How often the store was lost, and how long the slowest answer took."""
    lost, longest = 0, 0.0
    while not over.is_set():
        began = time.monotonic()
        try:
            state.spend("a", fresh(), 60)
        except StateLost:
            lost += 1
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.001)  # eight threads that do nothing else would measure how they wait for one another
    return lost, longest


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_redis_gone_in_mid_flight_is_lost_soon_and_comes_back_for_all_at_once(how: str) -> None:
    with redis_server() as server, ThreadPoolExecutor(8) as pool:
        state, over = RedisState(server.url), threading.Event()
        hammers = [pool.submit(hammer, state, over) for _ in range(8)]
        time.sleep(0.2)
        getattr(server, how)()
        time.sleep(0.6)
        over.set()
        assert all(lost > 0 and longest < 0.5 for lost, longest in (each.result() for each in hammers))
        server.start() if how == "stop" else server.resume()
        assert comes_back(lambda: state.spend("a", fresh(), 60), PAUSE + 0.5)
        assert all(pool.map(lambda _: state.spend("a", fresh(), 60), range(50)))
        state.close()


def test_redis_is_probed_by_one_request_at_a_time() -> None:
    with redis_server() as server, ThreadPoolExecutor(8) as pool:
        state = RedisState(server.url)
        state.ping()
        server.pause()
        lost_within(state.ping)
        for _ in range(20):
            lost_within(state.ping, 0.02)
        time.sleep(PAUSE + 0.05)

        def seconds(_: object) -> float:
            began = time.monotonic()
            with pytest.raises(StateLost):
                state.ping()
            return time.monotonic() - began

        assert sum(taken > 0.2 for taken in pool.map(seconds, range(8))) == 1
        server.resume()
        state.close()


def test_redis_restarted_between_two_requests_is_not_lost() -> None:
    with redis_server() as server:
        state = RedisState(server.url)
        state.ping()
        server.stop()
        server.start()
        time.sleep(0.06)
        assert state.spend("a", "n", 60)
        state.close()


def test_redis_that_forgot_its_scripts_is_told_them_again(server: Server, cluster: Cluster) -> None:
    for url, nodes in ((server.url, [server]), (cluster.url, cluster.servers)):
        state = open_state(url, Path())
        state.ping()
        for node in nodes:
            node.command("SCRIPT FLUSH")
        state.ping()
        assert state.hit("a", [Limit(fresh(), 1000, 60)]).allowed
        assert state.lease("a", fresh(), "ann", 60, spend=True) is Lease.GRANTED
        state.close()


def test_redis_that_refuses_writes_is_lost_and_comes_back() -> None:
    with redis_server() as server:
        state = RedisState(server.url)
        state.ping()
        for break_it, mend_it in (
            (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
            (("CONFIG SET", "maxmemory", "1"), ("CONFIG SET", "maxmemory", "0")),
        ):
            server.command(*break_it)
            lost_within(state.ping)
            server.command(*mend_it)
            comes_back(state.ping)
        state.close()


def test_redis_forgets_all_by_itself(server: Server) -> None:
    state = RedisState(server.url)
    shard = fresh()
    state.spend(shard, "n", 60)
    state.hit(shard, [Limit("k", 5, 60)])
    state.lease(shard, "token", "ann", 60, spend=False)
    state.commit(shard, "token", "ann", 60)
    keys = server.command("KEYS", f"hg:{{{shard}}}:*")
    left = {key.split("}:")[1][0]: server.command("PTTL", key) for key in keys}
    assert left.keys() == {"n", "c", "t"} and all(50_000 < left[kind] <= 60_000 for kind in "nt")
    assert 110_000 < left["c"] <= 120_000, "a counter still counts in the window after its own"
    assert state.sweep() == 0
    state.close()


def test_redis_is_reached_by_a_unix_socket_and_with_a_password(tmp_path: Path) -> None:
    path = f"/tmp/hg-{os.getpid()}.sock"
    with redis_server("--unixsocket", path, password="ge/heim") as server:
        for url in (f"unix://:ge%2Fheim@{path}", server.url.replace("ge/", "ge%2F")):
            state = RedisState(url)
            assert state.kind == "redis" and state.spend("a", fresh(), 60)
            state.close()


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and all that hang on it, shown or not."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("url", ["redis://user:geheim@{}", "redis+cluster://user:geheim@{}", "rediss://:geheim@{}"])
def test_no_password_is_told(server: Server, url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for place in ("127.0.0.1:1", f"127.0.0.1:{server.port}", "[::1]:1"):
        state = RedisState(url.format(place))
        for _ in range(2):
            with pytest.raises(StateLost) as caught:
                state.ping()
            told = [*map(repr, chain(caught.value)), *traceback.format_exception(caught.value), repr(state)]
            assert "geheim" not in "".join(told) + caplog.text
        state.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://:geheim@h",
        "redis://:geheim/x@h",
        "redis://:[geheim@h",
        "redis+cluster://:geheim/@h:1",
        "geheim",
        "redis+cluster://:geheim@h:x,i:y",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_at_once_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="not the URL of a state store") as caught:
        open_state(url, Path())
    assert len(list(chain(caught.value))) == 1 and "geheim" not in str(caught.value)


def test_redis_that_refuses_to_be_asked_as_a_cluster_hands_no_answer_to_the_next_question() -> None:
    with redis_server() as server:
        node = Node(lambda: Connection("127.0.0.1", server.port, socket_timeout=TIMEOUT, protocol=2))  # type: ignore[no-untyped-call]
        with pytest.raises(Down):  # as after ASK from a node that does not know that this one was set up anew
            node.call("ECHO", "first", asking=True)
        with contextlib.suppress(Down):  # left alone for a moment
            assert node.call("ECHO", "second") == b"second"
        time.sleep(PAUSE + 0.05)
        assert node.call("ECHO", "third") == b"third"
        node.close()
