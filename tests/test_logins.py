"""Failed logins: counted by address, by account and by both, and answered without telling which accounts exist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gates import remote, visitor
from hushgate import Gate
from hushgate.errors import StateLost
from hushgate.signup.logins import Login
from stories import SITE, Rig, open_rig

HERE, THERE = "84.128.0.1", "91.198.174.192"
Try = Callable[[str, str], Login]


@pytest.fixture(params=["in process", "elsewhere"])
def attempt(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    """Asks a gate, in process or over HTTP, about a login at an account from an address."""
    rig = open_rig(tmp_path, logins={"address": "6/hour", "pair": "3/10 minutes", "account": "5/hour"})
    if request.param == "in process":
        gate = Gate(rig.house.config, site=SITE, state=rig.house.state, spool=rig.house.spool)
        yield lambda account, ip: gate.login(visitor(REMOTE_ADDR=ip), account)
    else:
        with remote(rig) as gate:
            yield lambda account, ip: gate.login(visitor(REMOTE_ADDR=ip), account)
    rig.house.close()


def fail(attempt: Try, account: str, ip: str, times: int) -> None:
    for _ in range(times):
        attempt(account, ip).failed()


def test_looking_counts_nothing(attempt: Try) -> None:
    assert {attempt("ann@a.example", HERE).decision for _ in range(20)} == {"allow"}


def test_guessing_at_one_account_has_to_wait_and_nobody_else(attempt: Try) -> None:
    fail(attempt, "ann@a.example", HERE, 3)
    refused = attempt("Ann@a.example ", HERE)
    assert refused.decision == "throttle" and 0 < refused.retry_after <= 1200 and not refused.allowed
    assert attempt("ann@a.example", THERE).allowed and attempt("bob@a.example", HERE).allowed


def test_a_list_of_accounts_from_one_address_has_to_wait(attempt: Try) -> None:
    for number in range(6):
        fail(attempt, f"user{number}@a.example", HERE, 1)
    assert attempt("somebody@a.example", HERE).decision == "throttle"
    assert attempt("somebody@a.example", THERE).allowed


def test_failures_from_many_addresses_do_not_lock_the_owner_out(attempt: Try) -> None:
    for number in range(5):
        fail(attempt, "ann@a.example", f"84.{number}.0.1", 1)
    asked = attempt("ann@a.example", THERE)
    assert asked.decision == "challenge" and asked.retry_after == 0


def test_without_the_state_store_everybody_may_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig: Rig = open_rig(tmp_path)
    gate = Gate(rig.house.config, site=SITE, state=rig.house.state, spool=rig.house.spool)

    def lost(*_: object) -> None:
        raise StateLost("gone")

    monkeypatch.setattr(rig.house.state, "test", lost)
    monkeypatch.setattr(rig.house.state, "hit", lost)
    login = gate.login(visitor(REMOTE_ADDR=HERE), "ann@a.example")
    login.failed()
    assert login.allowed and "lost" in login.reason
    rig.house.close()


def test_no_account_is_kept_in_clear(tmp_path: Path) -> None:
    rig = open_rig(tmp_path)
    gate = Gate(rig.house.config, site=SITE, state=rig.house.state, spool=rig.house.spool)
    gate.login(visitor(REMOTE_ADDR=HERE), "ann@a.example").failed()
    rig.house.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert kept and b"ann@a" not in kept
