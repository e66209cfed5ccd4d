"""What the tests ask of the machine: programs that run meanwhile, screens without a monitor, and a skip where something is not there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest


def skip_without(*lacking: str) -> NoReturn:
    """Skips, saying what this machine lacks; in CI nothing may be lacking."""
    said = f"not on this machine: {', '.join(lacking)}"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


@contextmanager
def process(command: list[str], *passed: int, **environ: str) -> Iterator[None]:
    """A program that runs meanwhile, and whose words nobody reads. ``passed`` are file descriptors that it inherits."""
    around, silent = {**os.environ, **environ}, subprocess.DEVNULL
    started = subprocess.Popen(command, pass_fds=passed, env=around, stdout=silent, stderr=silent)
    try:
        yield
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(5)


@contextmanager
def x_server(program: str, *options: str) -> Iterator[str]:
    """An X server with a window manager; yields its name, which it chooses itself."""
    read, write = os.pipe()
    with process([program, "-displayfd", str(write), *options], write):
        os.close(write)
        with os.fdopen(read) as pipe:
            name = f":{pipe.readline().strip()}"
        with process(["openbox"], DISPLAY=name):
            yield name
