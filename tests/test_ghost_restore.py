"""A person is brought back exactly once: asked twice, by two at a time, and killed at any point of it.

With the demo's own hook, its own database and its own idempotency key, the ghost's id. "Once" is read where it counts: the rows,
and what they set in motion.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from dying import DIES
from ghost_house import open_site
from ghost_restores import FIELDS, KEY, House
from hushgate.errors import RestoreBusy, RestoreImpossible
from hushgate.ghost import Ghost, Hooks

POINTS = (
    "before begin",
    "after begin",
    "in the hook, before the row",
    "in the hook, after the row",
    "after the hook",
    "after finish",
)
_RESTORES = f"""{DIES}
from hushgate import Gate
from hushgate.ghost import Hooks
from hushgate.ghost.quarantine import Quarantine
from hushgate_demo.accounts import Accounts
from hushgate_demo import effects, hooks

around(Quarantine, "begin", "before begin", "after begin")
around(effects, "fire", "in the hook, before the row", "")
around(Accounts, "open", "", "in the hook, after the row")
around(Quarantine, "finish", "after the hook", "after finish")
Gate.from_env().ghosts.restore(sys.argv[2])
raise SystemExit("it should have died")
"""


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
        [sys.executable, "-c", _RESTORES, point, str(ghost.id)],
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
    calls, entered, leave = list[Ghost](), Event(), Event()

    def hook(ghost: Ghost) -> str:
        calls.append(ghost)
        entered.set()
        leave.wait(20)
        return "account-1"

    ghosts = open_site(tmp_path, KEY, Hooks(on_restore=hook))
    ghost = ghosts.keep(FIELDS, who="a@example.com")

    def work() -> object:
        with suppress(RestoreBusy):
            return ghosts.restore(ghost.id)
        return "busy"

    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(work)
        assert entered.wait(20)
        others = [threads.submit(work) for _ in range(5)]
        assert [other.result(20) for other in others] == ["busy"] * 5, "nobody waits behind a slow signup"
        leave.set()
        assert first.result(20) == (ghost.id, "account-1", False)
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


def test_without_a_hook_nothing_is_begun_and_it_says_what_to_do(tmp_path: Path) -> None:
    ghosts = open_site(tmp_path, KEY)
    ghost = ghosts.keep({"name": "Jordan"}, who="a@example.com")
    with pytest.raises(RestoreImpossible, match="ghost_hooks"):
        ghosts.restore(ghost.id)
    assert ghosts.quarantine.show(ghost.id).tried == 0
