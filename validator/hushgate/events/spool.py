"""The spool: every visit, one JSON object a line, appended before the answer leaves.

Each process appends to a file of its own, so that lines never mix, with one write a visit: what was answered is on record even
if the process dies the moment after. A full disk is reported and stops no verdict. The oldest files go when all of them take too much
room: what a visitor sends is on record, and nobody may fill the disk with it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgspec import DecodeError, Struct

from hushgate.errors import BadField
from hushgate.events.sweep import PATTERN, give_back, sweep, take
from hushgate.visit import Visit, encode_into, read_visit

T = TypeVar("T")
log = logging.getLogger(__name__)
_SHARE = 4
"""One file takes at most this part of all the room: what goes is the oldest part, and never nearly all."""


class Spool:
    """Appends visits under ``folder``. ``failures`` counts those that could not be written.

    A file takes ``max_bytes``; all files of all processes take ``total_bytes``, and what other processes are writing at the moment.
    """

    def __init__(self, folder: Path, *, max_bytes: int, days: int, total_bytes: int) -> None:
        self.folder, self.days, self.total_bytes = folder, days, total_bytes
        self.max_bytes = min(max_bytes, total_bytes // _SHARE)
        self.failures = 0
        self._lock = threading.Lock()
        self._line = bytearray()
        self._file = -1
        self._size = 0
        self._pid = 0
        self._path = folder
        self._complained = 0.0

    def append(self, record: Struct) -> bool:
        """Appends one record, a visit as a rule; False where it could not be written."""
        with self._lock:
            line = self._line
            encode_into(record, line)
            line += b"\n"
            try:
                if self._file < 0 or self._size + len(line) > self.max_bytes or self._pid != os.getpid():
                    self._begin()
                written = os.write(self._file, line)
                self._size += written
                if written != len(line):
                    os.write(self._file, b"\n")
                    raise OSError("the disk took only a part of the line")
            except OSError as error:
                self._fail(error)
                return False
        return True

    def _begin(self) -> None:
        self._close()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sweep(self.folder, days=self.days, room=self.total_bytes - self.max_bytes)
        self._path = self.folder / f"{time.time_ns():020d}-{os.getpid()}.jsonl"
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._size, self._pid = 0, os.getpid()
        take(self._file)

    def _fail(self, error: OSError) -> None:
        self.failures += 1
        if self._file >= 0 and not self._size:
            with suppress(OSError):  # an empty file for every visit would be the next thing to run out of
                self._path.unlink(missing_ok=True)
        self._close()
        if time.monotonic() - self._complained > 10 or not self._complained:
            self._complained = time.monotonic()
            log.error("the spool cannot be written: %s (%d visits so far)", error.strerror or error, self.failures)

    def _close(self) -> None:
        if self._file >= 0 and self._pid == os.getpid():
            give_back(self._file)
        self._file = -1

    def close(self) -> None:
        """Closes the file in use."""
        with self._lock:
            self._close()


def read_spool(folder: Path) -> Iterator[Visit]:
    """Every visit on record under ``folder``, oldest file first."""
    return read_lines(folder, read_visit, "a visit on record")


def read_lines(folder: Path, decode: Callable[[bytes], T], what: str) -> Iterator[T]:
    """Every record under ``folder``, oldest file first. A torn last line, left by a crash, is passed over, and so is a file that went meanwhile."""
    for file in sorted(folder.glob(PATTERN)):
        try:
            lines = file.open("rb")
        except FileNotFoundError:
            continue
        with lines:
            yield from _decoded(lines, decode, f"a line of {file.name} is not {what}")


def _decoded(lines: Iterable[bytes], decode: Callable[[bytes], T], otherwise: str) -> Iterator[T]:
    for line in lines:
        try:
            yield decode(line)
        except (BadField, DecodeError, UnicodeError):
            if line.endswith(b"\n"):
                log.warning(otherwise)
