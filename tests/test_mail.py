"""Mail addresses: how they are read, what each rule says of its examples, and what they weigh together."""

from __future__ import annotations

import re

import pytest
from email_validator import SPECIAL_USE_DOMAIN_NAMES
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.data import read_list
from hushgate.errors import BadField
from hushgate.settings import MAIL, MAIL_RULES
from hushgate.signup.mail import RULES, domains, local
from hushgate.signup.mail.address import _parsed, _plain, read
from hushgate.signup.mail.chance import at_least, crowded
from hushgate.signup.mail.layer import Flag, judge, score
from hushgate.signup.mail.records import Records
from hushgate.signup.mail.rule import Example, subject

DEFAULTS = {setting.name: setting.default for setting in MAIL}


def flagged(example: Example, **own: object) -> dict[str, Flag]:
    return {flag.rule.name: flag for flag in judge(subject(example), {**DEFAULTS, **own})}


def decision(*examples: Example, suspect: bool = False) -> str:
    """What the defaults make of one example, or of several put together."""
    joined = {name: value for example in examples for name, value in example.items()}
    points = score(list(flagged(joined).values()), suspect=suspect)
    return "ghost" if points >= DEFAULTS["ghost_at"] else "challenge" if points >= DEFAULTS["challenge_at"] else "allow"


def test_every_rule_has_a_setting_and_every_setting_a_rule() -> None:
    assert list(RULES) and set(RULES) == {setting.name for setting in MAIL_RULES}


@pytest.mark.parametrize(("name", "example"), [(name, one) for name, rule in RULES.items() for one in rule.flags])
def test_a_rule_flags_its_examples(name: str, example: Example) -> None:
    assert flagged(example)[name].saw


@pytest.mark.parametrize(("name", "example"), [(name, one) for name, rule in RULES.items() for one in rule.passes])
def test_a_rule_passes_its_examples(name: str, example: Example) -> None:
    assert name not in flagged(example)


def test_a_rule_can_be_off_and_can_observe() -> None:
    example = RULES["disposable"].flags[0]
    assert "disposable" not in flagged(example, disposable="off")
    assert flagged(example, disposable="observe")["disposable"].weight == 0
    assert score(list(flagged(example, disposable="observe", new_domain="off").values()), suspect=True) == 0


def test_every_rule_says_whom_it_may_be_wrong_about() -> None:
    assert all(rule.wrong_about and rule.look.__doc__ for rule in RULES.values())


@pytest.mark.parametrize(
    ("email", "inbox"),
    [
        ("Ann.Bell+shop@GoogleMail.com", "annbell@google"),
        ("a.n.n.bell@gmail.com", "annbell@google"),
        ("ann.bell@outlook.com", "ann.bell@outlook.com"),
        ("ann.bell+x@example.org", "ann.bell@example.org"),
        ("+x@example.org", "+x@example.org"),
        ("иван@почта.рф", "иван@xn--80a1acny.xn--p1ai"),
        ("jörg@müller.example", "jörg@xn--mller-kva.example"),
        ('"ann bell"@example.org', '"ann bell"@example.org'),
        (" ann@example.org ", "ann@example.org"),
    ],
)
def test_spellings_of_one_inbox_are_one(email: str, inbox: str) -> None:
    assert read(email).inbox == inbox


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "ann@",
        "@example.org",
        "ann@example",
        "a b@example.org",
        "a@b@c.org",
        "a@" + "x" * 3000,
        "a@\udc80.org",
    ],
)
def test_what_is_no_address_is_refused_by_the_name_of_its_field(email: str) -> None:
    with pytest.raises(BadField, match=r"^email: ") as caught:
        read(email)
    assert caught.value.field == "email"


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_bad_field(text: str) -> None:
    for email in (text, f"{text}@example.org", f"ann@{text}.org"):
        try:
            address = read(email)
        except BadField:
            continue
        assert address.domain.isascii()
        local.looks_random(address.local), local.prefix(address.local), local.number(address.local)


def test_privacy_relays_are_never_flagged_by_themselves() -> None:
    for domain in read_list("mail_relays.txt"):
        for part in ("mo6xxybjva6z", "k3x9q2m7.t4p", "x7_93ab"):
            assert decision({"email": f"{part}@{domain}"}) == "allow", domain


def test_no_provider_and_no_relay_is_throw_away_mail() -> None:
    known = [*read_list("mail_relays.txt"), *(line.split()[0] for line in read_list("mail_providers.txt"))]
    assert not [domain for domain in known if domains.disposable(domain)]
    assert len(set(known)) >= 250


def test_lists_hold_names_and_each_says_its_source_and_date() -> None:
    for name in ("mail_providers", "mail_relays", "mail_hosts", "suspicious_endings", "vetted_endings"):
        entries = read_list(f"{name}.txt")
        assert len(entries) == len(set(entries)) and all(
            re.fullmatch(r"[a-z0-9.*-]+( [a-z.-]+)?", one) for one in entries
        )


@pytest.mark.parametrize(
    ("domain", "vetted"),
    [
        ("mit.edu", True),
        ("cs.ox.ac.uk", True),
        ("uw.edu.pl", True),
        ("ac.uk", False),
        ("ac.example.com", False),
        ("edu", False),
        ("tu.example.de", False),
    ],
)
def test_institutions_are_known_by_their_endings(domain: str, vetted: bool) -> None:
    assert domains.vetted(domain) is vetted


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("mo6xxybjva6z", "mo6"), ("s1234567", ""), ("anna.1987", ""), ("1990anna", ""), ("b2b-shop", ""), ("mo6xx4b", "")],
)
def test_only_made_up_names_have_a_prefix(text: str, prefix: str) -> None:
    assert local.prefix(text) == prefix


def test_a_chance_is_reckoned_as_by_hand() -> None:
    assert at_least(0, 3) == 1 and at_least(1, 0.5) == pytest.approx(0.393469)
    assert at_least(3, 2) == pytest.approx(0.3233236)
    assert crowded(3, 0.001) and not crowded(2.9, 0.0001) and not crowded(6, 2) and crowded(40, 5)


def test_one_doubt_is_no_ghost_and_what_people_do_is_let_in() -> None:
    assert decision({"email": "ann@mailinator.com"}) == "challenge"
    assert decision({"email": "ann@mailinator.com"}, {"spellings": 9}) == "challenge"
    assert decision({"email": "ann@firm.example.com"}) == decision({"email": "ann@firm.site"}) == "allow"
    assert decision({"email": "ann@firm.example.com"}, suspect=True) == "allow"


@pytest.mark.parametrize("suspect", [False, True])
def test_enrolment_day_and_new_staff_are_asked_at_most(suspect: bool) -> None:
    crowd = {"networks": 40, "hour": 60, "domain_hour": 50, "month": 900}
    assert (
        decision(
            {"email": "s2612345@tu.example.de"},
            RULES["sequence"].flags[0],
            {"email": "s2612345@tu.example.de"},
            crowd,
            suspect=suspect,
        )
        == "challenge"
    )
    known = {**crowd, "domain_month": 20, "networks": 200}
    assert decision({"email": "anna@tu.example.de"}, known) == "allow"
    assert decision({"email": "anna@tu.example.de"}, known, suspect=True) == "challenge"
    assert decision({"email": "anna@cs.ox.ac.uk"}, crowd) == "allow"


def test_a_wave_on_fresh_domains_that_is_suspect_as_well_is_ghosted() -> None:
    wave = {"email": "mo6xxybjva6z@rqmapi.asia", "prefixed": 12, "same_prefix": 8, "networks": 9}
    assert decision(wave) == "challenge" and decision(wave, suspect=True) == "ghost"


def test_records_that_are_quiet_say_nothing() -> None:
    quiet = subject({"email": "ann@gmail.com"}).records
    assert isinstance(quiet, Records) and flagged({"email": "ann@gmail.com"}) == {}


ENDS = [
    *SPECIAL_USE_DOMAIN_NAMES,
    "com",
    "co.uk",
    "de",
    "x",
    "xn--p1ai",
    "123",
    "c0m",
    "Example",
    "a-b",
    "gmail.com",
    "museum",
]
LABELS = st.one_of(
    st.from_regex(r"[A-Za-z0-9.-]{0,8}", fullmatch=True),
    st.sampled_from(["firm", "xn--bcher-kva", "ab--cd", "a" * 63, "a" * 64]),
)
PLAIN_MAILS = st.builds(
    "{}@{}{}{}".format,
    st.one_of(
        st.from_regex(r"[A-Za-z0-9_.+'-]{0,10}", fullmatch=True), st.sampled_from(["a" * 64, "a" * 65, "Ann.Bell+shop"])
    ),
    LABELS,
    st.sampled_from(["", "."]),
    st.sampled_from(ENDS),
)


@given(mail=PLAIN_MAILS)
@settings(max_examples=600)
def test_a_plain_address_is_read_as_email_validator_reads_it(mail: str) -> None:
    plain = _plain(mail)
    if plain is not None:
        assert plain == _parsed(mail)


@pytest.mark.parametrize("mail", ["ann@firm.example.com", "Ann.Bell+shop@Firm.CO.uk", "a_b-c@x-1.de"])
def test_most_addresses_are_plain(mail: str) -> None:
    assert _plain(mail) == _parsed(mail)
