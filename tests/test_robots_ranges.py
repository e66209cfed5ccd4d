"""Robots are known by the ranges that their operators publish, and people are taken for none."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from agents import GOOGLEBOT, GPTBOT, NOWHERE, YANDEX
from hushgate.data import read_list
from hushgate.robots import Lookout
from hushgate.robots.networks import Networks
from hushgate.robots.register import Register, profiles, read_networks, shipped_networks
from hushgate.robots.update import sources
from hushgate.visit import Robot
from stories import CHROME


def packed(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("10.0.0.0", "9.255.255.255"),
        ("10.0.1.255", "10.0.2.0"),
        ("10.1.0.7", "10.1.0.8"),
        ("2001:db8::1", "2001:db9::"),
    ],
)
def test_an_address_is_in_its_networks_to_the_last_bit(inside: str, outside: str) -> None:
    networks = Networks(["10.0.1.0/24", "10.0.0.0/24", "10.1.0.0/29", "10.1.0.4/30", "2001:db8::/32"])
    assert packed(inside) in networks
    assert packed(outside) not in networks


def test_networks_up_to_the_end_of_the_addresses() -> None:
    networks = Networks(["255.255.255.0/24", "0.0.0.0/32"])
    assert packed("255.255.255.255") in networks and packed("0.0.0.0") in networks
    assert packed("0.0.0.1") not in networks and packed("::1") not in networks


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"'10\.0\.0\.1/24' is no network"):
        Networks(["10.0.0.1/24"])


def test_the_shipped_lists_fit_together() -> None:
    named = {name for profile in profiles() for name in profile.lists}
    assert named == set(shipped_networks())
    assert set(sources()) <= named
    assert all(profile.lists or profile.domains for profile in profiles())
    assert not any(packed("127.0.0.1") in networks for networks in shipped_networks().values())


def test_a_crawler_from_its_published_range_is_named() -> None:
    first = next(line.split(" ")[1] for line in read_list("robot_ranges.txt") if line.startswith("google-googlebot "))
    address = str(ipaddress.ip_network(first).network_address)
    robot = Lookout(NOWHERE).recognise(address, {"user-agent": GOOGLEBOT})
    assert robot == Robot("Googlebot", "Google", verified=True, by="by its published range")
    mapped = Lookout(NOWHERE).recognise(f"::ffff:{address}", {"user-agent": GOOGLEBOT})
    assert mapped == robot


def test_a_borrowed_name_is_found_out_only_where_it_can_be() -> None:
    lookout = Lookout(NOWHERE)
    gptbot = lookout.recognise("84.128.0.1", {"user-agent": GPTBOT})
    yandex = lookout.recognise("84.128.0.1", {"user-agent": YANDEX})
    assert gptbot and gptbot.verified is False and "OpenAI" in gptbot.by
    assert yandex and yandex.verified is None and "not looked up" in yandex.by
    unread = lookout.recognise("", {"user-agent": GPTBOT})
    assert unread and unread.verified is None


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 Ddg/17.4",
        "Mozilla/5.0 (X11; U; Linux x86_64; en-US) AppleWebKit/534.26+ (KHTML, like Gecko) Ubuntu/11.04 Epiphany/2.30.6",
        "",
        "x" * 9000 + " Googlebot/2.1",
    ],
)
def test_people_name_no_robot(agent: str) -> None:
    assert Lookout(NOWHERE).recognise("84.128.0.1", {"user-agent": agent}) is None


def test_the_longest_name_is_meant() -> None:
    claimed = Register({}).claimed("Googlebot-Image/1.0")
    assert claimed and claimed.name == "Googlebot-Image"


def test_an_operator_adds_lists_and_robots(tmp_path: Path) -> None:
    ranges = tmp_path / "ranges"
    ranges.mkdir()
    (ranges / "UptimeRobot.txt").write_text("# our monitor\n192.0.2.0/25  # Frankfurt\n\n2001:db8::/64\n")
    (ranges / "openai-gptbot.json").write_text('{"creationTime": "x", "prefixes": [{"ipv4Prefix": "198.51.100.0/24"}]}')
    (ranges / "PerplexityBot.txt").write_text("203.0.113.9/32\n")
    lookout = Lookout(tmp_path)
    monitor = lookout.recognise("192.0.2.9", {"user-agent": "Mozilla/5.0+(compatible; UptimeRobot/2.0)"})
    assert monitor and monitor.verified and monitor.name == "UptimeRobot"
    new, old = (lookout.recognise(ip, {"user-agent": GPTBOT}) for ip in ("198.51.100.7", "132.196.86.1"))
    assert new and new.verified and old and old.verified is False, "a list by a shipped name takes its place"
    added = lookout.recognise("203.0.113.9", {"user-agent": "PerplexityBot/1.0"})
    assert added and added.verified, "a list by a robot's name adds to its own"


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [("a.txt", "10.0.0.0/33\n", "a.txt: '10.0.0.0/33'"), ("b.json", "{}", "b.json: "), ("c.json", "[", "c.json: ")],
)
def test_a_list_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str, what: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=what):
        read_networks(tmp_path / name)
