"""Blocklists and allowlists: what an entry names, whom it finds, and which of several decides."""

from __future__ import annotations

import time

import pytest

from hushgate.errors import BadField
from hushgate.lists.book import Asked, compile_entries
from hushgate.lists.entry import Entry, new_entry, read_value
from hushgate.signup.lists import judge
from hushgate.visit import Word
from list_entries import entries


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("203.0.113.7", ("address", "203.0.113.7")),
        (" 203.0.113.0/24 ", ("address", "203.0.113.0/24")),
        ("2001:DB8::/32", ("address", "2001:db8::/32")),
        ("::ffff:192.0.2.0/120", ("address", "192.0.2.0/24")),
        ("as64500", ("network", "AS64500")),
        ("network:64500", ("network", "AS64500")),
        ("Mail.Example.", ("domain", "mail.example")),
        ("@mail.example", ("domain", "mail.example")),
        ("ann@mail.example", ("domain", "mail.example")),
        ("bücher.example", ("domain", "xn--bcher-kva.example")),
        ("Straße.de.", ("domain", "xn--strae-oqa.de")),
        ("agent:curl/**", ("agent", "curl/*")),
        ("agent: Mozilla/5.0 (X11; bad)", ("agent", "Mozilla/5.0 (X11; bad)")),
    ],
)
def test_what_an_entry_names(text: str, names: tuple[str, str]) -> None:
    assert read_value(text) == names


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("203.0.113.0/33", "no address, network or domain"),
        ("203.0.113.7/24", "did you mean 203.0.113.0/24?"),
        ("0.0.0.0/0", "wider than /8"),
        ("::/0", "wider than /16"),
        ("curl/8", "a user agent is written as agent:curl/8"),
        ("nonsense", "or agent:curl"),
        ("agent:**", "name everybody"),
        ("", "1 to 512"),
        ("x" * 600, "1 to 512"),
        ("localhost", "no address, network or domain"),
        ("a@b", "no address, network or domain"),
        ("AS99999999999", "no address"),
        ("domain:203.0.113.7", "is no domain"),
    ],
)
def test_what_names_nothing_is_refused_with_a_remedy(text: str, why: str) -> None:
    with pytest.raises(BadField, match=why.replace("/", r"\/").replace("?", r"\?")) as caught:
        read_value(text)
    assert caught.value.field == "value"


def found(asked: Asked, *texts: str) -> list[str]:
    return [entry.value for entry in compile_entries(entries(*texts)).find(asked)]


def test_an_address_is_found_in_every_range_that_holds_it() -> None:
    ranges = ("198.51.100.7", "198.51.100.0/24", "198.0.0.0/8", "198.51.100.8", "2001:db8::/32", "2001:db8:1::/48")
    assert found(Asked("", "198.51.100.7"), *ranges) == ["198.51.100.7", "198.51.100.0/24", "198.0.0.0/8"]
    assert found(Asked("", "::ffff:198.51.100.9"), *ranges) == ["198.51.100.0/24", "198.0.0.0/8"]
    assert found(Asked("", "2001:db8:1::5"), *ranges) == ["2001:db8::/32", "2001:db8:1::/48"]
    assert (
        found(Asked("", "2001:db9::1"), *ranges)
        == found(Asked("", ""), *ranges)
        == found(Asked("", "x"), *ranges)
        == []
    )


def test_domains_are_found_with_what_lies_under_them_and_agents_by_pattern() -> None:
    assert found(Asked("", "", domain="a.b.mail.example"), "mail.example", "xmail.example") == ["mail.example"]
    assert found(Asked("", "", domain="x." * 200 + "mail.example"), "mail.example") == []
    agents = ("agent:curl/*", "agent:*Head*less*", "agent:exact", "agent:a*a")
    assert found(Asked("", "", agent="CURL/8.1"), *agents) == ["curl/*"]
    assert found(Asked("", "", agent="x Head y less z"), *agents) == ["*Head*less*"]
    assert found(Asked("", "", agent="lessHead"), *agents) == found(Asked("", "", agent="exactly"), *agents) == []
    assert found(Asked("", "", agent="a"), *agents) == [] and found(Asked("", "", agent="aa"), *agents) == ["a*a"]
    assert found(Asked("", "", asn=64500), "AS64500", "AS64501") == ["AS64500"]


def test_no_pattern_is_slow() -> None:
    hostile = compile_entries(entries("agent:*" + "a*" * 200 + "b"))
    began = time.process_time()
    hostile.find(Asked("", "", agent="a" * 1024))
    assert time.process_time() - began < 0.1


def test_an_entry_ends_and_is_of_its_site() -> None:
    [soon] = entries("203.0.113.7", until="1h", site="site-a")
    book = compile_entries([soon])
    assert book.find(Asked("site-a", "203.0.113.7")) == [soon] and book.find(Asked("site-b", "203.0.113.7")) == []
    assert soon.live(soon.at + 3599) and not soon.live(soon.at + 3601)
    for text in ("soon", "2001-01-01", "0", "5y"):
        with pytest.raises(BadField) as caught:
            entries("203.0.113.7", until=text)
        assert caught.value.field == "until"
    with pytest.raises(BadField, match="decision"):
        entries("203.0.113.7", decision="allow")
    with pytest.raises(BadField, match="by"):
        new_entry("block", "203.0.113.7", by=" ")


def said(blocks: list[Entry], allows: list[Entry]) -> Word:
    word = judge([*blocks, *allows])
    assert word is not None
    return word


def test_an_allow_beats_a_block_and_says_so() -> None:
    blocks, allow = entries("203.0.113.0/24", "mail.example"), entries("203.0.113.7", list="allow")
    word = said(blocks, allow)
    assert (word.decision, word.code, word.lifts) == ("allow", "allowed-address", ("*",))
    assert "beats the blocklist: address 203.0.113.0/24" in word.reason and "203.0.113.7" not in word.reason


def test_what_anybody_can_write_lifts_no_verdict_and_no_hard_block() -> None:
    allow = entries("mail.example", list="allow")
    word = said(entries("AS64500"), allow)
    assert (word.decision, word.code, word.lifts) == ("allow", "allowed-domain", ("mail",))
    assert said(entries("203.0.113.7"), allow).decision == "deny"
    assert said(entries("203.0.113.7", decision="challenge"), allow).decision == "allow"


def test_the_strongest_block_decides() -> None:
    word = said([*entries("AS64500", decision="challenge"), *entries("mail.example", decision="ghost")], [])
    assert (word.decision, word.code) == ("ghost", "blocked-domain")
    assert judge([]) is None
