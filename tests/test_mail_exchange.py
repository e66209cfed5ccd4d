"""MX look-ups, against a real DNS server on this machine: what is concluded, what never is, and what a request waits."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hushgate.signup.mail import exchange
from hushgate.signup.mail.exchange import Exchange, Exchanges
from name_servers import MAIL_HOSTS, Answer, NameServer, honest

Started = Callable[[Answer], tuple[NameServer, Exchanges]]


@pytest.fixture
def start() -> Iterator[Started]:
    opened: list[Any] = []

    def begin(answer: Answer) -> tuple[NameServer, Exchanges]:
        resolver = NameServer(answer)
        exchanges = Exchanges([resolver.address])
        opened.extend((exchanges, resolver))
        return resolver, exchanges

    yield begin
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("firm.example.com", Exchange(True, host="mx.firm.example.com")),
        ("old.example.com", Exchange(True, host="old.example.com")),
        ("null.example.com", Exchange(False, "its null MX says so")),
        ("bare.example.com", Exchange(False, "it has neither MX nor address")),
        ("gmial.com", Exchange(False, "there is no such domain")),
    ],
)
def test_a_domain_is_looked_up_as_mail_servers_do(start: Started, domain: str, found: Exchange) -> None:
    assert start(honest)[1].look(domain, 10) == found


def test_an_answer_is_kept(start: Started) -> None:
    resolver, exchanges = start(honest)
    assert [exchanges.look("firm.example.com", 10).delivers for _ in range(5)] == [True] * 5
    assert resolver.asked.count(("firm.example.com", "MX")) == 1


def test_a_resolver_that_denies_everything_is_not_believed(start: Started) -> None:
    _, exchanges = start(lambda *_: None)
    assert exchanges.look("gmail.com", 10) == Exchange(None, "the resolver denies domains that take mail for certain")


def test_a_resolver_that_knows_everything_is_not_believed(start: Started) -> None:
    _, exchanges = start(
        lambda name, kind: {"A": "192.0.2.9"}.get(kind, "") if name != "gmail.com" else honest(name, kind)
    )
    assert exchanges.look("null.example.com", 10).delivers
    _, wild = start(lambda name, kind: MAIL_HOSTS.get((name, kind), "10 mx.example.net." if kind == "MX" else ""))
    assert wild.look("null.example.com", 10) == Exchange(None, "the resolver knows domains that do not exist")


def test_a_request_waits_no_longer_than_it_may_and_the_next_has_the_answer(start: Started) -> None:
    resolver, exchanges = start(honest)
    resolver.delay = 0.3
    began = time.monotonic()
    assert exchanges.look("firm.example.com", 0.02) == Exchange(None, "the look-up is still under way")
    assert exchanges.look("firm.example.com", 0).delivers is None and time.monotonic() - began < 0.25
    assert exchanges.look("firm.example.com", 10).delivers


def test_a_resolver_that_is_gone_says_nothing() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    exchanges = Exchanges([address])
    exchanges_lifetime, exchange.LOOK_UP_SECONDS = exchange.LOOK_UP_SECONDS, 0.3
    try:
        found = exchanges.look("firm.example.com", 10)
        assert found.delivers is None and found.why.startswith("the look-up failed")
    finally:
        exchange.LOOK_UP_SECONDS = exchanges_lifetime
        exchanges.close()


def test_look_ups_that_pile_up_are_not_begun(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "QUEUE", 2)
    resolver, exchanges = start(honest)
    resolver.delay = 0.2
    said = [exchanges.look(f"d{number}.example.com", 0).why for number in range(4)]
    assert said == ["the look-up is still under way"] * 2 + ["too many look-ups are under way"] * 2


def test_what_is_kept_is_bounded(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "KEPT", 3)
    _, exchanges = start(honest)
    for number in range(6):
        assert exchanges.look(f"d{number}.example.com", 10).delivers is False
    assert len(exchanges._known) == 3 and exchanges._running == {}
