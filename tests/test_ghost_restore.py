"""A person is brought back exactly once: asked twice, by two at a time, and killed at any point of it.

With the demo's own hook, its own database and its own idempotency key, the ghost's id. "Once" is read where it counts: the rows,
and what they set in motion.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result
from werkzeug.security import generate_password_hash

from ghost_house import CHEAP, environment, open_site
from hushgate import Gate
from hushgate.cli import main
from hushgate.errors import GhostUnknown, HushgateError, RestoreBusy, RestoreImpossible
from hushgate.ghost import Ghost, Ghosts, Hooks
from hushgate.keys import new_key
from hushgate_demo.hooks import _accounts

KEY = new_key()
FIELDS = {
    "name": "Jordan Ellis",
    "email": "jordan.ellis@example.com",
    "password": generate_password_hash("Tr1cky-Pass", CHEAP),
}
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\nghost 1 restored\r\u2028\x9b31m"
POINTS = (
    "before begin",
    "after begin",
    "in the hook, before the row",
    "in the hook, after the row",
    "after the hook",
    "after finish",
)
# Dies at one point of a restore, as by a power cut: no handler runs, nothing is closed.
_DIES = """
import os, signal, sys
from hushgate import Gate
from hushgate.ghost import Hooks
from hushgate.ghost.quarantine import Quarantine
from hushgate_demo.accounts import Accounts
from hushgate_demo import effects, hooks

point, ghost = sys.argv[1:]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def around(owner, name, before, after):
    work = getattr(owner, name)
    def wrapped(*args, **named):
        if point == before: die()
        result = work(*args, **named)
        if point == after: die()
        return result
    setattr(owner, name, wrapped)

around(Quarantine, "begin", "before begin", "after begin")
around(effects, "fire", "in the hook, before the row", "")
around(Accounts, "open", "", "in the hook, after the row")
around(Quarantine, "finish", "after the hook", "after finish")
Gate.from_env().ghosts.restore(ghost)
raise SystemExit("it should have died")
"""


class House:
    """The demo's settings, its quarantine and its database, without a server."""

    def __init__(self, data: Path) -> None:
        self.data, self.environment = data, environment(data, KEY)
        self.ghosts: Ghosts = Gate.from_env(self.environment).ghosts

    def keep(self, **fields: Any) -> Ghost:
        told = {**FIELDS, **fields}
        return self.ghosts.keep(told, who=str(told["email"]), hashed=["password"])

    def cli(self, *words: str, stdin: str = "") -> Result:
        """The command in this process: another one takes a second to start."""
        _accounts.cache_clear()
        with patch.object(sys, "path", list(sys.path)):
            said = CliRunner().invoke(main, ["ghosts", *words], input=stdin, env=self.environment)
        _accounts.cache_clear()
        return said

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "from hushgate.cli import main; main()", "ghosts", *words]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def accounts(self) -> list[tuple[Any, ...]]:
        return self._rows("SELECT id, name, email, password FROM users")

    def sent(self) -> list[str]:
        return [kind for (kind,) in self._rows("SELECT kind FROM outbox ORDER BY serial")]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        file = self.data / "fernpost.sqlite"
        if not file.exists():
            return []
        db = sqlite3.connect(file)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_command_brings_a_person_back_once_with_everything_that_hangs_on_it(house: House) -> None:
    ghost = house.keep()
    assert house.ghosts.is_ghost(ghost.id) and house.accounts() == []
    first, again = house.cli("restore", str(ghost.id)), house.cli("restore", str(ghost.id))
    assert (first.exit_code, again.exit_code) == (0, 0), first.stderr + again.stderr
    assert first.stdout == f"ghost {ghost.id}: restored, account {ghost.id}\n"
    assert again.stdout == f"ghost {ghost.id}: was restored before, account {ghost.id}\n"
    assert house.accounts() == [(ghost.id, FIELDS["name"], FIELDS["email"], FIELDS["password"])]
    assert house.sent() == ["mail", "slack", "crm"]
    assert not house.ghosts.is_ghost(ghost.id), "a person now, in every process"
    assert house.ghosts.quarantine.all() == [] and house.ghosts.find(FIELDS["email"]) is None
    empty = house.cli("list")
    assert empty.stdout == "" and empty.stderr.startswith("no ghost is in the quarantine at the site ")
    assert str(ghost.id) in house.cli("list", "--restored").stdout
    assert "a person since" in house.cli("show", str(ghost.id)).stdout


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_and_asked_again_there_is_one_account(house: House, point: str) -> None:
    ghost = house.keep()
    died = subprocess.run(
        [sys.executable, "-c", _DIES, point, str(ghost.id)],
        env=house.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    whole = point in ("in the hook, after the row", "after the hook", "after finish")
    assert len(house.accounts()) == whole and house.sent() == (["mail", "slack", "crm"] if whole else [])
    if point not in ("before begin", "after finish"):
        assert "RESTORE BEGUN, NOT DONE" in house.cli("list").stdout
        assert house.ghosts.quarantine.show(ghost.id).tried == 1
    said = house.cli("restore", str(ghost.id))
    assert said.exit_code == 0, said.stderr
    assert ("before" in said.stdout) is (point == "after finish")
    assert len(house.accounts()) == 1 and house.sent() == ["mail", "slack", "crm"]
    assert not house.ghosts.is_ghost(ghost.id) and house.ghosts.quarantine.all() == []


def test_two_processes_at_once_open_one_account(house: House) -> None:
    ghost = house.keep()
    both = [house.start("restore", str(ghost.id)) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert len(house.accounts()) == 1 and house.sent() == ["mail", "slack", "crm"]
    assert 0 in [process.returncode for process in both]
    for process, (out, err) in zip(both, said, strict=True):
        assert process.returncode == 0 or b"another restore is under way" in err, out + err


def test_many_threads_call_the_hook_once(tmp_path: Path) -> None:
    calls, entered, told, leave = list[Ghost](), threading.Event(), list[object](), threading.Event()

    def hook(ghost: Ghost) -> str:
        calls.append(ghost)
        entered.set()
        leave.wait(20)
        return "account-1"

    ghosts = open_site(tmp_path, KEY, Hooks(on_restore=hook))
    ghost = ghosts.keep(FIELDS, who="a@example.com")

    def work() -> None:
        try:
            told.append(ghosts.restore(ghost.id))
        except HushgateError as error:
            told.append(type(error))

    threads = [threading.Thread(target=work) for _ in range(6)]
    threads[0].start()
    assert entered.wait(20)
    for thread in threads[1:]:
        thread.start()
    for thread in threads[1:]:
        thread.join(20)
    assert told == [RestoreBusy] * 5, "nobody waits in a queue behind a slow signup"
    leave.set()
    threads[0].join(20)
    assert len(calls) == 1 and told[-1] == (ghost.id, "account-1", False)
    assert ghosts.restore(ghost.id) == (ghost.id, "account-1", True) and len(calls) == 1


def test_what_is_kept_meanwhile_is_not_held_up_by_a_restore(tmp_path: Path) -> None:
    def hook(_: Ghost) -> None:
        assert ghosts.keep(FIELDS, who="b@example.com").ghosted
        with pytest.raises(RestoreBusy):
            ghosts.quarantine.purge()

    ghosts = open_site(tmp_path, KEY, Hooks(on_restore=hook))
    ghosts.restore(ghosts.keep(FIELDS, who="a@example.com").id)
    assert len(ghosts.quarantine.all()) == 1


def test_where_the_hook_raises_the_ghost_stays_and_can_be_asked_for_again(tmp_path: Path) -> None:
    ways: list[Exception | None] = [ValueError("the database is down"), None]

    def hook(_: Ghost) -> str:
        if (error := ways.pop(0)) is not None:
            raise error
        return "account-1"

    ghosts = open_site(tmp_path, KEY, Hooks(on_restore=hook))
    ghost = ghosts.keep({"name": "Jordan"}, who="a@example.com")
    with pytest.raises(ValueError, match="database is down"):
        ghosts.restore(ghost.id)
    assert ghosts.is_ghost(ghost.id) and ghosts.quarantine.show(ghost.id).tried == 1
    assert ghosts.restore(ghost.id) == (ghost.id, "account-1", False)
    assert not ghosts.is_ghost(ghost.id)


def test_the_command_says_that_an_address_is_taken_by_now_and_goes_on_with_the_others(house: House) -> None:
    mine = house.keep()
    assert house.cli("restore", str(mine.id)).exit_code == 0
    late, other = house.keep(), house.keep(email="other@example.com")
    assert late.id != mine.id
    said = house.cli("restore", str(late.id), "nobody", str(other.id))
    assert said.exit_code == 2 and "2 of 3 not restored" in said.stderr
    assert f"ghost {late.id}: on_restore failed, and it stays: IntegrityError" in said.stderr
    assert "there is no ghost 'nobody'" in said.stderr and "Traceback" not in said.stderr
    assert {row[0] for row in house.accounts()} == {mine.id, other.id}
    assert house.ghosts.is_ghost(late.id)


def test_without_a_hook_nothing_is_begun_and_it_says_what_to_do(tmp_path: Path) -> None:
    ghosts = open_site(tmp_path, KEY)
    ghost = ghosts.keep({"name": "Jordan"}, who="a@example.com")
    with pytest.raises(RestoreImpossible, match="ghost_hooks"):
        ghosts.restore(ghost.id)
    assert ghosts.quarantine.show(ghost.id).tried == 0


def test_what_was_purged_cannot_be_restored(house: House) -> None:
    ghost, other = house.keep(), house.keep(email="other@example.com")
    assert house.cli("purge").stdout == "0 removed\n"
    assert house.cli("purge", str(ghost.id)).stdout == "1 removed\n"
    with pytest.raises(GhostUnknown):
        house.ghosts.restore(ghost.id)
    twice, both = house.cli("purge", str(ghost.id)), house.cli("purge", "x", "--all")
    assert twice.exit_code == both.exit_code == 2 and "there is no ghost" in twice.stderr and "or --all" in both.stderr
    assert house.cli("purge", "--all", stdin="n\n").exit_code == 1 and len(house.ghosts.quarantine.all()) == 1
    assert (
        house.cli("purge", "--all", "--yes").stdout == "1 removed\n" and house.ghosts.find("other@example.com") is None
    )
    assert house.ghosts.is_ghost(other.id) and house.accounts() == []


def test_nothing_that_a_stranger_wrote_is_obeyed_by_a_terminal(house: House) -> None:
    ghost = house.keep(
        name=HOSTILE, email=f"{HOSTILE}@example.com", **{f"note{HOSTILE}": [HOSTILE]}, **{f"token{HOSTILE}": "x"}
    )
    outputs = [
        house.cli("list"),
        house.cli("show", str(ghost.id)),
        house.cli("restore", HOSTILE),
        house.cli("show", HOSTILE),
    ]
    outputs.append(house.cli("purge", HOSTILE))
    for said in outputs:
        for line in (said.stdout + said.stderr).splitlines():
            assert all(char.isprintable() for char in line), repr(line)
    assert outputs[0].stdout.count("\n") == 1 and str(ghost.id) in outputs[0].stdout
    assert "ghost 1 restored" not in [line.strip() for said in outputs for line in said.stdout.splitlines()]


def test_nor_what_the_hook_says_about_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rude_hooks.py").write_text("def on_restore(ghost):\n    raise ValueError(ghost.fields['name'])\n")
    house = House(tmp_path)
    settings = tmp_path / "hushgate.toml"
    settings.write_text(settings.read_text().replace("hushgate_demo.hooks", "rude_hooks"))
    monkeypatch.chdir(tmp_path)  # where the command finds the site's module
    said = house.cli("restore", str(house.keep(name=HOSTILE).id))
    sys.modules.pop("rude_hooks", None)
    assert said.exit_code == 2 and "ValueError" in said.stderr
    assert all(char.isprintable() for line in said.stderr.splitlines() for char in line), repr(said.stderr)
    assert len(said.stderr.splitlines()) == 2


def test_a_settings_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    house = House(tmp_path)
    settings = tmp_path / "hushgate.toml"
    settings.write_text(settings.read_text().replace("hushgate_demo.hooks", "shop.nowhere"))
    said = house.cli("restore", str(house.keep().id))
    assert said.exit_code == 2 and "ghost_hooks" in said.stderr and "Traceback" not in said.stderr
