"""Limits at the door: whom they stop, whom they tell, and what they know of a visitor."""

from __future__ import annotations

import multiprocessing
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from doors import Door, Opened
from gates import remote
from gates import visitor as visitor_from
from hushgate.errors import StateLost
from hushgate.signup.names import domain_of, visitor
from servers import Cluster
from stories import DRIVEN, HEADERS, SITE, Rig, open_rig


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


def test_many_at_once_are_counted_exactly(door: Opened) -> None:
    site = door(address="7/hour", provider="9/hour", network="60/hour")
    tokens = [site.rig.token() for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda token: site.signup(email="a@b.example", token=token).decision, tokens))
    assert said.count("allow") == 7 and said.count("throttle") == 17


def test_an_office_is_not_limited_as_one_visitor(door: Opened) -> None:
    site = door(address="1/hour", exempt=["203.0.113.0/24"])
    assert all(site.signup().allowed for _ in range(3))
    assert [site.signup("198.51.100.1").allowed for _ in range(2)] == [True, False]


def test_the_proxy_that_nobody_named_is_not_one_visitor(door: Opened, caplog: pytest.LogCaptureFixture) -> None:
    site = door(address="1/hour")
    for _ in range(3):
        assert site.signup("10.0.0.5", x_forwarded_for="203.0.113.7").allowed
    (line,) = [record.message for record in caplog.records if "trusted_proxies" in record.message]
    assert f"the site {SITE}" in line and "they come from 10.0.0.5" in line and "environment of this process" in line
    assert [site.signup("10.0.0.6").allowed for _ in range(2)] == [True, False]
    assert [site.signup("203.0.113.1", x_forwarded_for="1.2.3.4").allowed for _ in range(2)] == [True, False]


def test_the_proxy_of_a_backend_elsewhere_is_to_be_named_there(door: Opened, caplog: pytest.LogCaptureFixture) -> None:
    rig = door(address="1/hour").rig
    behind = visitor_from(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.7")
    with remote(rig) as gate:
        assert all(gate.admit(behind, token=rig.token(), action="signup").allowed for _ in range(2))
    (line,) = [record.message for record in caplog.records if record.name == "hushgate.signup.plan"]
    assert f"the site {SITE}" in line and "127.0.0.1" in line
    assert "HUSHGATE_TRUSTED_PROXIES in the environment of the backend that asked" in line


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


def test_counters_tell_nothing_of_a_visitor(door: Opened) -> None:
    site = door()
    site.signup("203.0.113.7", "ann@private.example")
    state: Any = site.gate.house.state
    keys = " ".join(map(str, state.file.run(lambda held: list(held.cursor()))))
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
