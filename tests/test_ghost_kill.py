"""Whatever is killed or lost in the middle of a signup: the endpoint answers by policy, and nothing is half written.

The real demo in a server of its own. What is lost is lost for real: SIGKILL, a file that is gone, that another process locks, or that
is a folder (as root nothing else keeps a file from being written). What must hold is read from the site's own database.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from ghost_house import Running, environment, running_site
from hushgate import Gate
from hushgate.ghost.quarantine import FILE
from hushgate.keys import hash_secret, new_secret
from hushgate.testing import Answer, token
from hushgate.visit import Decision
from servers import free_port

STATE = "state.sqlite"
KILLS = 3
WHOLE = {"mail": 1, "slack": 1, "crm": 1}


def sign_up(port: int, who: str, held: str) -> Answer:
    form = {"name": who.title(), "email": f"{who}@example.com", "password": "correct-horse", "hushgate-token": held}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "User-Agent": "test"}
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("POST", "/signup", urllib.parse.urlencode(form), headers)
        response = connection.getresponse()
        return Answer(response.status, tuple(response.getheaders()), response.read())


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "fernpost.sqlite", timeout=10)) as db:
        return db.execute(sql).fetchall()


def accounts(data: Path) -> dict[str, str]:
    """The id of each account by its address."""
    return dict(rows(data, "SELECT email, id FROM users"))


def assert_whole(data: Path) -> None:
    """Every account has its mail, its alert and its event, once; and nothing is sent for anybody else."""
    sent: dict[str, dict[str, int]] = {}
    for account, kind, count in rows(data, "SELECT account, kind, count(*) FROM outbox GROUP BY 1, 2"):
        sent.setdefault(account, {})[kind] = count
    confirming = {one for (one,) in rows(data, "SELECT id FROM pending")}
    for account in accounts(data).values():
        assert sent.pop(account, {}) == WHOLE
    assert sent == {account: {"confirmation": 1} for account in confirming}
    assert len(rows(data, "SELECT email FROM users")) == len(accounts(data)), "an address has one account"


def assert_no_ghost_is_real(data: Path, gate: Gate) -> None:
    assert not [one for one in accounts(data).values() if gate.ghosts.ids.marked(one)]
    assert not [email for email in accounts(data) if email.startswith("ghost")]


@dataclass
class Site:
    """The demo that the losses happen to, one after the other."""

    running: Running
    gate: Gate
    people: int = 0
    visitors: Iterator[int] = field(default_factory=itertools.count)

    @property
    def data(self) -> Path:
        return self.running.data

    def ghost(self) -> Answer:
        return sign_up(self.running.port, f"ghost{next(self.visitors)}", token(self.gate, "ghost"))

    def person(self) -> Answer:
        return sign_up(self.running.port, f"person{next(self.visitors)}", token(self.gate, "allow"))

    def assert_whole(self, people: int) -> None:
        """So many accounts more than there were, all of them whole, and no ghost among them."""
        assert_whole(self.data)
        assert_no_ghost_is_real(self.data, self.gate)
        self.people += people
        assert len(accounts(self.data)) == self.people


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("lost")) as running, closing(running.gate()) as gate:
        yield Site(running, gate)


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
        created = {
            who: json.loads(answer.body)["user"]["id"] for who, answer in crowd.heard.items() if answer.status == 200
        }
        assert crowd.lost and len(created) == len(crowd.heard), "each heard its success, or nothing at all"
        assert_no_ghost_is_real(tmp_path, gate)
        known = accounts(tmp_path)
        for who, account in created.items():
            email = f"{who}@example.com"
            if who.startswith("person"):
                assert known[email] == account, "whoever was told so has an account"
            else:
                kept = gate.ghosts.quarantine.show(account)
                assert kept.fields["email"] == email, "and what a ghost submitted is kept"
        with running_site(tmp_path, settings) as running:
            assert_answers_again(running, gate, crowd.lost)


def assert_answers_again(running: Running, gate: Gate, lost: list[str]) -> None:
    """Whoever heard nothing tries again: an account, or that the address is taken. Never an error, never a second one."""
    for who in lost:
        decision: Decision = "ghost" if who.startswith("ghost") else "allow"
        assert sign_up(running.port, who, token(gate, decision)).status in (200, 409)
    assert_whole(running.data)
    assert_no_ghost_is_real(running.data, gate)
    assert {f"{who}@example.com" for who in lost if who.startswith("person")} <= set(accounts(running.data))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process that holds the file and does not let go."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=5)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def unwritable(file: Path) -> Iterator[None]:
    """A folder where the file was."""
    aside = file.with_name(f"{file.name}.aside")
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    file.replace(aside)
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        aside.replace(file)


@contextmanager
def rubbish(file: Path) -> Iterator[None]:
    """No database any more."""
    file.write_bytes(b"\x00rubbish" * 4096)
    yield


@contextmanager
def deleted(file: Path) -> Iterator[None]:
    """Gone, with what belongs to it."""
    for name in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + name).unlink()
    yield


@pytest.mark.parametrize("loss", [locked, unwritable])
def test_a_quarantine_that_cannot_be_written_asks_for_a_step_more_and_people_notice_nothing(
    site: Site, loss: Callable[[Path], Any]
) -> None:
    assert site.ghost().status == 200
    with loss(site.data / FILE):
        lost = site.ghost()
        assert (lost.status, json.loads(lost.body)) == (202, {"ok": True, "next": "confirm"})
        assert site.person().status == 200
    assert site.ghost().status == 200
    site.assert_whole(people=1)
    assert "a ghost is not kept" in (site.data / "site.log").read_text()


@pytest.mark.parametrize("loss", [deleted, rubbish])
def test_a_quarantine_that_is_gone_begins_afresh(site: Site, loss: Callable[[Path], Any]) -> None:
    gone = json.loads(site.ghost().body)["user"]["id"]
    site.gate.ghosts.quarantine.close()
    with loss(site.data / FILE):
        assert site.ghost().status in (200, 202)
        assert site.ghost().status == 200
    assert site.person().status == 200
    assert site.gate.ghosts.is_ghost(gone)
    site.assert_whole(people=1)


@pytest.mark.parametrize("loss", [deleted, locked, unwritable, rubbish])
def test_a_state_store_that_is_lost_leaves_the_decision_to_the_policy(site: Site, loss: Callable[[Path], Any]) -> None:
    """The row state_lost is "allow": people sign up. Whose token says bot is no account all the same."""
    assert site.person().status == 200
    site.gate.house.state.close()
    with loss(site.data / STATE):
        assert site.ghost().status in (200, 202)
        assert site.person().status == 200
    assert site.person().status == 200
    site.assert_whole(people=3)


def test_a_site_that_loses_its_own_database_writes_no_half(site: Site) -> None:
    heard: list[Answer] = []
    with locked(site.data / "fernpost.sqlite"):
        late = threading.Thread(target=lambda: heard.append(site.person()))
        late.start()
        time.sleep(0.3)
    late.join(30)
    assert heard[0].status == 200
    site.assert_whole(people=1)


def test_a_gate_that_is_killed_leaves_the_decision_to_the_policy(tmp_path: Path) -> None:
    """The gate in a server of its own, killed in the middle of signups. The row gate_lost is "allow"."""
    secret, port = new_secret(), free_port()
    settings = environment(tmp_path)
    written = tmp_path / "hushgate.toml"
    written.write_text(
        written.read_text().replace("[sites.fernpost]", f'[sites.fernpost]\nsecrets = ["{hash_secret(secret)}"]', 1)
    )
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
