"""The real demo and the real gate, started as ``make demo`` starts them, on free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hushgate.events.spool import read_spool
from hushgate.visit import Visit
from servers import free_port

_COMMAND = "from hushgate.cli import main; main()"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Demo:
    """A running demo: where its two servers are, and what they write."""

    url: str
    gate: str
    data: Path

    def visits(self) -> list[Visit]:
        """Every visit on record so far."""
        return list(read_spool(self.data / "spool"))

    def operator(self) -> dict[str, Any]:
        """What the operator's panel shows."""
        with urllib.request.urlopen(f"{self.url}/operator.json", timeout=5) as answer:
            shown: dict[str, Any] = json.load(answer)
            return shown

    def latest(self, email: str, seconds: float = 10) -> dict[str, Any]:
        """The latest signup with this address, waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [entry for entry in self.operator()["entries"] if entry["email"] == email]
            if found:
                return dict(found[0])
            time.sleep(0.2)
        raise AssertionError(f"nobody signed up as {email}")


@contextmanager
def running_demo(data: Path) -> Iterator[Demo]:
    """Starts both servers, and stops them by Ctrl-C."""
    demo, gate = free_port(), free_port()
    where = ["--demo-port", str(demo), "--gate-port", str(gate), "--data", str(data)]
    command, environ = [sys.executable, "-c", _COMMAND, "demo", *where], {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (data / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environ)
    running = Demo(f"http://127.0.0.1:{demo}", f"http://127.0.0.1:{gate}", data)
    try:
        _wait(running, process, data)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0, (data / "demo.log").read_text()


def _wait(demo: Demo, process: subprocess.Popen[bytes], data: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{demo.url}/healthz", timeout=1).close()
            urllib.request.urlopen(f"{demo.gate}/readyz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError((data / "demo.log").read_text())
