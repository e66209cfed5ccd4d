"""What is refused or asked about anyway uses up nothing of people's limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from doors import Door, Opened
from stories import DRIVEN, open_rig


def test_what_another_layer_refuses_is_not_counted(door: Opened) -> None:
    site = door(address="1/hour")
    for _ in range(3):
        assert site.signup(token=site.rig.token(DRIVEN)).ghosted
    assert site.signup().allowed and not site.signup().allowed


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
