"""A process that kills itself at one point of its work, as a power cut would: no handler runs, nothing is closed."""

from __future__ import annotations

DIES = """
import os, signal, sys

point = sys.argv[1]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def around(owner, name, before, after):
    work = getattr(owner, name)
    def wrapped(*args, **named):
        if point == before: die()
        result = work(*args, **named)
        if point == after: die()
        return result
    setattr(owner, name, wrapped)
"""
"""The beginning of its program; its first argument is the point. ``around`` names the points before and after a function."""
