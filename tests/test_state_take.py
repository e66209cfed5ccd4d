"""Quotas, over every store: what is taken together, what it scales with, and what a marker keeps from being counted twice."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushgate.state import UNLIMITED, Quota, State, Taken, open_state
from servers import Cluster, Server
from stores import DAY, Opener, fresh, in_children


def test_all_quotas_take_or_none(state: State) -> None:
    wide, narrow = Quota(fresh(), 10, DAY), Quota(fresh(), 1, DAY)
    assert state.take("a", [wide, narrow]) == Taken((0, 0), (0, 0))
    for _ in range(20):
        taken = state.take("a", [wide, narrow])
        assert not taken.allowed and taken.waits[0] == 0 < taken.waits[1] and taken.counts == (1, 1)
    for before in range(1, 10):
        assert state.take("a", [wide]) == Taken((0,), (before,))
    assert not state.take("a", [wide]).allowed
    assert state.take("a", []) == Taken((), ()) and Taken((), ()).allowed


def test_asking_takes_nothing(state: State) -> None:
    quota, marker = Quota(fresh(), 1, DAY), fresh()
    for _ in range(3):
        assert state.take("a", [quota], marker=marker, ttl=60, consume=False) == Taken((0,), (0,))
    assert state.take("a", [quota], marker=marker, ttl=60).allowed
    assert state.take("a", [quota], marker=marker, ttl=60, consume=False) == Taken((0,), (None,))
    assert not state.take("a", [quota], marker=fresh(), ttl=60, consume=False).allowed


def test_what_bears_a_marker_is_counted_once_but_for_what_counts_each_time(state: State) -> None:
    quota, each, marker = Quota(fresh(), 1, DAY), Quota(fresh(), 3, DAY, each=True), fresh()
    for before in range(3):
        taken = state.take("a", [quota, each], marker=marker, ttl=60)
        assert taken == Taken((0, 0), (None if before else 0, before))
    assert not state.take("a", [quota, each], marker=marker, ttl=60).allowed
    assert not state.take("a", [quota], marker=fresh(), ttl=60).allowed
    assert state.take("b", [quota], marker=marker, ttl=60).allowed


def test_a_quota_that_refused_leaves_no_marker(state: State) -> None:
    full, marker = Quota(fresh(), 0, DAY), fresh()
    for _ in range(2):
        assert not state.take("a", [full], marker=marker, ttl=60).allowed


def test_a_quota_grows_with_what_comes_besides(state: State) -> None:
    all_, mine = Quota(fresh(), UNLIMITED, DAY), fresh()
    scaled = Quota(mine, 2, DAY, of=all_.key, times=1.5)
    assert [state.take("a", [all_, scaled]).allowed for _ in range(4)] == [True, True, False, False]
    for _ in range(2):
        state.take("a", [all_])
    assert [state.take("a", [all_, scaled]).allowed for _ in range(3)] == [True, False, False]
    for _ in range(2):
        state.take("a", [all_])
    assert [state.take("a", [all_, scaled]).allowed for _ in range(4)] == [True, True, True, False]
    other_window = scaled._replace(window=60)
    assert not state.take("a", [all_, other_window, other_window._replace(amount=0)]).allowed


def test_quotas_of_many_workers_are_exact_and_markers_too(opener: Opener) -> None:
    wide, narrow, marker = Quota(fresh(), 1000, DAY), Quota(fresh(), 37, DAY), fresh()

    def work() -> list[str]:
        state = opener()
        said = [str(state.take("a", [wide, narrow]).allowed) for _ in range(20)]
        said += ["once" if state.take("a", [wide], marker=marker, ttl=60).counts[0] is not None else "again"]
        state.close()
        return said

    answers = Counter(answer for each in in_children(work, 4) for answer in each)
    assert answers == {"True": 37, "False": 43, "once": 1, "again": 3}
    state = opener()
    assert state.take("a", [wide, narrow], consume=False).counts == (38, 37)
    state.close()


NAMES = st.sampled_from(["p", "q", "r"])
QUOTAS = st.lists(
    st.builds(
        Quota,
        NAMES,
        st.integers(0, 5),
        st.just(DAY),
        of=st.sampled_from(["", "p", "nothing"]),
        times=st.sampled_from([0.0, 0.5, 1.3]),
        each=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda quota: quota.key,
)
CALLS = st.lists(st.tuples(QUOTAS, st.sampled_from(["", "m", "n"]), st.booleans()), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
@pytest.mark.parametrize("kind", ["redis", "redis-cluster"])
def test_all_stores_answer_alike(
    kind: str, calls: list[tuple[list[Quota], str, bool]], server: Server, cluster: Cluster
) -> None:
    salt = fresh()
    with tempfile.TemporaryDirectory() as folder:
        stores = [
            open_state(None, Path(folder) / "s"),
            open_state((server if kind == "redis" else cluster).url, Path(folder)),
        ]
        for quotas, marker, consume in calls:
            salted = [quota._replace(key=salt + quota.key, of=quota.of and salt + quota.of) for quota in quotas]
            name = marker and salt + marker
            said = [store.take("s", salted, marker=name, ttl=600, consume=consume) for store in stores]
            # seconds to wait may differ by the clock's tick between the two
            assert [(t.allowed, t.counts, [w > 0 for w in t.waits]) for t in said[:1]] == [
                (t.allowed, t.counts, [w > 0 for w in t.waits]) for t in said[1:]
            ]
        for store in stores:
            store.close()
