"""The site's database: one SQLite file, one connection, one writer at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from threading import RLock

FILE = "fernpost.sqlite"


class Store:
    """Reads and writes. All that belongs to one signup goes into one ``write``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).touch(mode=0o600)
        self._lock = RLock()
        self._db = sqlite3.connect(folder / FILE, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8"))

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it, or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def read(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def count(self, sql: str, *values: object) -> int:
        """The one number that a query answers with."""
        return int(self.read(sql, *values)[0][0])

    def close(self) -> None:
        """Closes the file."""
        self._db.close()
