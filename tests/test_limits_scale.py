"""Limits on what many share, a device, a provider, a network, scale with what the site usually has."""

from __future__ import annotations

import pytest

from doors import Opened
from hushgate.geo import Atlas
from hushgate.signup.names import provider_of
from hushgate.signup.usual import ASSUMED, ASSUMED_BY, FACTOR, SMALL, WEEK, Usual
from hushgate.state import Limit, Quota
from hushgate.visit import Network
from stores import take
from stories import SIGNALS, SITE, Rig, person


def test_ten_of_a_small_provider_and_no_end_of_a_great_one(door: Opened) -> None:
    site = door(provider="10/10 minutes")
    small = [site.signup(f"203.0.113.{n}", f"u{n}@mail.example").allowed for n in range(12)]
    assert small == [True] * 10 + [False] * 2
    # a newsletter goes out: eight of ten that come are Gmail's
    great = []
    for n in range(60):
        address = f"u{n}@gmail.com" if n % 10 < 8 else f"u{n}@own-{n}.example"
        great.append(site.signup(f"198.51.100.{n}", address).allowed)
    assert all(great)


def test_a_launch_that_nobody_but_gmail_users_heard_of_locks_nobody_out(door: Opened) -> None:
    site = door(provider="10/10 minutes", domain="30/hour", network="60/hour", device="30/hour")
    assert all(site.signup(f"203.0.113.{n}", f"u{n}@gmail.com").allowed for n in range(80))


def test_a_wave_at_a_great_provider_is_stopped_once_the_site_is_known(door: Opened) -> None:
    site = door(provider="10/10 minutes")
    state, shard = site.gate.house.state, f"door:{SITE}"
    hashed = site.gate.house.sessions.hash("google", site.gate.house.ring.newest.id)
    every, google = Quota("@|signup:all", 2**52, WEEK), Quota(f"signup:provider:{hashed}", 2**52, WEEK)
    for n in range(3000):  # a third of a week's signups were Gmail's
        take(state, shard, [every] if n % 3 else [every, google])
    said = [site.signup(f"203.0.113.{n}", f"u{n}@googlemail.com").allowed for n in range(40)]
    assert said == [True] * 16 + [False] * 24


def test_what_a_site_usually_has_is_learned() -> None:
    usual, limit = Usual(), Limit("k", 10, 600)
    small, great = usual.scale(limit, "provider", "", "all"), usual.scale(limit, "provider", "google", "all")
    assert small.amount == 10 and small.times < 0.1
    assert great.amount == 10 * ASSUMED["google"] / SMALL and great.times == pytest.approx(4 * FACTOR)
    assert not usual.seen("k")
    usual.learn({"k": 5040}, 10080)
    assert usual.seen("k")
    learned = usual.scale(limit, "provider", "", "all")
    assert learned.amount == FACTOR * 5040 * 600 / WEEK and learned.times == pytest.approx(FACTOR, rel=0.02)
    usual.learn({"all": 100_000}, 100_000)
    device = usual.scale(Limit("d", 30, 3600), "device", "", "all")
    assert device.amount == pytest.approx(FACTOR * ASSUMED_BY["device"] * 100_000 / 168, rel=0.01)


def test_a_device_that_comes_again_and_again_is_slowed(door: Opened) -> None:
    site = door(device="2/hour")
    most = int(2 * ASSUMED_BY["device"] / SMALL)
    assert [site.signup(f"203.0.113.{n}").allowed for n in range(most + 2)] == [True] * most + [False] * 2
    other = {**SIGNALS, "timezone": "Europe/Paris"}
    assert site.signup(token=site.rig.token(other)).log["code"] != "over-device"
    window = {**SIGNALS, "screen": {**SIGNALS["screen"], "inner_width": 777, "outer_width": 779}}
    assert site.signup(token=site.rig.token(window)).log["code"] == "over-device"


def test_the_story_of_a_device_is_of_one_site_and_one_day(rig: Rig) -> None:
    read = rig.house.tokens.read
    device = read(rig.token()).device
    assert len(device) == 12 and read(rig.token()).device == device
    assert read(rig.token(site="test-human")).device != device
    assert read(rig.token({})).device == ""
    assert device not in str(person())


def test_networks_and_the_site_have_limits_too(door: Opened) -> None:
    class Somewhere(Atlas):
        def look_up(self, ip: str) -> Network:
            return Network("DE", 64500 if ip.startswith("203") else 64501, "Example", "access")

    site = door({"atlas": Somewhere()}, network="1/hour", site="15/hour")
    # a quarter of a site's signups may be one network's; that shrinks to 1 as the site becomes known
    assert [site.signup(f"203.0.113.{n}").allowed for n in range(12)] == [True] * 10 + [False] * 2
    assert site.signup("203.0.113.99").log["code"] == "over-network"
    assert [site.signup(f"198.51.100.{n}").log["code"] for n in range(6)] == ["human"] * 5 + ["over-site"]


def test_a_provider_is_known_by_name_or_by_the_host_that_takes_its_mail() -> None:
    assert provider_of("googlemail.com", "") == provider_of("gmail.com", "x.google.com") == "google"
    assert provider_of("fresh-1.example", "mx1.catch-all.example") == provider_of(
        "fresh-2.example", "mx2.catch-all.example"
    )
    assert provider_of("mail.example", "") == "mail.example"
