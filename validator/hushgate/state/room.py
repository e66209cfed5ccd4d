"""The room that the state file has on its disk, reserved before it is written to through memory.

LMDB that writes through memory (``writemap``) leaves out a write to the file for each page that a decision touches, a third of the time of a
decision's transaction (measured). But a page for which the disk has no room ends the process. So the room is reserved first, and where the
file system gives none (one that copies what is written, as btrfs and ZFS do), LMDB writes to the file as usual.
"""

from __future__ import annotations

import ctypes
import os

FIRST_BYTES = 2**18
_STEADY = frozenset({0xEF53, 0x58465342, 0x01021994})
"""File systems that write a reserved page in its place: ext2 to ext4, XFS, tmpfs (``linux/magic.h``)."""


def is_steady(path: str) -> bool:
    """Whether what is reserved on this file's disk stays so. Where that is not known, it is not."""
    told = ctypes.create_string_buffer(512)
    try:
        failed = ctypes.CDLL(None).statfs(path.encode(), told)
    except (AttributeError, OSError):
        return False
    # struct statfs of Linux begins with the type, a long
    kind = int.from_bytes(told.raw[: ctypes.sizeof(ctypes.c_long)], "little")
    return not failed and hasattr(os, "posix_fallocate") and kind in _STEADY


def reserve(file: int, size: int) -> None:
    """Makes an open file at least so long, on the disk too. Raises OSError where that has no room."""
    os.posix_fallocate(file, 0, size)
