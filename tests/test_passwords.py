"""Known passwords, against a local server that speaks the range API. It is a fake: the service cannot be had here."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hushgate.signup.passwords import Known, Passwords
from upstreams import Service, service


@pytest.fixture
def pwned() -> Iterator[Service]:
    with service() as told:
        told.passwords = {"password1": 2_413_945, "пароль": 12}
        yield told


@pytest.mark.parametrize(
    ("password", "times"), [("password1", 2_413_945), ("пароль", 12), ("a long one, unseen", 0), ("", 0)]
)
def test_how_often_a_password_was_seen(pwned: Service, password: str, times: int) -> None:
    assert Passwords(f"{pwned.url}/range/", 5).times_seen(password) == Known(times)


def test_only_five_digits_of_the_hash_leave_the_machine(pwned: Service) -> None:
    Passwords(f"{pwned.url}/range", 5).times_seen("password1")
    ((path, headers),) = pwned.asked
    assert path == "/range/E38AD" and headers["Add-Padding"] == "true"


def test_padding_counts_for_nothing(pwned: Service) -> None:
    # the fake pads with the hash of one byte, 0
    assert Passwords(f"{pwned.url}/range", 5).times_seen("\0") == Known(0)


def test_a_range_is_asked_for_once(pwned: Service) -> None:
    passwords = Passwords(f"{pwned.url}/range", 5)
    assert [passwords.times_seen("password1").times for _ in range(3)] == [2_413_945] * 3
    assert len(pwned.asked) == 1


def test_nobody_waits_longer_than_the_budget_and_the_answer_is_there_next_time(pwned: Service) -> None:
    pwned.hold.clear()
    passwords = Passwords(f"{pwned.url}/range", 0.05)
    began = time.monotonic()
    late = passwords.times_seen("password1")
    assert late.times is None and "did not answer within 50 ms" in late.why and time.monotonic() - began < 5
    pwned.hold.set()
    for _ in range(100):
        if passwords.times_seen("password1").times:
            break
    assert passwords.times_seen("password1") == Known(2_413_945) and len(pwned.asked) == 1


@pytest.mark.parametrize("status", [301, 404, 429, 503])
def test_a_service_that_refuses_is_not_known_and_not_clean(pwned: Service, status: int) -> None:
    pwned.status, pwned.headers = status, {"Location": "http://127.0.0.1:9/"}
    assert Passwords(f"{pwned.url}/range", 5).times_seen("password1") == Known(None, f"the service answered {status}")


def test_a_dead_service_is_left_alone() -> None:
    with service() as told:
        url = told.url
    passwords = Passwords(f"{url}/range", 5)
    answers = [passwords.times_seen(f"word {number}").why for number in range(5)]
    assert answers[0] == "the service cannot be reached (URLError)"
    assert answers[-1] == "the service failed a moment ago, and is left alone"


def test_it_is_off_unless_asked_for() -> None:
    assert Passwords("", 5).times_seen("password1") == Known(None, "looking up passwords is off")
