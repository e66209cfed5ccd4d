"""One process at a time opens the files of a store or replaces them, so that nobody opens half of two stores."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

BUSY_MS = 250
"""Milliseconds that a request waits for other processes."""
HURRY_MS = 10
"""The same where one has just waited in vain, and nobody has come through since: requests that go one by one add up."""


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keeps others out who ask with the same path. Raises OSError when another takes longer than a request may wait."""
    door = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        lock(door, BUSY_MS / 1000)
        yield
    finally:
        # said aloud: a child forked meanwhile shares the lock, and closing would leave it held
        fcntl.flock(door, fcntl.LOCK_UN)
        os.close(door)


def lock(file: int, seconds: float) -> None:
    """Locks an open file. Raises BlockingIOError where others hold it for longer than that."""
    deadline = 0.0
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            deadline = deadline or time.monotonic() + seconds
            if time.monotonic() > deadline:
                raise
            time.sleep(0.001)
        else:
            return
