"""The quarantine: what ghosted visitors submitted, encrypted, for a time, in an SQLite file of its own.

Every change is one transaction. Whoever is killed in the middle of one leaves the file as it was before it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

from hushgate.errors import GhostUnknown, QuarantineSealed, RestoreBusy, StateLost
from hushgate.ghost.file import File
from hushgate.ghost.records import Done, Ghost, Row, Sealed, pack, unpack, utc
from hushgate.ghost.seal import Sealer
from hushgate.ghost.shapes import Id

FILE = "ghosts.sqlite"
SWEEP_ROWS = 20
"""Expired rows that are removed with each ghost that comes."""
_READ = """
SELECT id, action, at, expires, key, sealed, tried, (site, id) IN (SELECT site, id FROM answered) FROM ghosts WHERE site = ?
"""
_ANSWERED = "INSERT OR IGNORE INTO answered VALUES (?, ?)"
_SWEEP = """
DELETE FROM ghosts WHERE (site, id) IN (SELECT site, id FROM ghosts WHERE expires < ? AND tried = 0 LIMIT ?)
"""
_LIVE = "(expires > ? OR tried > 0)"


class Quarantine:
    """The ghosts of one site. Every method raises StateLost where the file cannot be read or written."""

    def __init__(self, folder: Path, site: str, sealer: Sealer, days: float) -> None:
        """``days`` is how long a ghost is kept."""
        self._file, self._site, self._sealer, self._seconds = (
            File(folder / FILE, _schema()),
            site,
            sealer,
            days * 86400,
        )
        self._lock = folder / f"{FILE}.restoring"

    def use(self, file: File) -> None:
        """Takes another file in place of its own."""
        self._file = file

    def keep(self, who: str, ghost: Ghost, *, unique: bool = True) -> Ghost | None:
        """Keeps what was submitted; returns the ghost of before where this visitor has one, None where the id is in use.

        Where an address may have many accounts (not ``unique``), each is a ghost of its own.

        A signup that died before it was answered is told as new: what is submitted now takes the place of what was, under its id.
        """
        now, hashes = time.time(), self._sealer.who(who)
        row = self._sealed_row(ghost, now)

        def work(db: sqlite3.Connection) -> Row | None:
            found = self._by_who(db, hashes, now) if unique else None
            if found is not None:
                return (
                    found if found.answered or found.tried else self._again(db, unpack(self._sealer, found), ghost, now)
                )
            db.execute(_SWEEP, (now, SWEEP_ROWS))
            db.execute("DELETE FROM ghosts WHERE site = ? AND who = ? AND expires < ?", (self._site, hashes[0], now))
            values = (self._site, row.id, hashes[0], row.action, row.at, row.expires, row.key, row.sealed)
            fresh = db.execute("INSERT OR IGNORE INTO ghosts VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)", values).rowcount == 1
            return row if fresh else None

        kept = self._file.transact(work)
        return kept and unpack(self._sealer, kept)

    def answer(self, id: Id) -> bool:
        """Writes down that a ghost's signup came to its end: True for the one call that does."""
        return self._file.transact(lambda db: db.execute(_ANSWERED, (self._site, str(id))).rowcount == 1)

    def find(self, who: str) -> Ghost | None:
        """This visitor's ghost: of several, the latest whose signup came to its end."""
        hashes, now = self._sealer.who(who), time.time()
        found = self._file.run(lambda db: self._by_who(db, hashes, now))
        return self._readable(found)

    def get(self, id: Id) -> Ghost | None:
        """The ghost with this id."""
        return self._readable(self._row(id))

    def show(self, id: Id) -> Ghost:
        """The ghost with this id. Raises GhostUnknown or QuarantineSealed."""
        row = self._row(id)
        if row is None:
            raise GhostUnknown(f"there is no ghost {str(id)!r} in the quarantine: purged, or past its time")
        return unpack(self._sealer, row)

    def update(self, ghost: Ghost) -> None:
        """Puts other fields into a ghost's place."""
        key, sealed = self._sealer.seal(str(ghost.id), pack(ghost))
        sql = "UPDATE ghosts SET key = ?, sealed = ? WHERE site = ? AND id = ?"
        self._file.transact(lambda db: db.execute(sql, (key, sealed, self._site, str(ghost.id))).rowcount)

    def all(self, limit: int = -1) -> list[Ghost | Sealed]:
        """Those that are in their time, the latest first. What cannot be read says why."""
        sql = f"{_READ} AND {_LIVE} ORDER BY at DESC LIMIT ?"
        rows = self._file.run(lambda db: db.execute(sql, (self._site, time.time(), limit)).fetchall())
        return [self._told(Row(*row)) for row in rows]

    def count(self) -> int:
        """How many there are in their time."""
        sql = f"SELECT count(*) FROM ghosts WHERE site = ? AND {_LIVE}"  # noqa: S608 - the words above
        return int(self._file.run(lambda db: db.execute(sql, (self._site, time.time())).fetchone())[0])

    def restored(self) -> list[Done]:
        """All that are people now, the latest first."""
        sql = "SELECT id, real_id, at FROM restored WHERE site = ? ORDER BY at DESC"
        rows = self._file.run(lambda db: db.execute(sql, (self._site,)).fetchall())
        return [Done(one, real, utc(at)) for one, real, at in rows]

    def done(self, id: Id) -> Done | None:
        """What became of a ghost that is a person now."""
        sql = "SELECT id, real_id, at FROM restored WHERE site = ? AND id = ?"
        row = self._file.run(lambda db: db.execute(sql, (self._site, str(id))).fetchone())
        return Done(row[0], row[1], utc(row[2])) if row else None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One restore at a time on this machine: the kernel lets go of it when its process dies. Raises RestoreBusy."""
        try:
            self._lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            door = os.open(self._lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateLost(f"{self._lock.name} cannot be opened: {error.strerror}") from None
        try:
            _lock(door)
            yield
        finally:
            fcntl.flock(door, fcntl.LOCK_UN)  # said aloud: a child forked meanwhile shares the lock
            os.close(door)

    def begin(self, id: Id) -> Ghost:
        """Writes down that a restore begins. Raises GhostUnknown or QuarantineSealed."""
        ghost = self.show(id)
        sql = "UPDATE ghosts SET tried = tried + 1 WHERE site = ? AND id = ?"
        self._durably([(sql, (self._site, str(id)))])
        return ghost

    def finish(self, id: Id, real_id: Id) -> None:
        """Writes down that it is done, and forgets what was submitted, at once."""
        remember = (
            "INSERT OR IGNORE INTO restored VALUES (?, ?, ?, ?)",
            (self._site, str(id), str(real_id), time.time()),
        )
        forget = "DELETE FROM ghosts WHERE site = ? AND id = ?", (self._site, str(id))
        self._durably([remember, forget])
        with contextlib.suppress(StateLost):  # it is done, and the next one overwrites
            self._overwrite()

    def purge(self, id: Id | None = None, *, everything: bool = False) -> int:
        """Removes one ghost, all of them, or those past their time; returns how many. Raises RestoreBusy.

        One whose restore was begun and not done may have an account by now: it goes only by its id, or with all of them.
        """
        with self.alone():
            which: str = "expires < ? AND tried = 0"
            value: object = time.time()
            if id is not None:
                which, value = "id = ?", str(id)
            elif everything:
                which, value = "? IS NOT NULL", ""
            sql, values = f"DELETE FROM ghosts WHERE site = ? AND {which}", (self._site, value)  # noqa: S608 - the words above
            count = self._file.transact(lambda db: db.execute(sql, values).rowcount)
            self._overwrite()
            return count

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _overwrite(self) -> None:
        """What was removed goes from the log of changes too."""
        self._file.run(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())

    def _durably(self, statements: list[tuple[str, tuple[object, ...]]]) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute("PRAGMA synchronous = FULL")
            try:
                db.execute("BEGIN IMMEDIATE")
                for sql, values in statements:
                    db.execute(sql, values)
                db.execute("COMMIT")
            finally:
                if not db.in_transaction:
                    db.execute("PRAGMA synchronous = NORMAL")

        self._file.run(work)

    def _sealed_row(self, ghost: Ghost, now: float) -> Row:
        name = str(ghost.id)
        key, sealed = self._sealer.seal(name, pack(ghost))
        return Row(name, ghost.action, now, now + self._seconds, key, sealed, 0)

    def _again(self, db: sqlite3.Connection, before: Ghost, ghost: Ghost, now: float) -> Row:
        row = self._sealed_row(replace(ghost, id=before.id), now)
        sql = "UPDATE ghosts SET action = ?, at = ?, expires = ?, key = ?, sealed = ? WHERE site = ? AND id = ?"
        db.execute(sql, (row.action, row.at, row.expires, row.key, row.sealed, self._site, row.id))
        return row

    def _by_who(self, db: sqlite3.Connection, hashes: list[bytes], now: float) -> Row | None:
        sql = f"{_READ} AND who IN ({', '.join('?' * len(hashes))}) AND {_LIVE} ORDER BY 8 DESC, at DESC LIMIT 1"
        row = db.execute(sql, (self._site, *hashes, now)).fetchone()
        return Row(*row) if row else None

    def _row(self, id: Id) -> Row | None:
        sql = f"{_READ} AND id = ? AND {_LIVE}"
        row = self._file.run(lambda db: db.execute(sql, (self._site, str(id), time.time())).fetchone())
        return Row(*row) if row else None

    def _told(self, row: Row) -> Ghost | Sealed:
        try:
            return unpack(self._sealer, row)
        except QuarantineSealed as error:
            return Sealed(row.id, utc(row.at), utc(row.expires), str(error))

    def _readable(self, row: Row | None) -> Ghost | None:
        found = self._told(row) if row else None
        return found if isinstance(found, Ghost) else None


def sealed_under(folder: Path, key: str) -> int:
    """How many ghosts of a data folder, of all sites and in their time, are sealed under the key with this id. Raises StateLost."""
    if not (folder / FILE).exists():
        return 0
    file = File(folder / FILE, _schema())
    sql = f"SELECT count(*) FROM ghosts WHERE key = ? AND {_LIVE}"  # noqa: S608 - the words above
    try:
        return int(file.run(lambda db: db.execute(sql, (key, time.time())).fetchone())[0])
    finally:
        file.close()


def _schema() -> str:
    return resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")


def _lock(door: int) -> None:
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RestoreBusy("another restore is under way: try again when it is done") from None
