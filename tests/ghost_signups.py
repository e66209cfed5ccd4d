"""Signups at the demo in a server of its own, and what must hold of all that it has written, read from its own database."""

from __future__ import annotations

import sqlite3
import urllib.parse
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from hushgate import Gate
from hushgate.testing import Answer

STATE = "state"
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
