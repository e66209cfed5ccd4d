"""A signup that dies at each point where something is written: what was told to nobody can be tried again, and nothing is half there.

The demo's own endpoint with its own gate and quarantine, in a process that kills itself there, as a power cut would: no handler runs,
nothing is closed. Where the process is killed from outside, at any moment, is test_ghost_kill.py.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dying import DIES
from ghost_house import environment
from hushgate import Gate
from hushgate.testing import token
from hushgate.visit import Decision

pytestmark = pytest.mark.usefixtures("accounts_here")

FORM = {"name": "Jordan Ellis", "email": "jordan.ellis@example.com", "password": "correct-horse"}
_SIGNS_UP = f"""{DIES}
import json
from hushgate.gate import Gate
from hushgate.ghost.quarantine import Quarantine
from hushgate import Admission
from hushgate_demo import app, effects
from hushgate_demo.accounts import Accounts
from hushgate_demo.panel import Panel

form = json.loads(sys.argv[2])

around(Gate, "admit", "before the gate is asked", "after the gate is asked")
around(Quarantine, "keep", "before it is kept", "after it is kept")
around(Admission, "commit", "before the token is spent", "after the token is spent")
around(effects, "fire", "between the row and its mail", "before the row is committed")
around(Accounts, "open", "", "after the row is committed")
around(Panel, "record", "", "after the panel has heard")
answer = app.from_env().test_client().post("/signup", data=form, headers={{"Accept": "application/json"}})
print(json.dumps([answer.status_code, answer.get_json()]))
"""
EVERYBODY = (
    "before the gate is asked",
    "after the gate is asked",
    "before the token is spent",
    "after the token is spent",
    "after the panel has heard",
)
PEOPLE = (*EVERYBODY, "between the row and its mail", "before the row is committed", "after the row is committed")
GHOSTS = (*EVERYBODY, "before it is kept", "after it is kept")
WRITTEN = ("after the row is committed", "after the panel has heard")


def sign_up(settings: dict[str, str], point: str, held: str) -> subprocess.CompletedProcess[str]:
    form = json.dumps({**FORM, "hushgate-token": held})
    command = [sys.executable, "-c", _SIGNS_UP, point, form]
    return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60, check=False)


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "fernpost.sqlite")) as db:
        return db.execute(sql).fetchall()


def dies_and_tries_again(data: Path, point: str, decision: Decision) -> tuple[Gate, list[str], int, dict[str, Any]]:
    """The gate, what was there after the death, and what the second try, with a token of its own, heard."""
    settings = environment(data)
    gate = Gate.from_env(settings)
    died = sign_up(settings, point, token(gate, decision))
    assert died.returncode == -signal.SIGKILL, died.stderr
    left = [kind for (kind,) in rows(data, "SELECT 'row' FROM users UNION ALL SELECT kind FROM outbox")]
    again = sign_up(settings, "nowhere", token(gate, decision))
    assert again.returncode == 0, again.stderr
    status, told = json.loads(again.stdout.splitlines()[-1])
    return gate, left, status, told


@pytest.mark.parametrize("point", PEOPLE)
def test_a_persons_account_is_there_whole_or_not_at_all(tmp_path: Path, point: str) -> None:
    gate, left, status, _ = dies_and_tries_again(tmp_path, point, "allow")
    gate.close()
    assert left == (["row", "mail", "slack", "crm"] if point in WRITTEN else [])
    assert status == (409 if point in WRITTEN else 200), "the second try opens it, or hears that it is there"
    assert rows(tmp_path, "SELECT email FROM users") == [(FORM["email"],)]
    assert rows(tmp_path, "SELECT kind FROM outbox") == [("mail",), ("slack",), ("crm",)]


@pytest.mark.parametrize("point", GHOSTS)
def test_a_ghost_has_no_row_whenever_it_dies_and_is_kept_once(tmp_path: Path, point: str) -> None:
    gate, left, status, told = dies_and_tries_again(tmp_path, point, "ghost")
    with closing(gate):
        kept = gate.ghosts.quarantine.all()
        assert left == [] and rows(tmp_path, "SELECT 1 FROM users") == rows(tmp_path, "SELECT 1 FROM outbox") == []
        assert len(kept) == 1 and gate.ghosts.is_ghost(kept[0].id)
        answered = point in ("after the token is spent", "after the panel has heard")
        assert status == (409 if answered else 200), "before that nothing had happened, as for a person"
        assert answered or told["user"]["id"] == kept[0].id
