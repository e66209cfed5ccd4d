"""What an earlier boot has left in its file is taken over into this one's.

Nobody knows whether the machine had written all of it, and LMDB that reads half of it may be killed. So a child process reads it, and what
it comes to grief over is lost: then the store starts afresh.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import signal
import time
from pathlib import Path

import lmdb

log = logging.getLogger(__name__)
BOOT = 8
"""Digits of a boot's id in a file's name."""
SECONDS = 5.0
"""How long that may take, once a boot."""
STALE_SECONDS = 3600
"""How long nobody has written into a file of another boot that is removed: another machine may share the folder."""


def carry_over(beside: Path, ours: Path) -> None:
    """Makes ``ours`` of the last file of another boot, where there is one and ours is not there, and removes what is older."""
    others = [file for file in _files(beside) if file != ours]
    if others and not ours.exists():
        made = beside.with_name(f"{beside.name}.new")
        _in_child(others[-1], made, ours)
        made.unlink(missing_ok=True)
        log.info("the state of an earlier boot is taken over: %s", "yes" if ours.exists() else "it cannot be read")
    for old in others:
        for file in (old, old.with_name(f"{old.name}-lock")):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - file.stat().st_mtime > STALE_SECONDS:
                    file.unlink()


def _files(beside: Path) -> list[Path]:
    """The files of all boots, the last that was written last."""
    return sorted(beside.parent.glob(f"{beside.name}-{'[0-9a-f]' * BOOT}"), key=lambda file: file.stat().st_mtime)


def _in_child(old: Path, made: Path, ours: Path) -> None:
    child = os.fork()
    if not child:
        try:
            faulthandler.disable()  # nobody need hear of it
            _copy(old, made)
            made.rename(ours)
        finally:
            os._exit(0)  # nothing that was opened before the fork may be closed here
    deadline = time.monotonic() + SECONDS
    with contextlib.suppress(ChildProcessError):  # where somebody else collects the dead, it is over as well
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return
            time.sleep(0.002)


def _copy(old: Path, made: Path) -> None:
    """Entry by entry: what LMDB itself copies, it copies with what is broken in it."""
    made.unlink(missing_ok=True)
    options = {"subdir": False, "lock": False}
    with (
        lmdb.open(str(old), readonly=True, **options) as source,
        lmdb.open(
            str(made), map_size=max(source.info()["map_size"], 2**30), sync=False, mode=0o600, **options
        ) as target,
        source.begin() as entries,
        target.begin(write=True) as held,
    ):
        for key, entry in entries.cursor():
            held.put(key, entry)
