"""What an entry does at the gate and at its door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from doors import Door
from list_entries import block
from stories import SITE, open_rig


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Door]:
    rig = open_rig(tmp_path, limits={"address": "off", "device": "off"})
    yield Door(rig)
    rig.house.close()


def test_a_blocked_domain_of_another_script_is_itself_and_nobody_elses(site: Door) -> None:
    block(site, "straße.de")
    for email, allowed in (("straße.de", False), ("xn--strae-oqa.de", False), ("STRASSE.de", True)):
        assert site.signup(email=f"anna@{email}").allowed is allowed, email


def test_a_blocked_address_is_refused_everywhere_before_anything_else(site: Door) -> None:
    rig, peer = site.rig, {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    before, token = rig.open(), rig.token()
    entry = block(site, "203.0.113.0/24")
    admission = site.signup(token=token)
    assert (admission.decision, admission.id, admission.conversion) == ("deny", None, "suppress")
    assert admission.log["code"] == "blocked-address" and entry.id in admission.reason
    refused = [
        rig.post("/v1/session", {"sitekey": SITE}, **peer),
        rig.post("/v1/verdict", rig.seal(before, rig.payload({})), **peer),
    ]
    for response in refused:
        assert (response.status_code, response.get_json()["error"]["code"]) == (429, "too-many-requests")
        assert "block" not in response.text and "spam" not in response.text
    assert rig.visit().status_code == 200, "others are not refused"
    assert site.signup("198.51.100.1", token=token).allowed, "the token was not touched"


def test_blocks_that_are_not_hard_act_at_the_door_alone(site: Door) -> None:
    block(site, "203.0.113.7", decision="challenge")
    block(site, "mail.example", decision="ghost")
    block(site, "agent:*Bad/*")
    peer = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    assert site.rig.post("/v1/session", {"sitekey": SITE}, **peer).status_code == 200
    assert site.signup().decision == "challenge"
    assert site.signup("198.51.100.1", email="x@sub.mail.example").ghosted
    assert site.gate.admit(_request("Bad/1"), token="", action="signup").decision == "deny"


def _request(agent: str) -> Any:
    return SimpleNamespace(environ={"HTTP_USER_AGENT": agent, "REMOTE_ADDR": "198.51.100.1"})


def test_an_allowed_address_gets_in_whatever_else_is_said(site: Door) -> None:
    block(site, "203.0.113.0/24")
    block(site, "203.0.113.7", list="allow")
    driven = site.gate.admit(_agent("curl/8", "203.0.113.7"), token="", action="signup")
    assert driven.allowed and driven.conversion == "suppress" and driven.verdict == "bot"
    assert "beats the blocklist" in driven.reason
    assert site.gate.admit(_agent("curl/8", "203.0.113.8"), token="", action="signup").decision == "deny"


def _agent(agent: str, ip: str) -> Any:
    request = _request(agent)
    request.environ["REMOTE_ADDR"] = ip
    return request


def test_an_allowed_mail_domain_lifts_no_verdict(site: Door) -> None:
    block(site, "mail.example", list="allow")
    assert site.gate.admit(_request("curl/8"), token="", action="signup", email="a@mail.example").ghosted
    assert site.signup(email="a@mail.example").allowed


def test_where_the_site_observes_nobody_is_refused(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, mode="observe")
    site = Door(rig)
    block(site, "203.0.113.7")
    peer = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    assert rig.post("/v1/session", {"sitekey": SITE}, **peer).status_code == 200
    admission = site.signup()
    assert (admission.decision, admission.would) == ("allow", "deny")
    rig.house.close()


def test_entries_in_the_settings_count_at_their_site(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, lists={"block": ["203.0.113.0/24", "agent:Bad/*"], "allow": ["203.0.113.9"]})
    site = Door(rig)
    assert [site.signup(f"203.0.113.{n}").decision for n in (8, 9)] == ["deny", "allow"]
    assert "in the settings" in site.signup("203.0.113.8").reason
    rig.house.close()
