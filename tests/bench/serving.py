"""The gate under load, as a process of its own on granian."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SERVER = "from granian import Granian; Granian('bench.app:bench_app', factory=True, address='127.0.0.1', port={port}, interface='wsgi', workers=1, blocking_threads={threads}, log_access=False, log_level='warning').serve()"
SETTINGS = '[gate]\ndata = "{data}"\nsession_rate = "900000000/second"\nverdict_rate = "900000000/second"\n[sites.{site}]\nhostnames = ["{host}"]\nsecrets = ["{hash}"]\nmode = "enforce"\n'
SETTINGS += "[sites.{site}.limits]\n" + "".join(
    f'{kind} = "900000000/hour"\n' for kind in ("address", "network", "device", "provider", "domain", "session")
)
"""Everybody is let in: that costs the most."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(environ: dict[str, str], threads: int = 1) -> Iterator[tuple[str, int]]:
    """The app on granian with one worker of so many threads: its address and process id."""
    port = _free_port()
    folder = Path(__file__).parents[1]
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER.format(port=port, threads=threads)],
        env={**environ, "PYTHONPATH": path},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url + "/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
