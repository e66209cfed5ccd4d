"""Where the lists are kept: a SQLite file of their own, or Redis where that is configured, for all machines together."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from hushgate.errors import StateLost
from hushgate.lists.entry import Entry, Record
from hushgate.state.lua import Script
from hushgate.state.redis import RedisState

FILE = "lists.sqlite"
YOUNG_NS = 1_000_000_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
"""
_encode = msgspec.json.Encoder().encode
_entry = msgspec.json.Decoder(Entry).decode
_record = msgspec.json.Decoder(Record).decode


class ListStore(Protocol):
    """All entries, and the audit trail. Every failure is a StateLost."""

    patience: float
    """Seconds for which a version may be believed: what it costs to ask for one differs."""

    def version(self) -> str:
        """Another text after every change."""

    def read(self) -> list[Entry]:
        """Every entry, expired ones too."""

    def change(self, puts: Sequence[Entry], drops: Sequence[str], records: Sequence[Record]) -> None:
        """Puts entries, drops others by their ids, and writes it down: all of it, or nothing."""

    def audit(self, most: int) -> list[Record]:
        """The end of the audit trail, oldest first."""

    def close(self) -> None:
        """Closes what is open."""


class FileLists:
    """The lists of one machine. The journal is a rollback journal: the file itself changes with every change, and a stat tells."""

    patience = 0.05

    def __init__(self, path: Path) -> None:
        self.path = path

    def version(self) -> str:
        """See ListStore. A file that was written just now may be written again within one tick of its clock."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise StateLost(f"the lists cannot be read: {error.strerror}") from None
        young = time.time_ns() - status.st_mtime_ns < YOUNG_NS
        tick = time.monotonic_ns() // (YOUNG_NS // 5) if young else 0
        return f"{status.st_ino}-{status.st_mtime_ns}-{status.st_size}-{tick}"

    def read(self) -> list[Entry]:
        """See ListStore."""
        if not self.path.exists():
            return []
        with self._open() as handle:
            return [_entry(body) for (body,) in handle.execute("SELECT body FROM entry")]

    def change(self, puts: Sequence[Entry], drops: Sequence[str], records: Sequence[Record]) -> None:
        """See ListStore."""
        with self._open(patience=5) as handle:
            handle.execute("BEGIN IMMEDIATE")
            handle.executemany("DELETE FROM entry WHERE id = ?", [(drop,) for drop in drops])
            handle.executemany("INSERT INTO entry VALUES (?, ?)", [(put.id, _encode(put).decode()) for put in puts])
            handle.executemany(
                "INSERT INTO audit (body) VALUES (?)", [(_encode(record).decode(),) for record in records]
            )
            handle.execute("COMMIT")

    def audit(self, most: int) -> list[Record]:
        """See ListStore."""
        if not self.path.exists():
            return []
        with self._open() as handle:
            rows = handle.execute("SELECT body FROM audit ORDER BY number DESC LIMIT ?", (most,)).fetchall()
        return [_record(body) for (body,) in reversed(rows)]

    @contextmanager
    def _open(self, patience: float = 0.25) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work: changes are rare, and nothing is held across a fork."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self.path.exists():
                self.path.touch(0o600)
            with closing(sqlite3.connect(self.path, timeout=patience, isolation_level=None)) as handle:
                handle.executescript(_SCHEMA)
                yield handle
        except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
            raise StateLost(f"the lists ({self.path.name}) failed: {type(error).__name__}: {error}") from None

    def close(self) -> None:
        """Nothing is open."""


_LISTS = Script("lists")


class SharedLists:
    """The lists of all machines, in Redis. Three keys of one hash tag; what changes them is one script."""

    patience = 1.0

    def __init__(self, url: str) -> None:
        self._state = RedisState(url)

    def version(self) -> str:
        """See ListStore. One round trip."""
        return str(self._ask("version"))

    def read(self) -> list[Entry]:
        """See ListStore."""
        return [_entry(body) for body in self._ask("read")]

    def change(self, puts: Sequence[Entry], drops: Sequence[str], records: Sequence[Record]) -> None:
        """See ListStore."""
        flat = [text for put in puts for text in (put.id, _encode(put).decode())]
        lines = [_encode(record).decode() for record in records]
        self._ask("change", len(drops), *drops, len(puts), *flat, *lines)

    def audit(self, most: int) -> list[Record]:
        """See ListStore."""
        return [_record(body) for body in self._ask("audit", most)]

    def _ask(self, *values: str | int) -> list[str]:
        said: list[str] = self._state.run(_LISTS, ["hg:{lists}:"], *values)
        return said

    def close(self) -> None:
        """See ListStore."""
        self._state.close()


def open_store(url: str | None, data: Path) -> ListStore:
    """The lists in Redis at ``url``, or in a file under the data folder. Raises ValueError where the URL cannot be read."""
    return SharedLists(url) if url else FileLists(data / FILE)
