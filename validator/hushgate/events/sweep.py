"""What goes from a folder of records, so that neither its age nor its size is without an end. All processes share the folder."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PATTERN = "*.jsonl"
log = logging.getLogger(__name__)


class _File(NamedTuple):
    path: Path
    size: int
    written: float


def take(file: int) -> None:
    """Says that an open file is in use, until it is given back or its process dies. Where files cannot be locked nothing is said."""
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def give_back(file: int) -> None:
    """Closes it."""
    with suppress(OSError):  # said aloud: a child forked meanwhile shares the lock, and closing would leave it held
        fcntl.flock(file, fcntl.LOCK_UN)
    os.close(file)


def sweep(folder: Path, *, days: int, room: int) -> None:
    """Removes files that are older than ``days``, then the oldest until all of them take ``room`` bytes at the most.

    A file that is in use stays. Raises nothing: what fails is logged.
    """
    oldest, troubles = time.time() - days * 86400, list[str]()
    try:
        files = _files(folder)
    except OSError as error:
        files = []
        troubles.append(error.strerror or str(error))
    stay = [file for file in files if file.written >= oldest or not _removed(file.path, troubles)]
    if gone := _make_room(stay, room, troubles):
        log.warning(
            "the oldest %d files of %s went before their time: all of them took too much room", gone, folder.name
        )
    if troubles:
        log.warning("%d old files of %s cannot be removed: %s", len(troubles), folder.name, troubles[0])


def _make_room(files: list[_File], room: int, troubles: list[str]) -> int:
    """How many files went. One without a byte makes no room."""
    taken, gone = sum(file.size for file in files), 0
    for file in files:
        if taken <= room:
            break
        if file.size and _removed(file.path, troubles):
            taken -= file.size
            gone += 1
    return gone


def _files(folder: Path) -> list[_File]:
    """Oldest first: a name begins with the time."""
    found = []
    for path in sorted(folder.glob(PATTERN)):
        with suppress(FileNotFoundError):  # another process was here before
            told = path.stat()
            found.append(_File(path, told.st_size, told.st_mtime))
    return found


def _removed(path: Path, troubles: list[str]) -> bool:
    """Whether the file is gone; False where a process still writes to it, or it cannot be removed."""
    try:
        if _in_use(path):
            return False
        path.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except OSError as error:
        troubles.append(error.strerror or str(error))
        return False
    return True


def _in_use(path: Path) -> bool:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: who sweeps at the same time is not in the way
    except BlockingIOError:
        return True
    except OSError:
        return False  # files cannot be locked here: the oldest goes as it is
    finally:
        os.close(file)
    return False
