"""Limits at the door: whom they stop, whom they tell, what they scale with, and what they never count."""

from __future__ import annotations

import multiprocessing
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hushgate import Admission, Gate
from hushgate.errors import StateLost
from hushgate.geo import Atlas
from hushgate.signup.limits import domain_of, provider_of, visitor
from hushgate.signup.usual import ASSUMED, ASSUMED_BY, FACTOR, SMALL, WEEK, Usual
from hushgate.state import Quota
from hushgate.visit import Network
from servers import Cluster
from stores import take
from stories import HEADERS, SIGNALS, SITE, Rig, open_rig, person
from test_tokens import gate_of

DRIVEN = {**SIGNALS, "webdriver": True}


class Door:
    """A gate, and signups at it."""

    def __init__(self, rig: Rig, **parts: Any) -> None:
        self.rig = rig
        self.gate: Gate = gate_of(rig)
        for name, part in parts.items():
            object.__setattr__(self.gate.house, name, part)

    def signup(
        self, ip: str = "203.0.113.7", email: str | None = None, token: str | None = None, **headers: str
    ) -> Admission:
        token = self.rig.token() if token is None else token
        environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": ip}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return self.gate.admit(SimpleNamespace(environ=environ), token=token, action="signup", email=email)


Opened = Callable[..., Door]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Opened]:
    rigs: list[Rig] = []

    def opened(parts: dict[str, Any] | None = None, **limits: Any) -> Door:
        off = dict.fromkeys(("address", "session", "device", "provider", "domain", "network", "site"), "off")
        rigs.append(
            open_rig(tmp_path / str(len(rigs)), limits={**off, **limits} if limits else {}, layers={"mail": "off"})
        )
        return Door(rigs[-1], **(parts or {}))

    yield opened
    for rig in rigs:
        rig.house.close()


def test_the_sixth_signup_of_an_address_within_an_hour_is_told_to_wait(door: Opened) -> None:
    site = door()
    assert all(site.signup().allowed for _ in range(5))
    sixth = site.signup()
    assert (sixth.decision, sixth.verdict, sixth.conversion) == ("throttle", "human", "suppress")
    assert 0 < sixth.retry_after <= 7200 and "more than 5 in an hour from this address" in sixth.reason
    assert [word.code for word in sixth.reasons] == ["human", "over-address"]
    assert site.signup("203.0.113.8").allowed


def test_ipv6_is_counted_by_prefix(door: Opened) -> None:
    site = door(address="1/hour")
    assert site.signup("2001:db8:1:2::1").allowed
    assert not site.signup("2001:db8:1:2:ffff::9").allowed and site.signup("2001:db8:1:3::1").allowed
    wide = door(address="1/hour", prefix6=56)
    assert wide.signup("2001:db8:1:2::1").allowed and not wide.signup("2001:db8:1:3::1").allowed
    assert visitor("::ffff:192.0.2.1", 64) == visitor("192.0.2.1", 64) == "192.0.2.1" and visitor("", 64) == ""


def test_a_form_that_is_sent_again_counts_once_but_not_for_ever(door: Opened) -> None:
    site = door(address="1/hour", session="4/hour")
    token = site.rig.token()
    assert [site.signup(token=token).decision for _ in range(5)] == ["allow"] * 4 + ["throttle"]
    assert site.signup(token=token).log["code"] == "over-session"
    assert site.signup().log["code"] == "over-address"


def test_a_bot_over_the_limit_gets_a_ghost_and_hears_nothing(door: Opened) -> None:
    site = door(address="0/hour")
    driven = site.signup(token=site.rig.token(DRIVEN))
    assert (driven.decision, driven.verdict, driven.retry_after) == ("ghost", "bot", 0)
    assert driven.reasons[-1].decision == "ghost"


def test_what_another_layer_refuses_is_not_counted(door: Opened) -> None:
    site = door(address="1/hour")
    for _ in range(3):
        assert site.signup(token=site.rig.token(DRIVEN)).ghosted
    assert site.signup().allowed and not site.signup().allowed


def test_many_at_once_are_counted_exactly(door: Opened) -> None:
    site = door(address="7/hour", provider="9/hour", network="60/hour")
    tokens = [site.rig.token() for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda token: site.signup(email="a@b.example", token=token).decision, tokens))
    assert said.count("allow") == 7 and said.count("throttle") == 17


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
    every, google = Quota("signup:all:", 2**52, WEEK), Quota(f"signup:provider:{hashed}", 2**52, WEEK)
    for n in range(3000):  # a third of a week's signups were Gmail's
        take(state, shard, [every] if n % 3 else [every, google])
    said = [site.signup(f"203.0.113.{n}", f"u{n}@googlemail.com").allowed for n in range(40)]
    assert said == [True] * 16 + [False] * 24


def test_what_a_site_usually_has_is_learned() -> None:
    usual, quota = Usual(), Quota("k", 10, 600)
    small, great = usual.scale(quota, "provider", "", "all"), usual.scale(quota, "provider", "google", "all")
    assert small.amount == 10 and small.times < 0.1
    assert great.amount == 10 * ASSUMED["google"] / SMALL and great.times == pytest.approx(4 * FACTOR)
    assert not usual.fresh("k")
    usual.learn("k", 5040, 10080)
    assert usual.fresh("k")
    learned = usual.scale(quota, "provider", "", "all")
    assert learned.amount == FACTOR * 5040 * 600 / WEEK and learned.times == pytest.approx(FACTOR, rel=0.02)
    usual.learn("all", 100_000, 100_000)
    device = usual.scale(Quota("d", 30, 3600), "device", "", "all")
    assert device.amount == pytest.approx(FACTOR * ASSUMED_BY["device"] * 100_000 / 168, rel=0.01)


def test_a_device_that_comes_again_and_again_is_slowed(door: Opened) -> None:
    site = door(device="2/hour")
    most = int(2 * ASSUMED_BY["device"] / SMALL)
    assert [site.signup(f"203.0.113.{n}").allowed for n in range(most + 2)] == [True] * most + [False] * 2
    other = {**SIGNALS, "timezone": "Europe/Paris"}
    assert site.signup(token=site.rig.token(other)).log["code"] != "over-device"
    window = {**SIGNALS, "screen": {**SIGNALS["screen"], "inner_width": 777, "outer_width": 779}}
    assert site.signup(token=site.rig.token(window)).log["code"] == "over-device"


def test_the_story_of_a_device_is_of_one_site_and_one_day(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    read = rig.house.tokens.read
    device = read(rig.token()).device
    assert len(device) == 12 and read(rig.token()).device == device
    assert read(rig.token(site="test-human")).device != device
    assert read(rig.token({})).device == ""
    assert device not in str(person())


def test_what_is_challenged_counts_against_its_own_limits_only(door: Opened) -> None:
    site = door(provider="1/hour", domain="1/hour", site="1/hour", address="3/hour")
    said = [site.signup(email="a@small.example", token="") for _ in range(4)]
    assert [admission.decision for admission in said] == ["challenge"] * 3 + ["throttle"]
    assert site.signup("203.0.113.9", email="b@small.example").allowed
    assert not site.signup("203.0.113.8", email="c@small.example").allowed


@pytest.mark.parametrize("policy", ["allow", "challenge"])
def test_forms_posted_without_a_browser_use_up_nothing_of_peoples(tmp_path: Path, policy: str) -> None:
    limits = {"address": "3/hour", "provider": "2/hour", "domain": "2/hour", "network": "2/hour", "site": "2/hour"}
    rig = open_rig(tmp_path, limits=limits, layers={"mail": "off"}, policy={"missing": policy, "forged": policy})
    site = Door(rig)
    said = [site.signup(email=f"{n}@small.example", token=("", "x")[n % 2]).decision for n in range(8)]
    assert said == ([policy] * 2 + ["throttle"] * 6 if policy == "allow" else [policy] * 3 + ["throttle"] * 5)
    people = [site.signup(email=f"{n}@small.example") for n in range(3)]
    assert [one.decision for one in people] == ["allow", "allow", "throttle"]
    rig.house.close()


def test_driven_browsers_that_a_site_lets_in_use_up_nothing_of_peoples(tmp_path: Path) -> None:
    layers = {"mail": "off", "verdict": "observe"}
    rig = open_rig(tmp_path, limits={"address": "off", "provider": "2/hour"}, layers=layers)
    site = Door(rig)
    said = [site.signup(email="a@small.example", token=rig.token(DRIVEN)).decision for _ in range(4)]
    assert said == ["allow"] * 2 + ["ghost"] * 2
    assert [site.signup(email="a@small.example").decision for _ in range(3)] == ["allow", "allow", "throttle"]
    rig.house.close()


def test_what_the_mail_layer_refuses_or_asks_about_is_given_back(tmp_path: Path) -> None:
    limits = {"address": "4/hour", "provider": "1/hour", "domain": "off", "network": "off", "device": "off"}
    mail = {"disposable": 100}
    rig = open_rig(tmp_path, limits=limits, mail=mail)
    site = Door(rig)
    token = rig.token()
    assert all(site.signup(email="a@mailinator.com", token=token).ghosted for _ in range(9)), "nothing is counted"
    assert [site.signup(email="x1y2z3ab@small.example").decision for _ in range(3)] == ["challenge"] * 3
    assert site.signup(email="ann@small.example", token=token).allowed, "a challenge used up nothing that is shared"
    assert site.signup(email="ann@small.example", token=token).allowed, "and the same form counts once"
    assert site.signup(email="ben@other.example").log["code"] == "over-address"
    assert site.signup("203.0.113.9", email="ben@small.example").log["code"] == "over-provider"
    assert site.signup("203.0.113.9", email="x1y2z3ab@small.example").decision == "challenge"
    rig.house.close()


def test_an_office_is_not_limited_as_one_visitor(door: Opened) -> None:
    site = door(address="1/hour", exempt=["203.0.113.0/24"])
    assert all(site.signup().allowed for _ in range(3))
    assert [site.signup("198.51.100.1").allowed for _ in range(2)] == [True, False]


def test_networks_and_the_site_have_limits_too(door: Opened) -> None:
    class Somewhere(Atlas):
        def look_up(self, ip: str) -> Network:
            return Network("DE", 64500 if ip.startswith("203") else 64501, "Example", "access")

    site = door({"atlas": Somewhere()}, network="1/hour", site="15/hour")
    # a quarter of a site's signups may be one network's; that shrinks to 1 as the site becomes known
    assert [site.signup(f"203.0.113.{n}").allowed for n in range(12)] == [True] * 10 + [False] * 2
    assert site.signup("203.0.113.99").log["code"] == "over-network"
    assert [site.signup(f"198.51.100.{n}").log["code"] for n in range(6)] == ["human"] * 5 + ["over-site"]


def test_the_proxy_that_nobody_named_is_not_one_visitor(door: Opened, caplog: pytest.LogCaptureFixture) -> None:
    site = door(address="1/hour")
    for _ in range(3):
        assert site.signup("10.0.0.5", x_forwarded_for="203.0.113.7").allowed
    assert [record for record in caplog.records if "trusted_proxies" in record.message].__len__() == 1
    assert [site.signup("10.0.0.6").allowed for _ in range(2)] == [True, False]
    assert [site.signup("203.0.113.1", x_forwarded_for="1.2.3.4").allowed for _ in range(2)] == [True, False]


def test_other_actions_are_not_limited(door: Opened) -> None:
    site = door(address="1/hour")
    environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "203.0.113.7"}
    for _ in range(3):
        token = site.rig.token(action="login")
        assert site.gate.admit(SimpleNamespace(environ=environ), token=token, action="login").allowed


def test_where_the_site_observes_limits_say_what_they_would_do(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, mode="observe", limits={"address": "2/hour"})
    site = Door(rig)
    said = [site.signup() for _ in range(4)]
    assert all(admission.allowed and admission.conversion == "count" for admission in said)
    assert [admission.would for admission in said] == ["allow", "allow", "throttle", "throttle"]
    rig.house.close()


def test_without_the_state_store_limits_are_not_judged(door: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    site = door(address="0/hour")

    def lost(*_: Any, **__: Any) -> Any:
        raise StateLost("gone")

    monkeypatch.setattr(site.gate.house.state, "decide", lost)
    admission = site.signup()
    assert admission.allowed and ("limits", "the state store is lost") in [(s.check, s.why) for s in admission.skipped]


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@", "@", "a@b@C.Example.", "a@" + "x" * 3000, "a@bücher.example", "a@\udc80"]
)
def test_any_text_for_an_address_is_taken(door: Opened, email: str) -> None:
    assert door(provider="1/hour", domain="1/hour").signup(email=email).allowed
    assert domain_of("a@b@C.Example.") == "c.example" and domain_of("a@bücher.example") == "xn--bcher-kva.example"


def test_what_is_typed_into_a_form_fills_no_memory(rig: Rig) -> None:
    tracemalloc.start()
    try:
        for number in range(40):
            assert domain_of(f"{'x' * 100_000}{number}@mail.example") == "mail.example"
            rig.house.sessions.hash(f"{'x' * 100_000}{number}", rig.house.ring.newest.id)
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_provider_is_known_by_name_or_by_the_host_that_takes_its_mail() -> None:
    assert provider_of("googlemail.com", "") == provider_of("gmail.com", "x.google.com") == "google"
    assert provider_of("fresh-1.example", "mx1.catch-all.example") == provider_of(
        "fresh-2.example", "mx2.catch-all.example"
    )
    assert provider_of("mail.example", "") == "mail.example"


def test_counters_tell_nothing_of_a_visitor(door: Opened) -> None:
    site = door()
    site.signup("203.0.113.7", "ann@private.example")
    state: Any = site.gate.house.state
    keys = " ".join(
        row[0] for row in state._file.run(lambda handle: handle.execute("SELECT key FROM counters").fetchall())
    )
    assert "signup:provider:" in keys
    assert not any(word in keys for word in ("203.0.113", "ann", "private", "example"))


def test_a_clusters_workers_share_limits(cluster: Cluster, tmp_path: Path) -> None:
    limits = {"address": "9/hour", "provider": "10/10 minutes"}
    rig = open_rig(tmp_path, environ={"HUSHGATE_REDIS_URL": cluster.url}, limits=limits)
    context = multiprocessing.get_context("fork")
    tokens, out = [rig.token() for _ in range(24)], context.SimpleQueue()

    def work(mine: list[str]) -> None:
        site = Door(rig)
        out.put([site.signup(email="a@b.example", token=token).decision for token in mine])

    children = [context.Process(target=work, args=(tokens[n::4],)) for n in range(4)]
    for child in children:
        child.start()
    said = [decision for _ in children for decision in out.get()]
    for child in children:
        child.join(20)
    assert said.count("allow") == 9 and said.count("throttle") == 15
    rig.house.close()
