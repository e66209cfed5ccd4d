"""One conformance suite over every store: SQLite, a real Redis, a real cluster of six. What only one store can do to us comes after."""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import sqlite3
import stat
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.crc import key_slot

from hushgate.errors import StateLost
from hushgate.state import Hit, Lease, Limit, Spend, State, open_state
from hushgate.state.limits import wait_seconds
from hushgate.state.lua import Script
from hushgate.state.node import PAUSE
from hushgate.state.redis import RedisState
from hushgate.state.sqlite import SqliteState
from servers import Cluster, Server, redis_cluster, redis_server

KINDS = ["sqlite", "redis", "redis-cluster"]
Opener = Callable[[], State]
FORK = multiprocessing.get_context("fork")
DAY = 86400


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with redis_cluster() as cluster:
        yield cluster


@pytest.fixture(params=KINDS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same store again and again, as each worker does."""
    if request.param == "sqlite":
        return lambda: open_state(None, tmp_path / "state.sqlite")
    url = request.getfixturevalue("server" if request.param == "redis" else "cluster").url
    return lambda: open_state(url, tmp_path)


@pytest.fixture
def state(opener: Opener) -> Iterator[State]:
    state = opener()
    yield state
    state.close()


_number = iter(range(10**9))


def fresh() -> str:
    """A name that no other test has used."""
    return f"{os.getpid()}-{next(_number)}-{time.time_ns()}"


def in_child(work: Callable[[], Any]) -> Any:
    """What the work answers in a forked process."""
    out = FORK.SimpleQueue()
    child = FORK.Process(target=lambda: out.put(work()))
    child.start()
    child.join(20)
    assert child.exitcode == 0
    return out.get()


def in_children(work: Callable[[], list[str]], count: int = 8) -> list[list[str]]:
    """The same in several processes at once, that begin together."""
    out, gate = FORK.Queue(), FORK.Barrier(count)

    def run() -> None:
        gate.wait(20)
        out.put(work())

    children = [FORK.Process(target=run) for _ in range(count)]
    for child in children:
        child.start()
    answers = [out.get(timeout=30) for _ in children]
    for child in children:
        child.join(10)
    out.close()
    out.join_thread()
    return answers


def lost_within(work: Callable[[], object], seconds: float = 0.5) -> None:
    """The work is told, in time, that the store is lost."""
    began = time.monotonic()
    with pytest.raises(StateLost):
        work()
    assert time.monotonic() - began < seconds


def comes_back(work: Callable[[], Any], seconds: float = 10) -> Any:
    """What the work answers, once the store is there again. Until then it is told so, in time and in no other way."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        try:
            return work()
        except StateLost:
            assert time.monotonic() - began < 0.6
            assert time.monotonic() < deadline, "it does not come back"
            time.sleep(0.02)


# Every store


def test_a_nonce_is_spent_once(state: State) -> None:
    nonce = fresh()
    assert state.kind in KINDS
    assert state.spend("a", nonce, 60) == Spend(True, True, 0)
    assert state.spend("a", nonce, 60) == Spend(False, True, 0)
    assert state.spend("a", fresh(), 60).fresh


def test_a_nonce_that_a_limit_refuses_is_not_spent(state: State) -> None:
    limit, nonce = [Limit(fresh(), 1, 60)], fresh()
    assert state.spend("a", fresh(), 60, limit).allowed
    refused = state.spend("a", nonce, 60, limit)
    assert not refused.allowed and not refused.fresh and 0 < refused.retry_after <= 121
    assert state.spend("a", nonce, 60).fresh


def test_a_limit_is_exact_at_its_boundary_and_test_consumes_nothing(state: State) -> None:
    limits = [Limit(fresh(), 5, DAY), Limit(fresh(), 100, DAY)]
    for _ in range(5):
        assert state.test("a", limits).allowed
        assert state.hit("a", limits) == Hit(True, 0)
    assert not state.test("a", limits).allowed
    assert state.hit("a", limits).retry_after > 0
    assert state.hit("a", limits[1:]).allowed
    assert state.hit("a", []) == state.test("a", []) == Hit(True, 0)


def test_one_limit_that_refuses_counts_against_none(state: State) -> None:
    wide, narrow = Limit(fresh(), 10, DAY), Limit(fresh(), 1, DAY)
    assert state.hit("a", [wide, narrow]).allowed
    for _ in range(20):
        assert not state.hit("a", [wide, narrow]).allowed
    for _ in range(9):
        assert state.hit("a", [wide]).allowed
    assert not state.hit("a", [wide]).allowed


def test_a_limit_frees_its_places_after_the_time_it_says(state: State) -> None:
    limit = [Limit(fresh(), 3, 1)]
    while state.hit("a", limit).allowed:
        pass
    time.sleep(state.hit("a", limit).retry_after)
    assert state.hit("a", limit).allowed


def test_shards_do_not_share(state: State) -> None:
    limit, nonce = [Limit(fresh(), 1, DAY)], fresh()
    assert state.spend("a", nonce, 60, limit).fresh and state.spend("b", nonce, 60, limit).fresh


def test_a_lease_is_its_holders_until_it_is_spent(state: State) -> None:
    token = fresh()
    assert state.lease(token, "ann", 60, spend=False) is Lease.GRANTED
    assert state.lease(token, "ann", 60, spend=False) is Lease.AGAIN
    assert state.lease(token, "bob", 60, spend=False) is Lease.REPLAYED
    assert state.commit(token, "bob", 60) is False
    assert state.commit(token, "ann", 60) is True and state.commit(token, "ann", 60) is True
    assert state.lease(token, "ann", 60, spend=False) is Lease.REPLAYED


def test_an_idempotency_key_gets_the_same_answer_again(state: State) -> None:
    token = fresh()
    assert state.lease(token, "key", 60, spend=True) is Lease.GRANTED
    assert state.lease(token, "key", 60, spend=True) is Lease.AGAIN
    assert state.lease(token, "other", 60, spend=True) is Lease.REPLAYED
    assert state.lease(token, "", 60, spend=True) is Lease.REPLAYED


@pytest.mark.parametrize("spend", [True, False])
def test_nobody_is_never_the_same_as_nobody(state: State, spend: bool) -> None:
    token = fresh()
    assert state.lease(token, "", 60, spend=spend) is Lease.GRANTED
    assert state.lease(token, "", 60, spend=spend) is Lease.REPLAYED


def test_a_released_lease_is_free_and_a_spent_one_is_not(state: State) -> None:
    token = fresh()
    state.lease(token, "ann", 60, spend=False)
    state.release(token, "bob")
    assert state.lease(token, "bob", 60, spend=False) is Lease.REPLAYED
    state.release(token, "ann")
    assert state.lease(token, "bob", 60, spend=True) is Lease.GRANTED
    state.release(token, "bob")
    assert state.lease(token, "ann", 60, spend=False) is Lease.REPLAYED


def test_entries_expire_by_time(state: State) -> None:
    nonce, token = fresh(), fresh()
    assert state.spend("a", nonce, 1).fresh
    state.lease(token, "ann", 1, spend=True)
    time.sleep(0.8)
    assert not state.spend("a", nonce, 1).fresh
    assert state.lease(token, "bob", 1, spend=True) is Lease.REPLAYED
    time.sleep(1.3)
    assert state.spend("a", nonce, 1).fresh
    assert state.lease(token, "bob", 1, spend=True) is Lease.GRANTED


@pytest.mark.parametrize("text", ["", "}", "{", "a}b{c", "%", "é", "\ud800", "\0", ":", "x" * 5000])
def test_any_text_is_a_name(state: State, text: str) -> None:
    salt = fresh()
    limits = [Limit(text + salt, 1, DAY), Limit(salt + text, 2, DAY)]
    assert state.spend(text, salt + text, 60, limits) == Spend(True, True, 0)
    assert not state.spend(text, salt + text, 60).fresh
    assert state.lease(text + salt, text + salt, 60, spend=False) is Lease.GRANTED
    assert state.lease(text + salt, text + salt, 60, spend=False) is Lease.AGAIN
    assert state.commit(text + salt, text + salt, 60)
    state.release(text + salt, text)


def test_eight_workers_race_for_nonces_and_each_is_spent_once(opener: Opener) -> None:
    names = [fresh() for _ in range(200)]

    def race() -> list[str]:
        state = opener()
        return [name for name in names if state.spend("a", name, 60).fresh]

    assert Counter(name for each in in_children(race) for name in each) == Counter(names)


def test_eight_workers_race_for_leases_and_each_is_granted_once(opener: Opener) -> None:
    names = [fresh() for _ in range(200)]

    def race() -> list[str]:
        state, holder = opener(), str(os.getpid())
        return [name for name in names if state.lease(name, holder, 60, spend=True) is Lease.GRANTED]

    assert Counter(name for each in in_children(race) for name in each) == Counter(names)


def test_eight_workers_share_a_limit(opener: Opener) -> None:
    limits = [Limit(fresh(), 100, DAY)]

    def race() -> list[str]:
        state = opener()
        return ["hit" for _ in range(30) if state.hit("a", limits).allowed]

    assert sum(map(len, in_children(race))) == 100


def test_eight_threads_share_one_state(state: State) -> None:
    names = [fresh() for _ in range(300)]
    with ThreadPoolExecutor(8) as pool:
        won = pool.map(lambda _: [name for name in names if state.spend("a", name, 60).fresh], range(8))
        assert Counter(name for each in won for name in each) == Counter(names)


def test_a_child_has_connections_of_its_own(state: State) -> None:
    first, second = fresh(), fresh()
    assert state.spend("a", first, 60).fresh
    ready, go, out = FORK.Event(), FORK.Event(), FORK.SimpleQueue()

    def child() -> None:
        before = state.spend("a", first, 60).fresh
        ready.set()
        go.wait(10)
        out.put((before, state.spend("a", second, 60).fresh))

    process = FORK.Process(target=child)
    process.start()
    assert ready.wait(10)
    # the parent goes on, closes last, and must not take the child's file or socket with it
    assert not state.spend("a", first, 60).fresh
    state.close()
    go.set()
    process.join(10)
    assert out.get() == (False, True)
    assert not state.spend("a", second, 60).fresh and not state.spend("a", first, 60).fresh


NAMES, HOLDERS = st.sampled_from("abc"), st.sampled_from(["", "ann", "bob"])
AMOUNTS = st.lists(st.tuples(NAMES, st.integers(0, 3)), max_size=2)
CALLS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["hit", "test"]), AMOUNTS),
        st.tuples(st.just("spend"), AMOUNTS, NAMES),
        st.tuples(st.just("lease"), NAMES, HOLDERS, st.booleans()),
        st.tuples(st.sampled_from(["commit", "release"]), NAMES, HOLDERS),
    ),
    max_size=25,
)


def play(state: State, calls: list[Any], salt: str) -> list[object]:
    """What a store says to a sequence of calls; seconds to wait differ with the time of day, so only whether."""
    said: list[object] = []
    for verb, first, *rest in calls:
        if verb == "lease":
            said.append(state.lease(salt + first, rest[0], 600, spend=rest[1]))
        elif verb in ("commit", "release"):
            said.append(getattr(state, verb)(salt + first, rest[0], *([600] if verb == "commit" else [])))
        else:
            limits = [Limit(salt + key, amount, DAY) for key, amount in first]
            answer = state.spend("x", salt + rest[0], 600, limits) if rest else getattr(state, verb)("x", limits)
            assert (answer.retry_after == 0) == answer.allowed
            said.append(answer[:-1])
    return said


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
def test_every_store_says_the_same(server: Server, cluster: Cluster, tmp_path: Path, calls: list[Any]) -> None:
    salt, path = fresh(), tmp_path / "state.sqlite"
    states = [open_state(None, path), open_state(server.url, path), open_state(cluster.url, path)]
    first, second, third = (play(state, calls, salt) for state in states)
    assert first == second == third
    for state in states:
        state.close()


# The sliding window


WINDOWS = given(
    st.integers(0, 20), st.integers(1, DAY), st.floats(0, 1, exclude_max=True), st.integers(0, 25), st.integers(0, 25)
)


@WINDOWS
def test_a_hit_after_the_wait_is_allowed(amount: int, window: int, part: float, current: int, previous: int) -> None:
    limit, now = Limit("x", amount, window), float(window * 1000 + int(part * window))
    wait = wait_seconds(limit, now, current, previous)
    if not wait:
        assert current + 1 <= amount
    elif amount and current <= amount:  # nobody ever counts more than the amount
        later = now + wait
        passed = int(later // window) - 1000
        hits = {0: (current, previous), 1: (0, current)}.get(passed, (0, 0))
        assert wait_seconds(limit, later, *hits) == 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@WINDOWS
def test_lua_reckons_as_python_does(
    server: Server, amount: int, window: int, part: float, current: int, previous: int
) -> None:
    now = window * 1000 + part * window
    text = Script("limits").text + "\nreturn wait_seconds(unpack(ARGV))"
    text = text.replace("unpack(ARGV)", ", ".join(f"tonumber(ARGV[{index}])" for index in range(1, 6)))
    said = server.command("EVAL", text, 0, amount, window, repr(now % window), current, previous)
    assert said == wait_seconds(Limit("x", amount, window), now, current, previous)


# SQLite


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_sqlite_slides_and_forgets_by_the_clock(tmp_path: Path) -> None:
    clock, limit = Clock(), [Limit("x", 10, 100)]
    state = SqliteState(tmp_path / "state.sqlite", clock=clock)
    assert [state.hit("a", limit).allowed for _ in range(11)] == [True] * 10 + [False]
    assert state.hit("a", limit) == Hit(False, 111)
    clock.now += 110
    assert [state.hit("a", limit).allowed for _ in range(2)] == [True, False]
    clock.now += 40
    assert [state.hit("a", limit).allowed for _ in range(5)] == [True] * 4 + [False]
    assert state.spend("a", "n", 10).fresh and state.lease("t", "ann", 10, spend=True) is Lease.GRANTED
    clock.now += 9.9
    assert not state.spend("a", "n", 10).fresh and state.lease("t", "bob", 10, spend=True) is Lease.REPLAYED
    clock.now += 1.1
    assert state.spend("a", "n", 10).fresh and state.lease("t", "bob", 10, spend=True) is Lease.GRANTED
    state.close()


def rows(path: Path, table: str) -> int:
    """How many entries the file holds."""
    handle = sqlite3.connect(path)
    (count,) = handle.execute(f"SELECT count(*) FROM {table}").fetchone()
    handle.close()
    return int(count)


def test_sqlite_is_bounded_by_time(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "state.sqlite"
    state = SqliteState(path, clock=clock)
    for number in range(20_000):
        state.spend("a", f"old-{number}", 10, [Limit(f"old-{number}", 5, 10)] if number % 4 == 0 else ())
    assert rows(path, "nonce") == 20_000
    clock.now += 100
    for number in range(3000):
        state.spend("a", f"new-{number}", 1000)
    assert rows(path, "nonce") < 20_000, "writing sweeps, little by little"
    assert 0 < state.sweep() <= 2 * 512, "and one sweep is never long"
    while state.sweep():
        pass
    assert rows(path, "nonce") == 3000 and rows(path, "counter") == 0
    assert not any(state.spend("a", f"new-{number}", 10).fresh for number in range(3000))
    state.close()


def test_sqlite_survives_that_its_file_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    state, other = SqliteState(path), SqliteState(path)
    for _ in range(3):
        assert state.spend("a", "n", 60).fresh and not other.spend("a", "n", 60).fresh
        path.unlink()
    assert in_children(lambda: ["n"] if SqliteState(path).spend("a", "n", 60).fresh else []).count(["n"]) == 1
    assert not state.spend("a", "n", 60).fresh and not other.spend("a", "n", 60).fresh
    state.close()
    other.close()


def test_sqlite_starts_afresh_while_another_process_holds_the_deleted_file(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    ready, go, out = FORK.Event(), FORK.Event(), FORK.SimpleQueue()

    def child() -> None:
        held = SqliteState(path)
        for number in range(50):
            held.spend("a", f"old-{number}", 60)
        ready.set()
        go.wait(10)
        out.put([held.spend("a", nonce, 60).fresh for nonce in ("new-0", "new-1999", "newer")])

    process = FORK.Process(target=child)
    process.start()
    assert ready.wait(10)
    path.unlink()
    state = SqliteState(path)
    assert all(state.spend("a", f"new-{number}", 60).fresh for number in range(2000))
    go.set()
    process.join(10)
    assert out.get() == [False, False, True]
    assert not state.spend("a", "newer", 60).fresh and rows(path, "nonce") == 2001
    state.close()


def test_sqlite_does_not_move_a_file_aside_that_another_has_just_made(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    state, other = SqliteState(path), SqliteState(path)

    def work(_: sqlite3.Connection) -> None:
        path.unlink()
        assert other.spend("a", "n", 60).fresh
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with pytest.raises(StateLost):
        state._file.run(work)
    assert not state.spend("a", "n", 60).fresh and not list(tmp_path.glob("*.corrupt-*"))
    state.close()
    other.close()


@pytest.mark.parametrize("size", [0, 100, 100_000])
def test_sqlite_survives_that_its_file_turns_to_garbage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    path = tmp_path / "state.sqlite"
    state = SqliteState(path)
    for number in range(2000):
        state.spend("a", f"{number}", 60)
    path.write_bytes(b"garbage!" * (size // 8))
    worker = SqliteState(path)
    # whoever meets it first moves it aside; until then nobody sees anything but StateLost
    assert comes_back(lambda: worker.spend("a", "n", 60).fresh)
    assert not comes_back(lambda: state.spend("a", "n", 60).fresh)
    if size:
        assert "corrupt" in caplog.text and list(tmp_path.glob("*.corrupt-*"))
    assert rows(path, "nonce") >= 1
    state.close()
    worker.close()


def test_sqlite_turned_to_garbage_is_replaced_once(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"garbage!" * 1000)
    nonces = [fresh() for _ in range(50)]

    def race() -> list[str]:
        state = SqliteState(path)
        return [nonce for nonce in nonces if comes_back(lambda: state.spend("a", nonce, 60).fresh)]  # noqa: B023

    assert Counter(nonce for each in in_children(race) for nonce in each) == Counter(nonces)
    assert len(list(tmp_path.glob("*.corrupt-*"))) == 1


def test_sqlite_is_lost_where_another_holds_it_and_comes_back(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.sqlite")
    state.ping()
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for work in (state.ping, lambda: state.spend("a", "n", 60), lambda: state.hit("a", [Limit("x", 1, 9)])):
        lost_within(work)
    other.execute("ROLLBACK")
    other.close()
    assert state.spend("a", "n", 60).fresh
    state.close()


def test_sqlite_is_readable_by_its_user_only(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "deep" / "state.sqlite")
    state.ping()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()} == {0o600}
    state.close()


def test_sqlite_in_a_place_that_is_none_is_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "state.sqlite", tmp_path, Path("/proc/state.sqlite")):
        with pytest.raises(StateLost):
            SqliteState(place).ping()


def test_sqlite_in_a_folder_that_cannot_be_written_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    state = SqliteState(folder / "state.sqlite")
    state.ping()
    state.close()

    def as_nobody() -> list[str]:
        if os.getuid() == 0:
            os.setuid(65534)  # root may write anywhere
        said = []
        for work in (state.ping, lambda: state.spend("a", "n", 60), state.sweep):
            with pytest.raises(StateLost) as caught:
                work()
            said.append(str(caught.value))
        return said

    for path in (folder, *folder.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    assert all(str(tmp_path) not in text for text in in_child(as_nobody))
    folder.chmod(0o755)


def test_sqlite_on_a_full_disk_is_lost_and_comes_back(tmp_path: Path) -> None:
    def fill() -> bool:
        state = SqliteState(tmp_path / "state.sqlite")
        state.ping()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        with pytest.raises(StateLost):
            [state.spend("a", f"{number}" * 20, 60) for number in range(5000)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return state.spend("a", "n", 60).fresh

    assert in_child(fill) is True


# Redis, alone


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_redis_gone_in_mid_flight_is_lost_soon_and_comes_back_for_all_at_once(how: str) -> None:
    with redis_server() as server, ThreadPoolExecutor(8) as pool:
        state, over = RedisState(server.url), threading.Event()

        def hammer(_: object) -> tuple[int, float]:
            lost, longest = 0, 0.0
            while not over.is_set():
                began = time.monotonic()
                try:
                    state.spend("a", fresh(), 60)
                except StateLost:
                    lost += 1
                longest = max(longest, time.monotonic() - began)
            return lost, longest

        hammers = [pool.submit(hammer, number) for number in range(8)]
        time.sleep(0.2)
        getattr(server, how)()
        time.sleep(0.6)
        over.set()
        assert all(lost > 0 and longest < 0.5 for lost, longest in (each.result() for each in hammers))
        server.start() if how == "stop" else server.resume()
        assert comes_back(lambda: state.spend("a", fresh(), 60).fresh, PAUSE + 0.5)
        assert all(each.fresh for each in pool.map(lambda _: state.spend("a", fresh(), 60), range(50)))
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
        assert state.spend("a", "n", 60).fresh
        state.close()


def test_redis_that_forgot_its_scripts_is_told_them_again(server: Server, cluster: Cluster) -> None:
    for url, nodes in ((server.url, [server]), (cluster.url, cluster.servers)):
        state = open_state(url, Path())
        state.ping()
        for node in nodes:
            node.command("SCRIPT FLUSH")
        state.ping()
        assert state.spend("a", fresh(), 60, [Limit("k", 1000, 60)]).fresh
        assert state.lease(fresh(), "ann", 60, spend=True) is Lease.GRANTED
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
    state.spend(shard, "n", 60, [Limit("k", 5, 60)])
    state.lease(shard, "ann", 60, spend=False)
    state.commit(shard, "ann", 60)
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
            assert state.kind == "redis" and state.spend("a", fresh(), 60).fresh
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


# A cluster


def owner(cluster: Cluster, slot: int) -> tuple[Server, Server]:
    """The master that holds a slot, and one that does not."""
    ports = {
        port: first <= slot <= last for first, last, (_, port, *_), *_ in cluster.servers[-1].command("CLUSTER SLOTS")
    }
    by_port = {server.port: server for server in cluster.servers}
    return by_port[next(port for port, it in ports.items() if it)], by_port[
        next(p for p, it in ports.items() if not it)
    ]


def test_a_cluster_may_move_a_slot_under_us() -> None:
    with redis_cluster() as cluster:
        state, shard = RedisState(cluster.url), "shard"
        slot = key_slot(b"hg:{shard}:n:x")
        source, target = owner(cluster, slot)
        assert state.spend(shard, "before", 600).fresh
        source_id, target_id = source.command("CLUSTER MYID"), target.command("CLUSTER MYID")
        target.command("CLUSTER SETSLOT", slot, "IMPORTING", source_id)
        source.command("CLUSTER SETSLOT", slot, "MIGRATING", target_id)
        assert [state.spend(shard, "during", 600).fresh for _ in range(2)] == [True, False]
        for key in source.command("CLUSTER GETKEYSINSLOT", slot, 100):
            source.command("MIGRATE", "127.0.0.1", target.port, key, 0, 1000)
        for server in (target, source):
            server.command("CLUSTER SETSLOT", slot, "NODE", target_id)
        assert [state.spend(shard, nonce, 600).fresh for nonce in ("before", "during", "after")] == [False, False, True]
        state.close()


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_a_cluster_that_loses_a_master_comes_back_with_all_it_knew(how: str) -> None:
    with redis_cluster() as cluster:
        state = RedisState(cluster.url)
        nonces = [fresh() for _ in range(60)]
        assert all(state.spend(nonce, nonce, 600).fresh for nonce in nonces)
        cluster.wait_for_replicas()
        getattr(cluster.servers[0], how)()
        for nonce in nonces:
            assert comes_back(lambda: state.spend(nonce, nonce, 600).fresh, 20) is False  # noqa: B023
        cluster.start() if how == "stop" else cluster.servers[0].resume()
        for nonce in nonces:
            assert comes_back(lambda: state.spend(nonce, nonce, 600).fresh) is False  # noqa: B023
        state.close()


def test_a_cluster_with_a_dead_master_serves_the_others_keys_without_a_break() -> None:
    with redis_cluster() as cluster:
        # a cluster that stops serving when one part of it is gone is the default; sites may choose otherwise
        for server in cluster.servers:
            server.command("CONFIG SET", "cluster-require-full-coverage", "no")
            server.command("CONFIG SET", "cluster-replica-no-failover", "yes")
        state = RedisState(cluster.url)
        nonces = [fresh() for _ in range(90)]
        dead = [nonce for nonce in nonces if owner(cluster, key_slot(nonce.encode()))[0] is cluster.servers[0]]
        assert 0 < len(dead) < 90 and all(state.spend(nonce, nonce, 600).fresh for nonce in nonces)
        cluster.servers[0].pause()
        lost_within(lambda: state.spend(dead[0], "x", 600))
        for nonce in nonces:
            if nonce in dead:
                lost_within(lambda: state.spend(nonce, nonce, 600), 0.02)  # noqa: B023
            else:
                assert not state.spend(nonce, nonce, 600).fresh
        cluster.servers[0].resume()
        state.close()


def test_a_cluster_that_is_gone_holds_nobody_up_and_comes_back() -> None:
    with redis_cluster() as cluster:
        old, new = RedisState(cluster.url), RedisState(cluster.url)
        assert old.spend("a", "n", 600).fresh
        cluster.pause()
        for state in (old, new):
            for _ in range(20):
                lost_within(state.ping, 0.6)
        cluster.resume()
        for state in (old, new):
            assert comes_back(lambda: state.spend("a", "n", 600).fresh) is False  # noqa: B023
            state.close()


def test_the_servers_leave_nothing_behind() -> None:
    with redis_server() as server, redis_cluster() as cluster:
        pids = [each.pid for each in (server, *cluster.servers)]
        folders = [each.folder for each in (server, *cluster.servers)]
    assert not any(folder.exists() for folder in folders)
    for pid in pids:
        assert pid
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
