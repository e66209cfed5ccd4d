"""What the tests of ghosts share: a site with a quarantine, and a demo in a server of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from hushgate import Gate
from hushgate.config import parse
from hushgate.ghost import Ghosts, Hooks
from hushgate.house import open_ghosts
from hushgate.keys import new_key
from hushgate_demo.hooks import _accounts
from servers import free_port

CHEAP = "pbkdf2:sha256:1"
"""A password hash that costs nothing, for real ones and ghosts alike."""
SECRET = "test-secret-of-the-demo-site"
_SETTINGS = """
[gate]
test_keys = true
[sites.fernpost]
hostnames = ["127.0.0.1", "localhost"]
mode = "enforce"
ghost_hooks = "hushgate_demo.hooks"
[sites.fernpost.layers]
limits = "off"  # thousands sign up from one address here, with numbered addresses
mail = "off"
"""


def open_site(data: Path, keys: str, hooks: Hooks | None = None, **site: Any) -> Ghosts:
    """The ghosts of one site under ``data``."""
    table = {"hostnames": ["shop.example"], "mode": "enforce", **site}
    config = parse({"gate": {"data": str(data)}, "sites": {"shop": table}}, {"HUSHGATE_KEYS": keys}, "test settings")
    return open_ghosts(config, config.sites["shop"], hooks or Hooks())


@dataclass
class Running:
    """The demo in a server of its own, and the environment that it has."""

    port: int
    data: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def gate(self) -> Gate:
        """A gate with the same keys and state, to force outcomes with."""
        return Gate.from_env(self.environment)


def environment(data: Path, keys: str | None = None, **more: str) -> dict[str, str]:
    """What the demo is started with."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "hushgate.toml").write_text(_SETTINGS)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HUSHGATE_", "FERNPOST_"))}
    return own | {
        "HUSHGATE_CONFIG": str(data / "hushgate.toml"),
        "HUSHGATE_DATA": str(data),
        "HUSHGATE_KEYS": keys or new_key(),
        "FERNPOST_DATA": str(data),
        "FERNPOST_SECRET": SECRET,
        "FERNPOST_UNIQUE": "1",
        "FERNPOST_HASH": CHEAP,
        **more,
    }


@contextmanager
def running_site(data: Path, settings: dict[str, str] | None = None, threads: int = 2) -> Iterator[Running]:
    """Starts the demo site alone, as ``hushgate demo`` does."""
    port, settings = free_port(), settings or environment(data)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", str(threads), "--no-ws"]
    command += ["--log-level", "warning", "hushgate_demo.app:from_env"]
    with (data / "site.log").open("ab") as log:
        process = subprocess.Popen(command, env=settings, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(port, process, data)
        yield Running(port, data, settings, process)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], data: Path) -> None:
    for _ in range(300):
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        with suppress(OSError, HTTPException):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                connection.close()
                return
        connection.close()
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError((data / "site.log").read_text())


@pytest.fixture
def accounts_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the demo's hooks ask in this process, whether an account is real, they ask of the test's own folder."""
    monkeypatch.setenv("FERNPOST_DATA", str(tmp_path))
    _accounts.cache_clear()
    yield
    _accounts.cache_clear()
