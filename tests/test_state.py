"""One conformance suite over every store: SQLite, a real Redis, a real cluster of six."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushgate.errors import StateLost
from hushgate.state import Hit, Lease, Limit, Spend, State, open_state
from hushgate.state.redis import PAUSE, RedisState
from hushgate.state.sqlite import SqliteState, wait_seconds
from servers import Cluster, Server, redis_cluster, redis_server

KINDS = ["sqlite", "redis", "redis-cluster"]
Opener = Callable[[], State]
SPAWN = multiprocessing.get_context("fork")


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


def test_a_nonce_is_spent_once(state: State) -> None:
    nonce = fresh()
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
    limits = [Limit(fresh(), 5, 3600), Limit(fresh(), 100, 3600)]
    for _ in range(5):
        assert state.test("a", limits).allowed
        assert state.hit("a", limits) == Hit(True, 0)
    assert not state.test("a", limits).allowed
    assert state.hit("a", limits).retry_after > 0
    assert state.hit("a", limits[1:]).allowed


def test_one_limit_that_refuses_counts_against_none(state: State) -> None:
    wide, narrow = Limit(fresh(), 10, 3600), Limit(fresh(), 1, 3600)
    assert state.hit("a", [wide, narrow]).allowed
    for _ in range(20):
        assert not state.hit("a", [wide, narrow]).allowed
    for _ in range(9):
        assert state.hit("a", [wide]).allowed
    assert not state.hit("a", [wide]).allowed


def test_shards_do_not_share(state: State) -> None:
    limit, nonce = [Limit(fresh(), 1, 3600)], fresh()
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


def test_nobody_is_never_the_same_as_nobody(state: State) -> None:
    token = fresh()
    assert state.lease(token, "", 60, spend=True) is Lease.GRANTED
    assert state.lease(token, "", 60, spend=True) is Lease.REPLAYED


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
    time.sleep(2.2)
    assert state.spend("a", nonce, 1).fresh
    assert state.lease(token, "bob", 1, spend=True) is Lease.GRANTED


def _race(opener: Opener, nonces: list[str], out: multiprocessing.Queue[list[str]]) -> None:
    state = opener()
    out.put([nonce for nonce in nonces if state.spend("a", nonce, 60).fresh])
    state.close()


def _race_leases(opener: Opener, tokens: list[str], out: multiprocessing.Queue[list[str]]) -> None:
    state, holder = opener(), str(os.getpid())
    out.put([token for token in tokens if state.lease(token, holder, 60, spend=True) is Lease.GRANTED])
    state.close()


@pytest.mark.parametrize("race", [_race, _race_leases])
def test_eight_workers_race_and_each_is_won_once(opener: Opener, race: Callable[..., None]) -> None:
    opener().close()
    names, out = [fresh() for _ in range(200)], SPAWN.Queue()
    workers = [SPAWN.Process(target=race, args=(opener, names, out)) for _ in range(8)]
    for worker in workers:
        worker.start()
    won = Counter(name for _ in workers for name in out.get(timeout=30))
    for worker in workers:
        worker.join(10)
    assert won == Counter(names)


def test_a_forked_child_does_not_use_its_parents_connection(state: State) -> None:
    state.ping()
    out = SPAWN.Queue()
    nonce = fresh()
    child = SPAWN.Process(target=lambda: out.put(state.spend("a", nonce, 60).fresh))
    child.start()
    assert out.get(timeout=10) is True
    child.join(10)
    assert state.spend("a", nonce, 60).fresh is False


CALLS = st.lists(
    st.one_of(
        st.tuples(st.just("spend"), st.sampled_from("abc"), st.integers(1, 3)),
        st.tuples(st.just("lease"), st.sampled_from("abc"), st.sampled_from(["", "ann", "bob"]), st.booleans()),
        st.tuples(st.just("commit"), st.sampled_from("abc"), st.sampled_from(["ann", "bob"])),
        st.tuples(st.just("release"), st.sampled_from("abc"), st.sampled_from(["ann", "bob"])),
        st.tuples(st.just("hit"), st.sampled_from("abc"), st.integers(1, 3)),
    ),
    max_size=20,
)


def _play(state: State, calls: list[tuple[object, ...]], salt: str) -> list[object]:
    said: list[object] = []
    for verb, name, *rest in calls:
        key = f"{salt}{name}"
        if verb == "spend":
            said.append(state.spend("x", key, 600, [Limit(key, rest[0], 86400)])[:2])  # type: ignore[arg-type]
        elif verb == "lease":
            said.append(state.lease(key, rest[0], 600, spend=rest[1]))  # type: ignore[arg-type]
        elif verb == "commit":
            said.append(state.commit(key, rest[0], 600))  # type: ignore[arg-type]
        elif verb == "release":
            said.append(state.release(key, rest[0]))  # type: ignore[arg-type,func-returns-value]
        else:
            said.append(state.hit("x", [Limit(key, rest[0], 86400)]).allowed)  # type: ignore[arg-type]
    return said


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
def test_every_store_says_the_same(
    server: Server, cluster: Cluster, tmp_path: Path, calls: list[tuple[object, ...]]
) -> None:
    salt, path = fresh(), tmp_path / "state.sqlite"
    states = [open_state(None, path), open_state(server.url, path), open_state(cluster.url, path)]
    first, second, third = (_play(state, calls, salt) for state in states)
    assert first == second == third
    for state in states:
        state.close()


@pytest.mark.parametrize("into", [0.0, 0.25, 0.5, 0.99])
def test_the_window_slides(into: float) -> None:
    limit = Limit("x", 10, 100)
    now = 1_000_000 + into * 100
    assert wait_seconds(limit, now, 0, 0) == 0
    assert wait_seconds(limit, now, 10, 0) > 0
    assert (wait_seconds(limit, now, 0, 10) == 0) == (into >= 0.1)
    wait = wait_seconds(limit, now, 4, 10)
    later = now + wait
    if wait and later < 1_000_100:
        assert wait_seconds(limit, later, 4, 10) == 0


# SQLite


def test_sqlite_sweeps_what_has_expired_and_only_that(tmp_path: Path) -> None:
    now = [1_000_000.0]
    state = SqliteState(tmp_path / "state.sqlite", clock=lambda: now[0])
    for number in range(3000):
        state.spend("a", f"old-{number}", 10)
    now[0] += 100
    for number in range(3000):
        state.spend("a", f"new-{number}", 1000)
    while state.sweep():
        pass
    assert not any(state.spend("a", f"new-{number}", 10).fresh for number in range(0, 3000, 97))
    (count,) = sqlite3.connect(tmp_path / "state.sqlite").execute("SELECT count(*) FROM nonce").fetchone()
    assert count == 3000
    state.close()


def test_sqlite_survives_a_file_that_is_deleted_or_garbage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state.sqlite"
    state = SqliteState(path)
    assert state.spend("a", "n", 60).fresh
    path.unlink()
    assert state.spend("a", "n", 60).fresh
    state.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StateLost):
        state.ping()
    assert state.spend("a", "n", 60).fresh
    assert "corrupt" in caplog.text and list(tmp_path.glob("*.corrupt-*"))
    state.close()


def test_sqlite_is_lost_where_another_holds_it_and_comes_back(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.sqlite")
    state.ping()
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with pytest.raises(StateLost):
        state.spend("a", "n", 60)
    assert time.monotonic() - started < 1
    other.execute("ROLLBACK")
    other.close()
    assert state.spend("a", "n", 60).fresh
    state.close()


def test_sqlite_is_readable_by_its_user_only(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "deep" / "state.sqlite")
    state.ping()
    assert stat.S_IMODE((tmp_path / "deep" / "state.sqlite").stat().st_mode) == 0o600
    state.close()


def test_sqlite_in_a_place_that_is_none_is_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateLost):
        SqliteState(tmp_path / "file" / "state.sqlite").ping()


# Redis


def test_redis_killed_in_mid_flight_is_lost_soon_and_comes_back(tmp_path: Path) -> None:
    with redis_server() as server:
        state = RedisState(server.url)
        assert state.spend("a", "n", 60).fresh
        server.stop()
        started = time.monotonic()
        for _ in range(50):
            with pytest.raises(StateLost):
                state.spend("a", "m", 60)
        assert time.monotonic() - started < 0.5
        server.start()
        time.sleep(PAUSE + 0.1)
        assert state.spend("a", "m", 60).fresh
        state.close()


def test_redis_that_hangs_holds_nobody_up(tmp_path: Path) -> None:
    with redis_server() as server:
        state = RedisState(server.url)
        state.ping()
        server.pause()
        started = time.monotonic()
        for _ in range(5):
            with pytest.raises(StateLost):
                state.ping()
        assert time.monotonic() - started < 0.6
        server.resume()
        time.sleep(PAUSE + 0.1)
        state.ping()
        state.close()


def test_redis_that_forgot_its_scripts_is_told_them_again(server: Server) -> None:
    state = RedisState(server.url)
    state.ping()
    with server.client as client:
        client.script_flush()
    state.ping()
    assert state.spend("a", fresh(), 60, [Limit("k", 1000, 60)]).fresh
    state.close()


def test_no_password_is_told(tmp_path: Path) -> None:
    for url in ("redis://user:geheim@127.0.0.1:1", "redis+cluster://user:geheim@127.0.0.1:1"):
        with pytest.raises(StateLost) as caught:
            RedisState(url).ping()
        assert "geheim" not in str(caught.value) and caught.value.__cause__ is None


def test_a_cluster_that_loses_a_master_comes_back() -> None:
    with redis_cluster() as cluster:
        state = RedisState(cluster.url)
        nonces = [fresh() for _ in range(60)]
        assert all(state.spend(nonce, nonce, 600).fresh for nonce in nonces)
        cluster.servers[0].stop()
        deadline = time.monotonic() + 20
        spent: list[bool] = []
        while time.monotonic() < deadline and len(spent) < len(nonces):
            try:
                spent = [state.spend(nonce, nonce, 600).fresh for nonce in nonces]
            except StateLost:
                time.sleep(0.3)
        assert len(spent) == len(nonces)
        assert sum(spent) <= len(nonces) // 4
        state.close()
