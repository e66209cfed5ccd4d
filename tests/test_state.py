"""One conformance suite over every store: a file of one machine, a real Redis, a real cluster of six."""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushgate.state import Count, Hit, Lease, Limit, State, Tally, open_state
from servers import Cluster, Server
from stores import DAY, FORK, KINDS, Opener, fresh, in_children, tally


def test_a_nonce_is_spent_once(state: State) -> None:
    nonce = fresh()
    assert state.kind in KINDS
    assert state.spend("a", nonce, 60) is True
    assert state.spend("a", nonce, 60) is False
    assert state.spend("a", fresh(), 60)


def test_a_nonce_is_spent_by_the_first_that_begins(state: State) -> None:
    nonce = fresh()
    first, second = state.begin_spend("a", nonce, 60), state.begin_spend("a", nonce, 60)
    assert second() is False and first() is True
    assert state.begin_spend("b", nonce, 60)() is True


def test_who_does_not_wait_for_the_answer_leaves_it_to_nobody(state: State) -> None:
    nonce, others = fresh(), [fresh() for _ in range(5)]
    state.begin_spend("a", nonce, 60)
    assert all(state.spend("a", other, 60) for other in others)
    assert not state.spend("a", nonce, 60) and not any(state.spend("a", other, 60) for other in others)


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
    for shard in "ab":
        assert state.hit(shard, limit).allowed and state.spend(shard, nonce, 60)


def test_a_tally_adds_up_what_is_new_and_only_asks_for_what_is_not(state: State) -> None:
    wide, read, often = Count(fresh(), DAY), Count(fresh(), DAY, 0), Count(fresh(), DAY, 5)
    ann, bob = Count(fresh(), DAY), Count(fresh(), DAY)
    assert tally(state, "a", []) == Tally((), False)
    assert tally(state, "a", [wide, read, often], ann) == Tally((1, 0, 5), False)
    assert tally(state, "a", [wide, read, often], ann) == Tally((1, 0, 5), True)
    assert tally(state, "a", [wide, read, often], bob) == Tally((2, 0, 10), False)
    assert tally(state, "a", [wide, read, often]) == Tally((3, 0, 15), False)
    assert tally(state, "b", [wide], ann) == Tally((1,), False)
    assert tally(state, "a", [wide, read], ann, [wide._replace(add=7), read._replace(add=2)]) == Tally((10, 2), True)
    assert tally(state, "a", [], None, [wide]) == Tally((), False)
    assert tally(state, "a", [wide]).counts == (12,)


def test_a_tally_slides(state: State) -> None:
    count = Count(fresh(), 1)
    time.sleep(1 - time.time() % 1)  # the start of a window
    tally(state, "a", [count._replace(add=100)])
    time.sleep(1.5 - time.time() % 1)
    assert 0 < tally(state, "a", [count._replace(add=0)]).counts[0] < 60
    time.sleep(1)
    assert tally(state, "a", [count._replace(add=0)]).counts == (0,)


def test_tallies_of_many_workers_lose_nothing(opener: Opener) -> None:
    counts, markers = [Count(fresh(), DAY), Count(fresh(), DAY)], [fresh() for _ in range(20)]

    def work() -> list[str]:
        state = opener()
        said = [str(tally(state, "a", counts, Count(marker, DAY)).again) for marker in markers]
        state.close()
        return said

    answers = Counter(answer for each in in_children(work, 4) for answer in each)
    assert answers == {"False": 20, "True": 60}
    state = opener()
    assert tally(state, "a", [count._replace(add=0) for count in counts]).counts == (20, 20)
    state.close()


def test_a_lease_is_its_holders_until_it_is_spent(state: State) -> None:
    token = fresh()
    assert state.lease("a", token, "ann", 60, spend=False) is Lease.GRANTED
    assert state.lease("a", token, "ann", 60, spend=False) is Lease.AGAIN
    assert state.lease("a", token, "bob", 60, spend=False) is Lease.REPLAYED
    assert state.commit("a", token, "bob", 60) is False
    assert state.commit("a", token, "ann", 60) is True and state.commit("a", token, "ann", 60) is False
    assert state.lease("a", token, "ann", 60, spend=False) is Lease.REPLAYED


def test_an_idempotency_key_gets_the_same_answer_again(state: State) -> None:
    token = fresh()
    assert state.lease("a", token, "key", 60, spend=True) is Lease.GRANTED
    assert state.lease("a", token, "key", 60, spend=True) is Lease.AGAIN
    assert state.lease("a", token, "other", 60, spend=True) is Lease.REPLAYED
    assert state.lease("a", token, "", 60, spend=True) is Lease.REPLAYED


@pytest.mark.parametrize("spend", [True, False])
def test_nobody_is_never_the_same_as_nobody(state: State, spend: bool) -> None:
    token = fresh()
    assert state.lease("a", token, "", 60, spend=spend) is Lease.GRANTED
    assert state.lease("a", token, "", 60, spend=spend) is Lease.REPLAYED


def test_a_released_lease_is_free_and_a_spent_one_is_not(state: State) -> None:
    token = fresh()
    state.lease("a", token, "ann", 60, spend=False)
    state.release("a", token, "bob")
    assert state.lease("a", token, "bob", 60, spend=False) is Lease.REPLAYED
    state.release("a", token, "ann")
    assert state.lease("a", token, "bob", 60, spend=True) is Lease.GRANTED
    state.release("a", token, "bob")
    assert state.lease("a", token, "ann", 60, spend=False) is Lease.REPLAYED


def test_entries_expire_by_time(state: State) -> None:
    nonce, token = fresh(), fresh()
    assert state.spend("a", nonce, 1)
    state.lease("a", token, "ann", 1, spend=True)
    assert not state.spend("a", nonce, 1)
    assert state.lease("a", token, "bob", 1, spend=True) is Lease.REPLAYED
    time.sleep(2.1)
    assert state.spend("a", nonce, 1)
    assert state.lease("a", token, "bob", 1, spend=True) is Lease.GRANTED


@pytest.mark.parametrize("text", ["", "}", "{", "a}b{c", "%", "é", "\ud800", "\0", ":", "x" * 5000])
def test_any_text_is_a_name(state: State, text: str) -> None:
    salt = fresh()
    limits = [Limit(text + salt, 1, DAY), Limit(salt + text, 2, DAY)]
    assert state.hit(text, limits).allowed and state.spend(text, salt + text, 60)
    assert not state.spend(text, salt + text, 60)
    assert state.lease("a", text + salt, text + salt, 60, spend=False) is Lease.GRANTED
    assert state.lease("a", text + salt, text + salt, 60, spend=False) is Lease.AGAIN
    assert state.commit("a", text + salt, text + salt, 60)
    state.release("a", text + salt, text)


def test_eight_workers_race_for_nonces_and_each_is_spent_once(opener: Opener) -> None:
    names = [fresh() for _ in range(200)]

    def race() -> list[str]:
        state = opener()
        return [name for name in names if state.spend("a", name, 60)]

    assert Counter(name for each in in_children(race) for name in each) == Counter(names)


def test_eight_workers_race_for_leases_and_each_is_granted_once(opener: Opener) -> None:
    names = [fresh() for _ in range(200)]

    def race() -> list[str]:
        state, holder = opener(), str(os.getpid())
        return [name for name in names if state.lease("a", name, holder, 60, spend=True) is Lease.GRANTED]

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
        won = pool.map(lambda _: [name for name in names if state.spend("a", name, 60)], range(8))
        assert Counter(name for each in won for name in each) == Counter(names)


def test_a_child_has_connections_of_its_own(state: State) -> None:
    first, second = fresh(), fresh()
    assert state.spend("a", first, 60)
    ready, go, out = FORK.Event(), FORK.Event(), FORK.SimpleQueue()

    def child() -> None:
        before = state.spend("a", first, 60)
        ready.set()
        go.wait(10)
        out.put((before, state.spend("a", second, 60)))

    process = FORK.Process(target=child)
    process.start()
    assert ready.wait(10)
    # the parent goes on, closes last, and must not take the child's file or socket with it
    assert not state.spend("a", first, 60)
    state.close()
    go.set()
    process.join(10)
    assert out.get() == (False, True)
    assert not state.spend("a", second, 60) and not state.spend("a", first, 60)


NAMES, HOLDERS = st.sampled_from("abc"), st.sampled_from(["", "ann", "bob"])
AMOUNTS = st.lists(st.tuples(NAMES, st.integers(0, 3)), max_size=2)
CALLS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["hit", "test"]), AMOUNTS),
        st.tuples(st.just("spend"), NAMES),
        st.tuples(st.just("tally"), AMOUNTS, st.one_of(st.none(), NAMES)),
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
            said.append(state.lease("a", salt + first, rest[0], 600, spend=rest[1]))
        elif verb == "spend":
            said.append(state.spend("x", salt + first, 600))
        elif verb in ("commit", "release"):
            said.append(getattr(state, verb)("a", salt + first, rest[0], *([600] if verb == "commit" else [])))
        elif verb == "tally":
            counts = [Count(f"{salt}{key}{place}", DAY, add) for place, (key, add) in enumerate(first)]
            said.append(tally(state, "x", counts, Count(salt + "m" + rest[0], DAY) if rest[0] else None))
        else:
            limits = [Limit(salt + key, amount, DAY) for key, amount in first]
            answer = getattr(state, verb)("x", limits)
            assert (answer.retry_after == 0) == answer.allowed
            said.append(answer[:-1])
    return said


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
def test_every_store_says_the_same(server: Server, cluster: Cluster, tmp_path: Path, calls: list[Any]) -> None:
    salt, path = fresh(), tmp_path / "state"
    states = [open_state(None, path), open_state(server.url, path), open_state(cluster.url, path)]
    first, second, third = (play(state, calls, salt) for state in states)
    assert first == second == third
    for state in states:
        state.close()
