"""What can happen to a file: deleted, garbage, locked, full, in a folder that cannot be written."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import time
from collections import Counter
from pathlib import Path

import pytest

from hushgate.errors import StateLost
from hushgate.state import Hit, Lease, Limit, Quota
from hushgate.state.sqlite import SqliteState
from stores import FORK, comes_back, fresh, in_child, in_children, lost_within, take


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
    assert state.spend("a", "n", 10) and state.lease("a", "t", "ann", 10, spend=True) is Lease.GRANTED
    clock.now += 9.9
    assert not state.spend("a", "n", 10) and state.lease("a", "t", "bob", 10, spend=True) is Lease.REPLAYED
    clock.now += 1.1
    assert state.spend("a", "n", 10) and state.lease("a", "t", "bob", 10, spend=True) is Lease.GRANTED
    state.close()


def once(state: SqliteState, token: str, ttl: int = 60) -> bool:
    """Whether the token had not been spent."""
    return state.lease("a", token, "", ttl, spend=True) is Lease.GRANTED


def rows(path: Path, table: str) -> int:
    """How many entries the file holds."""
    handle = sqlite3.connect(path)
    (count,) = handle.execute(f"SELECT count(*) FROM {table}").fetchone()
    handle.close()
    return int(count)


def test_sqlite_is_bounded_by_time(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "state.sqlite"
    state = SqliteState(path, clock=clock)
    for number in range(5000):
        state.hit("a", [Limit(f"old-{number}", 5, 10)])
        state.lease("a", f"old-{number}", "ann", 10, spend=True)
    assert rows(path, "token") == rows(path, "counters") == 5000
    clock.now += 100
    for number in range(3000):
        state.lease("a", f"new-{number}", "ann", 1000, spend=True)
    assert rows(path, "token") < 8000, "writing sweeps, little by little"
    assert 0 < state.sweep() <= 1024, "and one sweep is never long"
    while state.sweep():
        pass
    assert rows(path, "token") == 3000 and rows(path, "counters") == 0
    state.close()


def test_sqlite_is_bounded_where_each_write_makes_many_entries(tmp_path: Path) -> None:
    """A signup counts against a dozen limits, and a hostile one comes with new values for each."""
    clock, path = Clock(), tmp_path / "state.sqlite"
    state = SqliteState(path, clock=clock)
    for number in range(3000):
        clock.now += 0.1
        take(state, "a", [Quota(f"{kind}:{number}", 10, 10) for kind in range(14)])
    live = 14 * 20 * 10
    assert rows(path, "counters") < 2 * live
    state.close()


def test_sqlite_survives_that_its_file_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    state, other = SqliteState(path), SqliteState(path)
    for _ in range(3):
        assert once(state, "n") and not once(other, "n")
        path.unlink()
    assert in_children(lambda: ["n"] if once(SqliteState(path), "n") else []).count(["n"]) == 1
    assert not once(state, "n") and not once(other, "n")
    state.close()
    other.close()


def test_sqlite_starts_afresh_while_another_process_holds_the_deleted_file(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    ready, go, out = FORK.Event(), FORK.Event(), FORK.SimpleQueue()

    def child() -> None:
        held = SqliteState(path)
        for number in range(50):
            once(held, f"old-{number}")
        ready.set()
        go.wait(10)
        out.put([once(held, nonce) for nonce in ("new-0", "new-1999", "newer")])

    process = FORK.Process(target=child)
    process.start()
    assert ready.wait(10)
    path.unlink()
    state = SqliteState(path)
    assert all(once(state, f"new-{number}") for number in range(2000))
    go.set()
    process.join(10)
    assert out.get() == [False, False, True]
    assert not once(state, "newer") and rows(path, "token") == 2001
    state.close()


def test_sqlite_does_not_move_a_file_aside_that_another_has_just_made(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    state, other = SqliteState(path), SqliteState(path)

    def work(_: sqlite3.Connection) -> None:
        path.unlink()
        assert once(other, "n")
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with pytest.raises(StateLost):
        state._file.run(work)
    assert not once(state, "n") and not list(tmp_path.glob("*.corrupt-*"))
    state.close()
    other.close()


@pytest.mark.parametrize("size", [0, 100, 100_000])
def test_sqlite_survives_that_its_file_turns_to_garbage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    path = tmp_path / "state.sqlite"
    state = SqliteState(path)
    for number in range(2000):
        once(state, f"{number}")
    path.write_bytes(b"garbage!" * (size // 8))
    worker = SqliteState(path)
    # whoever meets it first moves it aside; until then nobody sees anything but StateLost
    assert comes_back(lambda: once(worker, "n"))
    assert not comes_back(lambda: once(state, "n"))
    if size:
        assert "corrupt" in caplog.text and list(tmp_path.glob("*.corrupt-*"))
    assert rows(path, "token") >= 1
    state.close()
    worker.close()


def test_sqlite_turned_to_garbage_is_replaced_once(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"garbage!" * 1000)
    nonces = [fresh() for _ in range(50)]

    def race() -> list[str]:
        state = SqliteState(path)
        return [nonce for nonce in nonces if comes_back(lambda: once(state, nonce))]  # noqa: B023

    assert Counter(nonce for each in in_children(race) for nonce in each) == Counter(nonces)
    assert len(list(tmp_path.glob("*.corrupt-*"))) == 1


def test_sqlite_is_lost_where_another_holds_it_and_comes_back(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.sqlite")
    state.ping()
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for work in (state.ping, lambda: once(state, "n"), lambda: state.hit("a", [Limit("x", 1, 9)])):
        lost_within(work)
    other.execute("ROLLBACK")
    other.close()
    assert once(state, "n")
    state.close()


def test_sqlite_that_another_holds_holds_up_one_request_and_not_all_that_follow(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.sqlite")
    state.ping()
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    for _ in range(2):
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        for _ in range(20):  # one by one
            lost_within(lambda: once(state, fresh()))
        assert 0.25 <= time.monotonic() - began < 2.5
        other.execute("ROLLBACK")
        assert once(state, fresh())
    other.close()
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
        for work in (state.ping, lambda: once(state, "n"), state.sweep):
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
            [once(state, f"{number}" * 20) for number in range(5000)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return once(state, "n")

    assert in_child(fill) is True
