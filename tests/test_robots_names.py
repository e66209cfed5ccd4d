"""Robots are known by forward-confirmed names, in a real DNS of our own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from dns.resolver import Resolver

from agents import NOWHERE, YANDEX
from hushgate.robots import Lookout
from hushgate.robots.names import WAITING_MAX, Names
from hushgate.visit import Robot
from name_servers import NameServer, zone_of
from servers import free_port


class Dns(NamedTuple):
    records: dict[tuple[str, str], str]
    server: NameServer
    names: Names


@pytest.fixture
def dns() -> Iterator[Dns]:
    """A real server on a free port: 77.88.5.1 is Yandex's, 77.88.5.2 only says so, 77.88.5.3 has somebody else's name."""
    soa = "ns.yandex.ru. root.yandex.ru. 1 2 3 4 5"
    records = {
        ("yandex.ru", "SOA"): soa,
        ("yandex.net", "SOA"): soa,
        ("1.5.88.77.in-addr.arpa", "PTR"): "spider-1.yandex.ru.",
        ("spider-1.yandex.ru", "A"): "77.88.5.1",
        ("2.5.88.77.in-addr.arpa", "PTR"): "spider-1.yandex.ru.",
        ("3.5.88.77.in-addr.arpa", "PTR"): "spider.notyandex.ru.",
        ("spider.notyandex.ru", "A"): "77.88.5.3",
    }
    server, resolver = NameServer(zone_of(records)), Resolver(configure=False)
    host, _, port = server.address.partition(":")
    resolver.nameservers, resolver.port = [host], int(port)
    names = Names(resolver)
    yield Dns(records, server, names)
    names.close()
    server.close()


def settled(lookout: Lookout, ip: str) -> Robot:
    """What is known of a visit that calls itself YandexBot, once DNS was asked."""
    for _ in range(100):
        robot = lookout.recognise(ip, {"user-agent": YANDEX})
        assert robot is not None
        if "still being looked up" not in robot.by:
            return robot
        time.sleep(0.05)
    raise AssertionError("the name was never looked up")


def test_the_first_visit_waits_for_no_dns_and_the_next_knows(dns: Dns) -> None:
    lookout = Lookout(NOWHERE, dns.names)
    first = lookout.recognise("77.88.5.1", {"user-agent": YANDEX})
    assert first and first.verified is None and "still being looked up" in first.by
    assert settled(lookout, "77.88.5.1") == Robot(
        "YandexBot", "Yandex", verified=True, by="by its address's name, spider-1.yandex.ru"
    )
    asked = len(dns.server.asked)
    settled(lookout, "77.88.5.1")
    assert len(dns.server.asked) == asked, "what is known is not asked again"


@pytest.mark.parametrize("ip", ["77.88.5.2", "77.88.5.3", "77.88.5.4"])
def test_a_name_that_does_not_lead_back_is_no_proof(dns: Dns, ip: str) -> None:
    robot = settled(Lookout(NOWHERE, dns.names), ip)
    assert robot.verified is False
    assert "no name in yandex.ru or yandex.net" in robot.by


def test_a_dns_that_denies_everything_convicts_nobody(dns: Dns) -> None:
    dns.records.clear()
    robot = settled(Lookout(NOWHERE, dns.names), "77.88.5.1")
    assert robot.verified is None
    assert "does not know the robot's own domain" in robot.by


def test_a_dns_that_is_not_there_convicts_nobody() -> None:
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], free_port()
    answer = Names(resolver).look_up("77.88.5.1", ("yandex.ru",))
    assert answer.name is None and "DNS did not answer" in answer.why


def test_claims_from_everywhere_fill_no_memory(dns: Dns, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr(dns.names, "look_up", lambda *_: held.wait(10))
    for number in range(WAITING_MAX + 50):
        assert dns.names.known(f"10.0.{number // 256}.{number % 256}", ("yandex.ru",)) is None
    assert len(dns.names._waiting) == WAITING_MAX
    dns.names.close()
    held.set()
