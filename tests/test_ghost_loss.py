"""Whatever file is lost in the middle of signups: the endpoint answers by policy, and nothing is half written.

The real demo in a server of its own. What is lost is lost for real: a file that is gone, that another process locks, or that is a folder
(as root nothing else keeps a file from being written). What must hold is read from the site's own database.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ghost_house import Running, running_site
from ghost_signups import STATE, accounts, assert_no_ghost_is_real, assert_whole, sign_up
from hushgate import Gate
from hushgate.ghost.quarantine import FILE
from hushgate.testing import Answer, token

pytestmark = pytest.mark.usefixtures("accounts_here")


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
        assert not heard, "who waits for the database is told nothing yet"
    late.join(30)
    assert heard[0].status == 200
    site.assert_whole(people=1)
