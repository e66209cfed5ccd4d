"""Quotas, over every store: what is taken together, what it scales with, and what a marker keeps from being counted twice."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hushgate.state import (
    UNLIMITED,
    Batch,
    Count,
    Counting,
    Lease,
    Quota,
    Redemption,
    State,
    Take,
    Taken,
    Tally,
    open_state,
)
from servers import Cluster, Server
from stores import DAY, Opener, fresh, in_children, take, tally


def test_all_quotas_take_or_none(state: State) -> None:
    wide, narrow = Quota(fresh(), 10, DAY), Quota(fresh(), 1, DAY)
    assert take(state, "a", [wide, narrow]) == Taken((0, 0), (0, 0))
    for _ in range(20):
        taken = take(state, "a", [wide, narrow])
        assert not taken.allowed and taken.waits[0] == 0 < taken.waits[1] and taken.counts == (1, 1)
    for before in range(1, 10):
        assert take(state, "a", [wide]) == Taken((0,), (before,))
    assert not take(state, "a", [wide]).allowed
    assert take(state, "a", []) == Taken((), ()) and Taken((), ()).allowed


def test_asking_takes_nothing(state: State) -> None:
    quota, marker = Quota(fresh(), 1, DAY), fresh()
    for _ in range(3):
        assert take(state, "a", [quota], marker=marker, ttl=60, consume=False) == Taken((0,), (0,))
    assert take(state, "a", [quota], marker=marker, ttl=60).allowed
    assert take(state, "a", [quota], marker=marker, ttl=60, consume=False) == Taken((0,), (None,))
    assert not take(state, "a", [quota], marker=fresh(), ttl=60, consume=False).allowed


def test_what_bears_a_marker_is_counted_once_but_for_what_counts_each_time(state: State) -> None:
    quota, each, marker = Quota(fresh(), 1, DAY), Quota(fresh(), 3, DAY, each=True), fresh()
    for before in range(3):
        taken = take(state, "a", [quota, each], marker=marker, ttl=60)
        assert taken == Taken((0, 0), (None if before else 0, before))
    assert not take(state, "a", [quota, each], marker=marker, ttl=60).allowed
    assert not take(state, "a", [quota], marker=fresh(), ttl=60).allowed
    assert take(state, "b", [quota], marker=marker, ttl=60).allowed


def test_a_quota_that_refused_leaves_no_marker(state: State) -> None:
    full, marker = Quota(fresh(), 0, DAY), fresh()
    for _ in range(2):
        assert not take(state, "a", [full], marker=marker, ttl=60).allowed


def test_a_quota_grows_with_what_comes_besides(state: State) -> None:
    all_, mine = Quota(fresh(), UNLIMITED, DAY), fresh()
    scaled = Quota(mine, 2, DAY, of=all_.row, times=1.5)
    assert [take(state, "a", [all_, scaled]).allowed for _ in range(4)] == [True, True, False, False]
    for _ in range(2):
        take(state, "a", [all_])
    assert [take(state, "a", [all_, scaled]).allowed for _ in range(3)] == [True, False, False]
    for _ in range(2):
        take(state, "a", [all_])
    assert [take(state, "a", [all_, scaled]).allowed for _ in range(4)] == [True, True, True, False]
    other_window = Quota(mine, 2, 60, of=all_.row, times=1.5)
    assert not take(state, "a", [all_, other_window, other_window._replace(amount=0)]).allowed


def test_quotas_of_many_workers_are_exact_and_markers_too(opener: Opener) -> None:
    wide, narrow, marker = Quota(fresh(), 1000, DAY), Quota(fresh(), 37, DAY), fresh()

    def work() -> list[str]:
        state = opener()
        said = [str(take(state, "a", [wide, narrow]).allowed) for _ in range(20)]
        said += ["once" if take(state, "a", [wide], marker=marker, ttl=60).counts[0] is not None else "again"]
        state.close()
        return said

    answers = Counter(answer for each in in_children(work, 4) for answer in each)
    assert answers == {"True": 37, "False": 43, "once": 1, "again": 3}
    state = opener()
    assert take(state, "a", [wide, narrow], consume=False).counts == (38, 37)
    state.close()


def test_what_is_given_back_can_be_taken_again(state: State) -> None:
    quota, each, marker = Quota(fresh(), 2, DAY), Quota(fresh(), 5, DAY, each=True), fresh()
    ask = Batch(takes=[Take([quota, each], marker, 60)])
    for _ in range(4):
        state.give_back("a", ask.takes, state.decide("a", ask).at)
    assert take(state, "a", [quota, each], consume=False).counts == (0, 0)
    assert take(state, "a", [quota, each], marker=marker, ttl=60).counts == (0, 0), "nor does the marker count"


def test_what_others_rely_on_stays_taken(state: State) -> None:
    quota, each, marker = Quota(fresh(), 2, DAY), Quota(fresh(), 9, DAY, each=True), fresh()
    ask = Batch(takes=[Take([quota, each], marker, 60)])
    first, again = state.decide("a", ask), state.decide("a", ask)
    assert (first.taken[0].counts, again.taken[0].counts) == ((0, 0), (None, 1))
    state.give_back("a", ask.takes, first.at)
    assert take(state, "a", [quota, each], consume=False).counts == (1, 1), (
        "the second was let in as the first had been"
    )
    state.give_back("a", ask.takes, again.at)
    assert take(state, "a", [quota, each], consume=False).counts == (0, 0)


def test_all_takes_of_a_batch_count_or_none(state: State) -> None:
    wide, full = Quota(fresh(), 9, DAY), Quota(fresh(), 0, DAY)
    reply = state.decide("a", Batch(takes=[Take([wide], fresh(), 60), Take([full])]))
    assert [one.allowed for one in reply.taken] == [True, False] and reply.lease is None and reply.tally is None
    assert take(state, "a", [wide], consume=False).counts == (0,)


def test_a_lease_that_is_anothers_counts_nothing_but_what_was_due(state: State) -> None:
    nonce, due, now, quota = fresh(), Count(fresh(), DAY), Count(fresh(), DAY), Quota(fresh(), 9, DAY)
    ask = Batch(Redemption(nonce, "ann", 60), [Counting([due])], Counting([now, due]), [Take([quota], nonce, 60)])
    for time, lease in enumerate((Lease.GRANTED, Lease.AGAIN), 1):
        reply = state.decide("a", ask)
        assert (reply.lease, reply.tally, reply.taken[0].allowed) == (lease, Tally((time, 2 * time), False), True)
    reply = state.decide("a", replace(ask, lease=Redemption(nonce, "bob", 60)))
    assert (reply.lease, reply.tally, reply.taken) == (Lease.REPLAYED, None, ())
    assert tally(state, "a", [now._replace(add=0), due._replace(add=0)]).counts == (2, 5)
    assert state.lease("a", nonce, "bob", 60, spend=True) is Lease.REPLAYED and state.commit("a", nonce, "ann", 60)


def test_workers_that_race_with_batches_lease_each_token_once(opener: Opener) -> None:
    names, quota = [fresh() for _ in range(60)], Quota(fresh(), 40, DAY)

    def work() -> list[str]:
        state, holder, said = opener(), str(os.getpid()), []
        for name in names:
            reply = state.decide("a", Batch(Redemption(name, holder, 60), takes=[Take([quota], name, 60)]))
            said += [f"{reply.lease} {reply.taken[0].allowed if reply.taken else ''}"]
        state.close()
        return said

    answers = Counter(answer for each in in_children(work, 4) for answer in each)
    assert answers == {"Lease.GRANTED True": 40, "Lease.GRANTED False": 20, "Lease.REPLAYED ": 180}


NAMES = st.sampled_from(["p", "q", "r"])
AMOUNTS, TIMES = st.integers(0, 5), st.sampled_from([0.0, 0.5, 1.3])
QUOTAS = st.lists(
    st.tuples(NAMES, AMOUNTS, st.just(DAY), st.sampled_from(["", "p", "nothing"]), TIMES, st.booleans()).map(
        lambda parts: Quota(*parts)
    ),
    max_size=3,
    unique_by=lambda quota: quota.row,
)
TAKES = st.builds(Take, QUOTAS, st.sampled_from(["", "m", "n"]), st.just(600))
COUNTS = st.lists(
    st.tuples(st.sampled_from(["@p", "@q", "@r"]), st.integers(0, 3)).map(lambda parts: Count(parts[0], DAY, parts[1])),
    max_size=3,
    unique_by=lambda one: one.row,
)
MARKERS = st.one_of(st.none(), st.sampled_from(["@k", "@l"]).map(lambda key: Count(key, DAY)))
COUNTINGS = st.builds(Counting, COUNTS, MARKERS)
LEASES = st.one_of(st.none(), st.builds(Redemption, NAMES, st.sampled_from(["", "ann", "bob"]), st.just(600)))
BATCHES = st.builds(
    Batch,
    LEASES,
    st.lists(COUNTINGS, max_size=2),
    st.one_of(st.none(), COUNTINGS),
    st.lists(TAKES, max_size=2, unique_by=lambda one: one.marker),
    st.booleans(),
)
CALLS = st.lists(st.tuples(BATCHES, st.booleans()), max_size=10)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
@pytest.mark.parametrize("kind", ["redis", "redis-cluster"])
def test_all_stores_answer_alike(kind: str, calls: list[tuple[Batch, bool]], server: Server, cluster: Cluster) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = (server if kind == "redis" else cluster).url
        stores, shard = [open_state(None, Path(folder) / "s"), open_state(url, Path(folder))], fresh()
        for batch, back in calls:
            said = [store.decide(shard, batch) for store in stores]
            told = [
                # seconds to wait may differ by the clock's tick between the two
                (one.lease, one.tally, [(t.counts, [wait > 0 for wait in t.waits]) for t in one.taken])
                for one in said
            ]
            assert told[0] == told[1]
            if back and batch.consume and said[0].taken and all(taken.allowed for taken in said[0].taken):
                for store, one in zip(stores, said, strict=True):
                    store.give_back(shard, batch.takes, one.at)
        for store in stores:
            store.close()
