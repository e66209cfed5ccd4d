"""The address's reputation, against a local server that speaks AbuseIPDB's API v2. It is a fake: the service cannot be had here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from hushgate.admission import admit
from hushgate.caller import read_caller
from hushgate.house import House
from hushgate.signup.reputation import Book, Reputation, subject
from stories import HEADERS, SIGNALS, SITE, Rig, open_rig
from upstreams import Service, service

BAD, GOOD = "84.128.0.1", "84.128.0.2"
KEY = "not-a-real-key"


@pytest.fixture
def abuse() -> Iterator[Service]:
    with service() as told:
        told.scores = {BAD: 100, "2003:e2::": 90}
        yield told


def rig_at(folder: Path, url: str, **gate: Any) -> Rig:
    """A gate that asks there, and believes what the tests say of the address."""
    told = {"reputation_url": f"{url}/api/v2/check", "trusted_proxies": "127.0.0.1", **gate}
    return open_rig(folder, gate=told, environ={"HUSHGATE_REPUTATION_KEY": KEY})


@pytest.fixture
def rig(tmp_path: Path, abuse: Service) -> Iterator[Rig]:
    opened = rig_at(tmp_path, abuse.url)
    yield opened
    opened.house.close()


def soon(what: Callable[[], Any], seconds: float = 5) -> Any:
    """What it gives as soon as it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := what():
            return value
        time.sleep(0.01)
    raise AssertionError("nothing came of it")


def asked(reputation: Reputation, ip: str) -> Future[int]:
    """The question about an address that nothing is known of yet."""
    future = reputation.warm(ip)
    assert future is not None
    return future


def codes(house: House, ip: str, token: str = "") -> set[str]:
    """What the door's layers say of a signup from there."""
    caller = read_caller({"REMOTE_ADDR": ip, "HTTP_USER_AGENT": HEADERS["user-agent"]}, ())
    admission = admit(house, house.site(SITE), caller, token=token, action="signup", hostname=None)
    return {word.code for word in admission.reasons} | {skip.why for skip in admission.skipped}


def test_the_session_asks_and_the_signup_finds_the_answer(rig: Rig, abuse: Service) -> None:
    rig.post("/v1/session", {"sitekey": SITE}, {**HEADERS, "x-forwarded-for": BAD})
    book = rig.house.room(Reputation)
    assert soon(lambda: book.find(BAD) if abuse.asked else None) == 100
    assert "reported" in codes(rig.house, BAD)
    ((path, headers),) = abuse.asked
    assert path == f"/api/v2/check?ipAddress={BAD}&maxAgeInDays=90" and headers["Key"] == KEY


def test_nobody_waits_for_it_and_unknown_is_not_clean(rig: Rig, abuse: Service) -> None:
    abuse.hold.clear()
    assert "the address's reputation is not known yet" in codes(rig.house, BAD)
    abuse.hold.set()
    soon(lambda: "reported" in codes(rig.house, BAD))


def test_a_good_name_and_a_trusted_address_say_nothing(rig: Rig, abuse: Service) -> None:
    abuse.trusted = {BAD}
    reputation = rig.house.room(Reputation)
    assert [asked(reputation, ip).result(5) for ip in (BAD, GOOD)] == [0, 0]
    for ip in (BAD, GOOD):
        assert codes(rig.house, ip).isdisjoint({"reported", "the address's reputation is not known yet"})


def test_a_person_at_a_bad_address_is_a_person(rig: Rig, abuse: Service) -> None:
    asked(rig.house.room(Reputation), BAD).result(5)
    assert "reported" not in codes(rig.house, BAD, rig.token(SIGNALS))


def test_an_answer_is_asked_for_once_and_outlives_the_process(tmp_path: Path, abuse: Service) -> None:
    first = rig_at(tmp_path, abuse.url)
    assert asked(first.house.room(Reputation), BAD).result(5) == 100
    first.house.close()
    second = rig_at(tmp_path, abuse.url)
    assert second.house.room(Reputation).warm(BAD) is None
    assert second.house.room(Reputation).find(BAD) == 100
    second.house.close()
    assert len(abuse.asked) == 1


def test_answers_are_forgotten_after_fourteen_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(tmp_path / "book.sqlite")
    book.keep(BAD, 100)
    assert book.find(BAD) == 100
    later = time.time() + 14 * 86400 + 1
    monkeypatch.setattr("hushgate.signup.reputation.time.time", lambda: later)
    assert book.find(BAD) is None
    book.close()


def test_a_day_has_its_budget(tmp_path: Path, abuse: Service) -> None:
    rig = rig_at(tmp_path, abuse.url, reputation_budget=1)
    reputation = rig.house.room(Reputation)
    asked(reputation, BAD).result(5)
    assert "budget" in str(asked(reputation, GOOD).exception(5))
    assert len(abuse.asked) == 1
    rig.house.close()


def test_a_service_that_is_asked_too_much_is_left_alone(rig: Rig, abuse: Service) -> None:
    abuse.status, abuse.headers = 429, {"Retry-After": "600"}
    reputation = rig.house.room(Reputation)
    assert "429" in str(asked(reputation, BAD).exception(5))
    assert "rest" in str(asked(reputation, GOOD).exception(5)) and len(abuse.asked) == 1


@pytest.mark.parametrize(
    "rubbish", [b"", b"[]", b'{"data": 1}', b'{"data": {"abuseConfidenceScore": "many"}}', b"\xff" * 9]
)
def test_rubbish_is_no_answer(rig: Rig, abuse: Service, rubbish: bytes) -> None:
    abuse.rubbish = rubbish or b" "
    error = asked(rig.house.room(Reputation), BAD).exception(5)
    assert "cannot be read" in str(error) and KEY not in str(error)
    assert "reported" not in codes(rig.house, BAD)


@pytest.mark.parametrize(
    ("ip", "about"),
    [
        (BAD, BAD),
        ("2003:e2:0:0:1:2:3:4", "2003:e2::"),
        ("10.0.0.1", None),
        ("127.0.0.1", None),
        ("fe80::1", None),
        ("", None),
        ("'; DROP TABLE score; --", None),
    ],
)
def test_only_public_addresses_are_asked_about(ip: str, about: str | None) -> None:
    assert subject(ip) == about


def test_it_is_off_without_a_key(tmp_path: Path, abuse: Service) -> None:
    rig = open_rig(tmp_path, gate={"reputation_url": abuse.url})
    assert rig.house.room(Reputation).warm(BAD) is None
    assert "the address's reputation is not known yet" not in codes(rig.house, BAD)
    assert not abuse.asked and not (tmp_path / "reputation.sqlite").exists()
    rig.house.close()
