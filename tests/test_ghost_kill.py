"""Whatever is killed in the middle of signups, by SIGKILL: the endpoint answers by policy, and nothing is half written.

The real demo in a server of its own. What must hold is read from the site's own database.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from ghost_house import Running, environment, running_site
from ghost_signups import accounts, assert_no_ghost_is_real, assert_whole, sign_up
from hushgate import Gate
from hushgate.keys import hash_secret, new_secret
from hushgate.testing import Answer, token
from hushgate.visit import Decision
from servers import free_port

pytestmark = pytest.mark.usefixtures("accounts_here")

KILLS = 3


class Crowd:
    """People and ghosts who sign up from several threads at once, until they are told to stop; what each of them heard."""

    def __init__(self, gate: Gate) -> None:
        self.gate, self.heard, self.lost = gate, dict[str, Answer](), list[str]()
        self._number, self._lock = 0, threading.Lock()

    def _next(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def one(self, port: int) -> None:
        number = self._next()
        decision: Decision = "ghost" if number % 2 else "allow"
        who = f"{'ghost' if number % 2 else 'person'}{number:04d}"
        try:
            self.heard[who] = sign_up(port, who, token(self.gate, decision))
        except (OSError, HTTPException):
            self.lost.append(who)

    @contextmanager
    def busy(self, port: int, threads: int = 3) -> Iterator[None]:
        over = threading.Event()

        def work() -> None:
            while not over.is_set():
                self.one(port)

        crowd = [threading.Thread(target=work) for _ in range(threads)]
        for thread in crowd:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in crowd:
                thread.join()


def wait_for(ready: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_killed_in_the_middle_of_signups_nothing_is_half_written(tmp_path: Path) -> None:
    settings, rng = environment(tmp_path), random.Random(5)
    with closing(Gate.from_env(settings)) as gate:
        crowd = Crowd(gate)
        for _ in range(KILLS):
            with running_site(tmp_path, settings) as running:
                before = len(crowd.heard)
                with crowd.busy(running.port):
                    wait_for(lambda before=before: len(crowd.heard) > before + 6)  # type: ignore[misc]
                    time.sleep(rng.random() * 0.05)  # anywhere in a signup
                    os.killpg(running.process.pid, signal.SIGKILL)
                    running.process.wait()
            assert_whole(tmp_path)
        assert_what_was_heard_is_so(tmp_path, gate, crowd)
        with running_site(tmp_path, settings) as running:
            assert_answers_again(running, gate, crowd.lost)


def assert_what_was_heard_is_so(data: Path, gate: Gate, crowd: Crowd) -> None:
    """Each heard its success, or nothing at all: who was told so has an account, and what a ghost submitted is kept."""
    created = {
        who: json.loads(answer.body)["user"]["id"] for who, answer in crowd.heard.items() if answer.status == 200
    }
    assert crowd.lost and len(created) == len(crowd.heard)
    assert_no_ghost_is_real(data, gate)
    known = accounts(data)
    for who, account in created.items():
        email = f"{who}@example.com"
        if who.startswith("person"):
            assert known[email] == account
        else:
            assert gate.ghosts.quarantine.show(account).fields["email"] == email


def assert_answers_again(running: Running, gate: Gate, lost: list[str]) -> None:
    """Whoever heard nothing tries again: an account, or that the address is taken. Never an error, never a second one."""
    for who in lost:
        decision: Decision = "ghost" if who.startswith("ghost") else "allow"
        assert sign_up(running.port, who, token(gate, decision)).status in (200, 409)
    assert_whole(running.data)
    assert_no_ghost_is_real(running.data, gate)
    assert {f"{who}@example.com" for who in lost if who.startswith("person")} <= set(accounts(running.data))


def test_a_gate_that_is_killed_leaves_the_decision_to_the_policy(tmp_path: Path) -> None:
    """The gate in a server of its own, killed in the middle of signups. The row gate_lost is "allow"."""
    secret, port = new_secret(), free_port()
    settings, file = environment(tmp_path), tmp_path / "hushgate.toml"
    table = "[sites.fernpost]"
    file.write_text(file.read_text().replace(table, f'{table}\nsecrets = ["{hash_secret(secret)}"]', 1))
    asking = settings | {"HUSHGATE_URL": f"http://127.0.0.1:{port}", "HUSHGATE_SECRET": secret}
    with (
        serving(settings, port) as server,
        running_site(tmp_path, asking) as running,
        closing(Gate.from_env(settings)) as gate,
    ):
        crowd = Crowd(gate)
        with crowd.busy(running.port):
            wait_for(lambda: len(crowd.heard) > 8)
            before = dict(crowd.heard)
            os.killpg(server.pid, signal.SIGKILL)
            wait_for(lambda: len(crowd.heard) > len(before) + 8)
        assert not crowd.lost and {one.status for one in crowd.heard.values()} == {200}
        assert_whole(tmp_path)
        known = accounts(tmp_path)
        assert not [who for who in before if who.startswith("ghost") and f"{who}@example.com" in known]
        assert {f"{who}@example.com" for who in crowd.heard if who.startswith("person")} <= set(known)
        assert not [one for one in known.values() if gate.ghosts.ids.marked(one)]


@contextmanager
def serving(settings: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A gate in a server of its own."""
    command = [sys.executable, "-c", "from hushgate.cli import main; main()", "serve", "--port", str(port)]
    with (Path(settings["HUSHGATE_DATA"]) / "gate.log").open("ab") as log:
        process = subprocess.Popen(command, env=settings, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(lambda: _answers(port))
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
        return True
    return False
