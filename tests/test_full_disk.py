"""A disk that is full: signups are answered by policy, nothing is half written, and all goes on when there is room again.

A real one (a small tmpfs, which takes root to mount), with the state and the quarantine on it; the site's own database is elsewhere. And,
for everybody, a limit on the size of files, which the kernel holds a gate to.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ghost_house import Running, environment, running_site
from ghost_signups import STATE, accounts, assert_no_ghost_is_real, assert_whole, sign_up
from hushgate import Gate
from hushgate.errors import StateLost
from hushgate.ghost import Ghost
from hushgate.ghost.quarantine import FILE
from hushgate.state.local import LocalState
from hushgate.testing import token
from hushgate.visit import Decision

pytestmark = pytest.mark.usefixtures("accounts_here")

ANSWERS = {200, 202}
"""What is heard on a full disk: welcome, or a question. Never an error."""
SIZE = 2 << 20


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "none", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here: this takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is left on it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                break
    try:
        yield
    finally:
        filler.unlink()


def answers(running: Running, names: str, decision: Decision) -> list[int]:
    with closing(running.gate()) as gate:
        return [sign_up(running.port, f"{decision}{name}", token(gate, decision)).status for name in names]


def assert_goes_on(running: Running, disk: Path) -> None:
    assert answers(running, "ab", "allow") == answers(running, "ab", "ghost") == [200, 200]
    with filled(disk):
        heard = [*answers(running, "cd", "ghost"), *answers(running, "cd", "allow")]
        assert set(heard) <= ANSWERS, heard
    assert answers(running, "ef", "allow") == answers(running, "ef", "ghost") == [200, 200]
    assert_whole(running.data)
    with closing(running.gate()) as gate:
        assert_no_ghost_is_real(running.data, gate)
        kept = {one.fields["email"] for one in gate.ghosts.quarantine.all() if isinstance(one, Ghost)}
    assert {"ghosta@example.com", "ghostf@example.com"} <= kept
    assert {f"allow{name}@example.com" for name in "abef"} <= set(accounts(running.data))
    for name in (FILE, STATE):
        with closing(sqlite3.connect(disk / name)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_full_disk_under_state_and_quarantine_stops_nobodys_signup(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        settings = environment(tmp_path / "site", HUSHGATE_DATA=str(disk))
        with running_site(tmp_path / "site", settings) as running:
            assert_goes_on(running, disk)
            log = (running.data / "site.log").read_text()
    assert "a ghost is not kept" in log and "Traceback" in log


_NO_ROOM = """
import json, resource, sys
from types import SimpleNamespace
from hushgate import Gate

gate = Gate.from_env()
request = SimpleNamespace(environ={"HTTP_USER_AGENT": "test", "REMOTE_ADDR": "192.0.2.1"})

def sign_up(who):
    admission = gate.admit(request, token=sys.argv[1 + (who == "bob")], action="signup", email=f"{who}@example.com")
    ghost = gate.ghosts.keep({"name": who}, who=who, admission=admission)
    return [admission.decision, ghost.decision, admission.commit()]

heard = [sign_up("ann")]
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
heard.append(sign_up("bob"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps([*heard, [one.fields["name"] for one in gate.ghosts.quarantine.all()]]))
"""


def test_a_gate_whose_files_may_not_grow_decides_all_the_same(tmp_path: Path) -> None:
    settings = environment(tmp_path)
    with closing(Gate.from_env(settings)) as gate:
        held = [token(gate, "ghost"), token(gate, "ghost")]
    command = [sys.executable, "-c", _NO_ROOM, *held]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60, check=True)
    first, second, kept = json.loads(done.stdout.splitlines()[-1])
    assert first == ["ghost", "ghost", True]
    assert second[1] == "challenge", "the policy's row quarantine_lost"
    assert kept == ["ann"]


def test_a_full_disk_loses_nothing_that_was_counted_and_lets_no_token_be_spent_twice(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, closing(LocalState(disk / STATE)) as state:
        assert state.spend("site", "before", 300)
        with filled(disk):
            try:
                twice = state.spend("site", "before", 300)
            except StateLost:
                twice = False
            assert not twice
            assert os.statvfs(disk).f_bavail == 0
        assert not state.spend("site", "before", 300)
        assert state.spend("site", "after", 300)
