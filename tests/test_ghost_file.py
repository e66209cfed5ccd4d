"""What can happen to the quarantine's file: deleted, garbage, locked, full, in a folder that cannot be written."""

from __future__ import annotations

import resource
import sqlite3
import stat
import time
from collections import Counter
from pathlib import Path

import pytest

from hushgate.errors import StateLost
from hushgate.ghost.file import File
from stores import FORK, comes_back, fresh, in_child, in_children, lost_to_strangers, lost_within

SCHEMA = "CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY) WITHOUT ROWID;"


class Store(File):
    """Keys in such a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

    def once(self, key: str) -> bool:
        """Whether the key had not been there."""
        return self.run(lambda db: db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount == 1)

    def ping(self) -> None:
        """Takes the write lock for a moment."""
        self.transact(lambda db: db.execute("SELECT 1"))


def once(store: Store, key: str) -> bool:
    return store.once(key)


def rows(path: Path) -> int:
    """How many keys the file holds."""
    handle = sqlite3.connect(path)
    (count,) = handle.execute("SELECT count(*) FROM seen").fetchone()
    handle.close()
    return int(count)


def test_it_survives_that_its_file_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    store, other = Store(path), Store(path)
    for _ in range(3):
        assert once(store, "n") and not once(other, "n")
        path.unlink()
    assert in_children(lambda: ["n"] if once(Store(path), "n") else []).count(["n"]) == 1
    assert not once(store, "n") and not once(other, "n")
    store.close()
    other.close()


def test_it_starts_afresh_while_another_process_holds_the_deleted_file(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    ready, go, out = FORK.Event(), FORK.Event(), FORK.SimpleQueue()

    def child() -> None:
        held = Store(path)
        for number in range(50):
            once(held, f"old-{number}")
        ready.set()
        go.wait(10)
        out.put([once(held, nonce) for nonce in ("new-0", "new-1999", "newer")])

    process = FORK.Process(target=child)
    process.start()
    assert ready.wait(10)
    path.unlink()
    store = Store(path)
    assert all(once(store, f"new-{number}") for number in range(2000))
    go.set()
    process.join(10)
    assert out.get() == [False, False, True]
    assert not once(store, "newer") and rows(path) == 2001
    store.close()


def test_it_does_not_move_a_file_aside_that_another_has_just_made(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    store, other = Store(path), Store(path)

    def work(_: sqlite3.Connection) -> None:
        path.unlink()
        assert once(other, "n")
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with pytest.raises(StateLost):
        store.run(work)
    assert not once(store, "n") and not list(tmp_path.glob("*.corrupt-*"))
    store.close()
    other.close()


@pytest.mark.parametrize("size", [0, 100, 100_000])
def test_it_survives_that_its_file_turns_to_garbage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    path = tmp_path / "book.sqlite"
    store = Store(path)
    for number in range(2000):
        once(store, f"{number}")
    path.write_bytes(b"garbage!" * (size // 8))
    worker = Store(path)
    # whoever meets it first moves it aside; until then nobody sees anything but StateLost
    assert comes_back(lambda: once(worker, "n"))
    assert not comes_back(lambda: once(store, "n"))
    if size:
        assert "no database any more" in caplog.text and list(tmp_path.glob("*.corrupt-*"))
    assert rows(path) >= 1
    store.close()
    worker.close()


def test_a_file_that_turned_to_garbage_is_replaced_once(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    path.write_bytes(b"garbage!" * 1000)
    nonces = [fresh() for _ in range(50)]

    def race() -> list[str]:
        store = Store(path)
        return [nonce for nonce in nonces if comes_back(lambda: once(store, nonce))]  # noqa: B023

    assert Counter(nonce for each in in_children(race) for nonce in each) == Counter(nonces)
    assert len(list(tmp_path.glob("*.corrupt-*"))) == 1


def test_it_is_lost_where_another_holds_it_and_comes_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "book.sqlite")
    store.ping()
    other = sqlite3.connect(tmp_path / "book.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for work in (store.ping, lambda: once(store, "n"), lambda: once(store, "m")):
        lost_within(work)
    other.execute("ROLLBACK")
    other.close()
    assert once(store, "n")
    store.close()


def test_it_that_another_holds_holds_up_one_request_and_not_all_that_follow(tmp_path: Path) -> None:
    store = Store(tmp_path / "book.sqlite")
    store.ping()
    other = sqlite3.connect(tmp_path / "book.sqlite", isolation_level=None)
    for _ in range(2):
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        for _ in range(20):  # one by one
            lost_within(lambda: once(store, fresh()))
        assert 0.25 <= time.monotonic() - began < 2.5
        other.execute("ROLLBACK")
        assert once(store, fresh())
    other.close()
    store.close()


def test_it_is_readable_by_its_user_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "book.sqlite")
    store.ping()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()} == {0o600}
    store.close()


def test_it_in_a_place_that_is_none_is_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "book.sqlite", tmp_path, Path("/proc/store")):
        with pytest.raises(StateLost):
            Store(place).ping()


def test_it_in_a_folder_that_cannot_be_written_is_lost(tmp_path: Path) -> None:
    store = Store(tmp_path / "folder" / "book.sqlite")
    store.ping()
    store.close()
    lost_to_strangers(tmp_path / "folder", store.ping, lambda: once(store, "n"))


def test_a_full_disk_is_lost_and_comes_back(tmp_path: Path) -> None:
    def fill() -> bool:
        store = Store(tmp_path / "book.sqlite")
        store.ping()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        with pytest.raises(StateLost):
            [once(store, f"{number}" * 20) for number in range(5000)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return once(store, "n")

    assert in_child(fill) is True
