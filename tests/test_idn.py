"""A domain in another script has one name in ASCII, at the door, in the lists and in the mail layer: that of IDNA2008."""

from __future__ import annotations

import pytest

from hushgate.errors import BadField
from hushgate.ghost.seal import Sealer
from hushgate.idn import ascii_domain
from hushgate.keys import new_key, read_keys
from hushgate.lists.entry import read_value
from hushgate.signup.mail.address import read
from hushgate.signup.names import domain_of
from hushgate_demo.forms import read_form


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("straße.de", "xn--strae-oqa.de"),
        ("faß.at", "xn--fa-hia.at"),
        ("λόγος.com", "xn--oxapnm1c.com"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bücher。example", "xn--bcher-kva.example"),
        ("Example.COM", "example.com"),
        ("XN--strae-oqa.de", "xn--strae-oqa.de"),
    ],
)
def test_all_layers_call_a_domain_the_same(name: str, plain: str) -> None:
    assert ascii_domain(name) == domain_of(f"anna@{name}") == plain
    assert read_value(name, "domain") == ("domain", plain)
    assert read(f"anna@{name}").domain == plain


def test_an_emoji_for_which_idna2008_has_no_name_has_that_of_browsers_and_is_no_mail_address() -> None:
    assert ascii_domain("\U0001fae8.ws") == domain_of("a@\U0001fae8.ws") == "xn--929h.ws"
    assert read_value("\U0001fae8.ws") == ("domain", "xn--929h.ws")
    assert ascii_domain("straße-\U0001fae8.ws") != ascii_domain("strasse-\U0001fae8.ws")
    with pytest.raises(BadField, match="email"):
        read("a@\U0001fae8.ws")


@pytest.mark.parametrize("name", ["\udc80.de", "ä\u2028b.de", "ä\ufffe.de", "ä" * 5000 + "\ud800"])
def test_what_can_be_no_domain_has_no_name(name: str) -> None:
    assert ascii_domain(name) == ""
    with pytest.raises(BadField):
        read_value(name, "domain")


def test_a_sharp_s_makes_another_address() -> None:
    form = {"name": "A", "email": " Weiß@Straße.de ", "password": "12345678"}
    assert read_form(form).email == "weiß@straße.de"
    assert read("weiß@example.com").inbox != read("weiss@example.com").inbox
    sealer = Sealer(read_keys(new_key()), "shop")
    assert sealer.who("Weiß@straße.de") == sealer.who("weiß@straße.de") != sealer.who("weiss@strasse.de")
