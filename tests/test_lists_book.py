"""How the lists are kept: all workers come to know of a change, all is written down, and a lost store is outlived."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hushgate.errors import StateLost
from hushgate.lists.book import Asked, Book
from hushgate.lists.entry import new_entry
from hushgate.lists.store import FileLists, ListStore, SharedLists
from list_entries import entries

Making = Callable[[], ListStore]


@pytest.fixture(params=["file", "redis", "redis-cluster"])
def making(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Making]:
    """Opens the same lists again and again, as each worker does."""
    made: list[ListStore] = []

    def make() -> ListStore:
        if request.param == "file":
            made.append(FileLists(tmp_path / "lists.sqlite"))
        else:
            url = request.getfixturevalue("server" if request.param == "redis" else "cluster").url
            made.append(SharedLists(url))
        return made[-1]

    yield make
    store = make()
    store.change([], [entry.id for entry in store.read()], [])
    for each in made:
        each.close()


def test_all_workers_know_of_a_change_within_about_a_second(making: Making) -> None:
    one, other = Book(making()), Book(making())
    asked = Asked("", "203.0.113.7")
    assert one.find(asked) == other.find(asked) == []
    entry = one.add("block", "203.0.113.0/24", by="ann", reason="spam", until="7d")
    _until(lambda: other.find(asked) == [entry] == one.find(asked))
    assert one.remove([entry.id], "bob") == [entry] and one.remove([entry.id], "bob") == []
    _until(lambda: other.find(asked) == [] == one.find(asked))


def _until(true: Callable[[], bool], seconds: float = 2) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_names_the_same_is_replaced_and_all_is_written_down(making: Making) -> None:
    book = Book(making())
    before = len(book.store.audit(1000))
    book.add("block", "mail.example", by="ann", reason="spam")
    second = book.add("block", "Mail.example", by="bob", reason="more\nspam")
    other = book.add("allow", "mail.example", by="ann")
    assert sorted(book.entries(), key=lambda entry: entry.list) == [other, second]
    assert second.reason == "more spam" and other.reason == "no reason was given"
    book.remove([second.id, "nothing"], "eve")
    trail = book.store.audit(1000)[before:]
    assert [(line.by, line.did, line.entry.list) for line in trail] == [
        ("ann", "added", "block"),
        ("bob", "replaced", "block"),
        ("ann", "added", "allow"),
        ("eve", "removed", "block"),
    ]
    assert [line.did for line in book.store.audit(1)] == ["removed"]


def test_what_expired_long_ago_is_cleared_away_and_written_down(making: Making) -> None:
    store = making()
    [old] = entries("203.0.113.9", until="1h")
    store.change([msgspec.structs.replace(old, until=time.time() - 40 * 86400)], [], [])
    Book(store).add("block", "203.0.113.8", by="ann")
    assert [entry.value for entry in store.read()] == ["203.0.113.8"]
    assert [line.did for line in store.audit(2)] == ["added", "expired"]


def test_where_the_lists_are_lost_the_last_copy_decides(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "lists.sqlite"
    book = Book(FileLists(file))
    entry = book.add("block", "203.0.113.7", by="ann")
    assert book.find(Asked("", "203.0.113.7")) == [entry]
    file.write_bytes(b"no database " * 1000)
    time.sleep(2 * FileLists.patience)
    with caplog.at_level(logging.ERROR, "hushgate"):
        assert book.find(Asked("", "203.0.113.7")) == [entry]
    assert "the last copy goes on deciding" in caplog.text
    with pytest.raises(StateLost):
        book.add("block", "203.0.113.8", by="ann")
    gone = Book(SharedLists("redis://127.0.0.1:1"))
    assert gone.find(Asked("", "203.0.113.7")) == []


def test_long_lists_are_read_beside_the_requests(tmp_path: Path) -> None:
    store = FileLists(tmp_path / "lists.sqlite")
    many = [new_entry("block", f"10.{n >> 8}.{n & 255}.0/24", by="ann") for n in range(4000)]
    store.change(many, [], [])
    book = Book(store)
    assert book.find(Asked("", "10.15.1.1")) == [many[15 * 256 + 1]]
    began = time.process_time()
    for _ in range(1000):
        book.find(Asked("", "10.15.1.1"))
    assert (time.process_time() - began) / 1000 < 0.001
    book.add("block", "203.0.113.7", by="ann")
    _until(lambda: len(book.find(Asked("", "203.0.113.7"))) == 1, 5)


def test_the_file_is_readable_by_its_user_alone(tmp_path: Path) -> None:
    book = Book(FileLists(tmp_path / "data" / "lists.sqlite"))
    book.add("block", "203.0.113.7", by="ann")
    assert (tmp_path / "data" / "lists.sqlite").stat().st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / "data" / "lists.sqlite") as handle:
        assert handle.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    handle.close()
