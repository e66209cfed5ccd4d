"""The layer "mail" in the door: what the customer's backend hears of an address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from doors import gate_of
from hushgate import Admission, Gate
from hushgate.errors import StateLost
from hushgate.events.doors import read_doors
from hushgate.signup.mail import keep
from name_servers import NameServer, honest
from stories import DRIVEN, HEADERS, SITE, Rig, open_rig

ALONE = {"limits": "off"}


class Door:
    """The door of one site, and signups at it, each from a network of its own."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.gate: Gate = gate_of(rig)
        self.number = 0

    def signup(
        self, email: str | None, *, action: str = "signup", signals: Any = None, token: str | None = None
    ) -> Admission:
        self.number += 1
        if token is None:
            token = self.rig.token(signals, action=action) if signals else self.rig.token(action=action)
        environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": f"84.{self.number}.1.1"}
        return self.gate.admit(SimpleNamespace(environ=environ), token=token, action=action, email=email)


Opened = Callable[..., Door]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Opened]:
    rigs: list[Rig] = []

    def opened(**mail: Any) -> Door:
        rigs.append(open_rig(tmp_path / str(len(rigs)), layers=ALONE, mail=mail))
        return Door(rigs[-1])

    yield opened
    for rig in rigs:
        rig.house.close()


def test_a_person_with_throw_away_mail_is_asked_and_no_ghost(door: Opened) -> None:
    said = door().signup("ann@mailinator.com")
    assert (said.decision, said.verdict, said.log["layer"], said.log["code"]) == (
        "challenge",
        "human",
        "mail",
        "mail-disposable",
    )
    assert "mailinator.com is in the list" in said.reason and "ann" not in said.reason
    assert door(disposable="observe").signup("ann@mailinator.com").allowed
    assert door(disposable="off").signup("ann@mailinator.com").allowed


def test_a_bot_stays_a_ghost_whatever_its_address(door: Opened) -> None:
    for email in ("ann@gmail.com", "ann@mailinator.com"):
        assert door().signup(email, signals=DRIVEN).ghosted


def test_what_is_no_address_is_told_in_words_that_name_the_field(door: Opened) -> None:
    said = door().signup("ann@nowhere")
    assert said.allowed, "the site's own form knows how to tell a visitor"
    assert said.reasons[-1].code == "mail-syntax" and said.reasons[-1].reason.startswith("email: ")
    refused = door(syntax="deny").signup("ann@nowhere")
    assert (refused.decision, refused.log["code"], refused.reason) == ("deny", "mail-syntax", said.reasons[-1].reason)
    assert [word.layer for word in door(syntax="off").signup("ann@nowhere").reasons] == ["verdict"]


def test_without_an_address_nothing_is_judged_and_it_says_so(door: Opened) -> None:
    said = door().signup(None)
    assert said.allowed and ("mail", "no mail address was given") in [(skip.check, skip.why) for skip in said.skipped]


def test_who_logs_in_is_not_judged(door: Opened) -> None:
    assert door().signup("ann@mailinator.com", action="login").allowed
    assert not door(actions=["login"]).signup("ann@mailinator.com", action="login").allowed


def test_numbers_in_a_row_are_asked_from_the_third_on(door: Opened) -> None:
    site = door()
    said = [site.signup(f"x.y{number}@post-{number % 3}.example.com") for number in range(4812, 4822)]
    assert [one.decision for one in said] == ["allow"] * 2 + ["challenge"] * 8
    assert said[-1].log["code"] == "mail-sequence"


def test_a_wave_is_seen_in_what_was_tried_let_in_or_not(door: Opened) -> None:
    site = door(syntax="allow", disposable=100)
    for number in range(4812, 4816):
        assert site.signup(f"x.y{number}@mailinator.com").ghosted
    assert site.signup("z.y4816@other.example.com").decision == "challenge"


@pytest.mark.parametrize("how", ["no token", "a forged token", "a driven browser", "somebody else's token"])
def test_forms_that_are_posted_without_a_browser_make_nobody_part_of_a_wave(door: Opened, how: str) -> None:
    site = door()
    first = site.rig.token()
    site.signup("first@gmail.com", token=first)
    tokens = {"no token": "", "a forged token": "x" * 400, "somebody else's token": first}
    for number in range(60):
        local = f"mo6x{number:02}ybj{number}z" if number % 2 else f"anna{4800 + number}"
        mail = f"{local}@{('gmail.com', 'small.example.com')[number % 4 // 2]}"
        driven = {"signals": DRIVEN} if how == "a driven browser" else {"token": tokens[how]}
        assert not site.signup(mail, **driven).allowed
    for mail in ("ben@gmail.com", "clara4830@gmail.com", "emma@small.example.com"):
        said = site.signup(mail)
        assert said.allowed, said.reasons


def test_they_are_judged_by_what_others_left_behind(door: Opened) -> None:
    site = door(sequence=95)
    for number in range(4812, 4816):
        site.signup(f"x.y{number}@post.example.com")
    assert site.signup("z.y4816@other.example.com", token="").log["code"] == "mail-sequence"


def test_where_the_policy_lets_them_in_they_are_counted(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, layers=ALONE, policy={"missing": "allow"})
    site = Door(rig)
    said = [site.signup(f"x.y{number}@post.example.com", token="").decision for number in range(4812, 4816)]
    assert said == ["allow", "allow", "challenge", "challenge"]
    rig.house.close()


def test_a_domain_from_many_networks_is_asked_until_it_is_known(door: Opened) -> None:
    site = door()
    assert [site.signup(f"{name}@firm.example.com").decision for name in ("ann", "bob", "cid", "dan", "eve")] == [
        *["allow"] * 3,
        *["challenge"] * 2,
    ]
    assert all(site.signup(f"{name}@ox.ac.uk").allowed for name in ("ann", "bob", "cid", "dan", "eve"))
    assert all(site.signup(f"{name}.bell@gmail.com").allowed for name in ("ann", "bob", "cid", "dan", "eve"))


def test_a_network_of_throw_away_mail_is_asked_about_its_other_addresses_too(door: Opened) -> None:
    site = door()
    said = []
    for email in ("a@mailinator.com", "b@mailinator.com", "c@mailinator.com", "ann.bell@gmail.com"):
        site.number = 7  # one network
        said.append(site.signup(email))
    assert [one.log["code"] for one in said] == ["mail-disposable"] * 3 + ["mail-doubtful-network"]
    assert site.signup("bob.bell@gmail.com").allowed


def test_new_domains_alone_are_no_wave(door: Opened) -> None:
    site = door()
    for number in range(20):
        assert site.signup(f"ann@{chr(97 + number)}firm.example.com").allowed
    assert site.signup("ann@afirm.example.com").allowed, "and nobody is asked because of them"


def test_rules_that_need_no_store_are_asked_where_it_is_lost(door: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise StateLost("gone")

    site = door()
    monkeypatch.setattr(site.gate.house.state, "decide", lost)
    assert site.signup("ann@mailinator.com").decision == "challenge"
    ordinary = site.signup("ann@gmail.com")
    assert ordinary.allowed and [skip.why for skip in ordinary.skipped if skip.check == "mail"] == [
        "the state store is lost, and the address says nothing by itself"
    ]


def test_an_address_is_kept_as_a_hash_of_the_sites_own_unless_the_site_says_otherwise(door: Opened) -> None:
    first, second, plain = door(), door(), door(keep="address")
    ring, site = first.gate.house.ring, first.gate.site
    hashed = keep(ring, site, "Ann@Example.org ")
    assert (
        hashed == keep(ring, site, "ann@example.org")
        and hashed.startswith(f"mac:{ring.newest.id}:")
        and "ann" not in hashed
    )
    assert keep(second.gate.house.ring, second.gate.site, "ann@example.org") != hashed
    assert keep(plain.gate.house.ring, plain.gate.site, "Ann@Example.org") == "ann@example.org"
    assert site.key == SITE
    for one, mark in ((first, hashed), (plain, "ann@example.org")):
        one.signup("Ann@Example.org")
        (entered,) = read_doors(one.rig.data)
        assert entered.email == mark and entered.domain == "example.org"


def test_a_domain_that_takes_no_mail_is_asked_and_a_resolver_that_lies_harms_nobody(tmp_path: Path) -> None:
    for number, (answer, expected) in enumerate(((honest, "challenge"), (lambda *_: None, "allow"))):
        resolver = NameServer(answer)
        settings = {"mx_lookups": True, "mx_servers": [resolver.address], "mx_budget_ms": 1000}
        rig = open_rig(tmp_path / str(number), gate=settings, layers=ALONE)
        said = Door(rig).signup("ann@firn.example.com")
        assert said.decision == expected, said.reasons
        assert (said.log["code"] == "mail-undeliverable") is (expected == "challenge")
        rig.house.close()
        resolver.close()
