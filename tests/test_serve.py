"""``hushgate serve`` on a real socket: what one client does must not be felt by the others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hushgate.keys import new_key
from hushgate.version import __version__
from servers import free_port

_COMMAND = "from hushgate.cli import main; main()"
_HALF = b"POST /v1/verdict HTTP/1.1\r\nHost: gate\r\nContent-Type: text/plain\r\nContent-Length: 4000\r\n\r\n{"


def _settings(file: Path) -> dict[str, str]:
    modes = ("enforce", "observe", "observe")
    sites = [f'[sites.s{at}]\nhostnames = ["{at}.example"]\nmode = "{mode}"\n' for at, mode in enumerate(modes)]
    file.write_text('[gate]\ndata = "data"\n' + "".join(sites))
    settings = {**os.environ, "HUSHGATE_CONFIG": str(file), "HUSHGATE_KEYS": f"{new_key()} {new_key()}"}
    settings.pop("HUSHGATE_DATA", None)
    return settings


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A gate as it is started without options."""
    port = free_port()
    settings = _settings(tmp_path / "hushgate.toml")
    command = [sys.executable, "-c", _COMMAND, "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=settings)
    try:
        _wait(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
    # granian waits for clients that have just left in the middle of a request, now and then: such a worker is ended
    told = (
        (tmp_path / "log").read_text().removesuffix("[WARNING] Killing worker-1 after it refused to gracefully stop\n")
    )
    assert told == (
        f"The gate listens on http://127.0.0.1:{port}\n"
        f"hushgate {__version__}; settings from {tmp_path / 'hushgate.toml'}; data in {tmp_path / 'data'}; "
        "3 sites (1 enforcing, 2 observing); 2 keys; 1 worker\n"
    ), "and nothing else is told"


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the gate did not start")


def test_phones_that_lose_their_line_in_the_middle_of_a_request_stop_nobody(port: int) -> None:
    with ExitStack() as lines:
        for _ in range(20):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(_HALF)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
            assert answer.status == 200
