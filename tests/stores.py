"""The state stores under test: fixtures that open each of them, and work done in other processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hushgate.errors import StateLost
from hushgate.state import Batch, Count, Counting, Quota, State, Take, Taken, Tally, open_state
from hushgate.state.local import LocalState
from servers import Cluster, Server, redis_cluster, redis_server

KINDS = ["lmdb", "redis", "redis-cluster"]
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
    if request.param == "lmdb":
        return lambda: open_state(None, tmp_path / "state")
    url = request.getfixturevalue("server" if request.param == "redis" else "cluster").url
    return lambda: open_state(url, tmp_path)


@pytest.fixture
def state(opener: Opener) -> Iterator[State]:
    state = opener()
    yield state
    state.close()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalState]:
    """The store of one machine, by itself."""
    local = LocalState(tmp_path / "state")
    yield local
    local.close()


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


def lost_to_strangers(folder: Path, *works: Callable[[], object]) -> None:
    """Whoever may not write into a store's folder is told that it is lost, and of no path. The store is closed meanwhile."""

    def as_stranger() -> list[str]:
        if os.getuid() == 0:
            os.setuid(65534)  # root may write anywhere
        said = []
        for work in works:
            with pytest.raises(StateLost) as caught:
                work()
            said.append(str(caught.value))
        return said

    for path in (folder, *folder.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in folder.parents:
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    said = in_child(as_stranger)
    folder.chmod(0o755)
    assert len(said) == len(works) and all(str(folder.parent) not in text for text in said)


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


def take(
    state: State, shard: str, quotas: Sequence[Quota], *, marker: str = "", ttl: int = 0, consume: bool = True
) -> Taken:
    """What a store says to one Take."""
    return state.decide(shard, Batch(takes=[Take(quotas, marker, ttl)], consume=consume)).taken[0]


def tally(
    state: State, shard: str, counts: Sequence[Count], marker: Count | None = None, also: Sequence[Count] = ()
) -> Tally:
    """What a store says to counts, after what was to be counted later."""
    reply = state.decide(shard, Batch(later=[Counting(also)], counting=Counting(counts, marker)))
    assert reply.tally is not None
    return reply.tally
