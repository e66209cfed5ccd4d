"""The rules for what an address says by itself."""

from __future__ import annotations

from hushgate.signup.mail import domains, local
from hushgate.signup.mail.exchange import Exchange
from hushgate.signup.mail.rule import Subject, rule


@rule(
    "domain",
    doubts=True,
    flags=[{"email": "ann@mailinator.com"}, {"email": "ann@anything.mailinator.com"}],
    passes=[
        *({"email": f"k3x9q2m7@{relay}"} for relay in ("duck.com", "mozmail.com", "simplelogin.com", "passmail.net")),
        *({"email": "x7@privaterelay.appleid.com"}, {"email": "ann@gmail.com"}, {"email": "ann@mail.example.org"}),
    ],
    wrong_about="People who try something out, and want no mail of it.",
)
def disposable(it: Subject) -> str | None:
    """The list of PyPI's disposable-email-domains, which names no privacy relay; neither would we heed it if it did."""
    entry = domains.disposable(it.address.domain)
    return f"throw-away mail: {entry} is in the list" if entry else None


@rule(
    "domain",
    flags=[{"email": "ann@rqmapi.asia"}, {"email": "ann@mail.shop.xyz"}],
    passes=[{"email": "ann@example.ml"}, {"email": "ann@site.example.com"}, {"email": "ann@xyz.com"}],
    wrong_about="Shops, clubs and people in Asia whose own domain ends so: it adds to other doubts, and never decides.",
)
def ending(it: Subject) -> str | None:
    """Rare among people's addresses: data/suspicious_endings.txt says how rare, and by which lists."""
    found = domains.suspicious_ending(it.address.domain)
    return f"the domain ends in .{found}, as much throw-away mail does" if found else None


@rule(
    "domain",
    flags=[{"email": "ann@gmial.example", "exchange": Exchange(False, "there is no such domain")}],
    passes=[
        {"email": "ann@gmial.example"},
        {"email": "ann@gmail.com", "exchange": Exchange(True, host="smtp.google.com")},
        {
            "email": "ann@gmail.com",
            "exchange": Exchange(None, "the resolver denies domains that take mail for certain"),
        },
    ],
    wrong_about="People who mistyped their address, or whose domain is broken today.",
)
def undeliverable(it: Subject) -> str | None:
    """A typing error as often as a lie: it is worth a question, never more."""
    if it.exchange is None or it.exchange.delivers is not False:
        return None
    return f"no mail can be delivered to {it.address.domain}: {it.exchange.why}"


@rule(
    "local",
    alarms="site",
    doubts=True,
    flags=[{"email": "mo6xxybjva6z@gmail.com"}, {"email": "0uvxqti4m6@hotmail.com"}],
    passes=[
        *(
            {"email": f"{one}@gmail.com"}
            for one in ("polinashmatkova360", "szczepanski.brzezinska", "xqzhang", "s1234567")
        ),
        *(
            {"email": f"{one}@gmail.com"}
            for one in ("anna16.7.1986", "1990.anna.12", "nguyenthph", "1234567890", "b2b4u")
        ),
        *({"email": f"mo6xxybjva6z@{one}"} for one in ("duck.com", "mozmail.com", "privaterelay.appleid.com")),
        {"email": "mo6xxybjva6z@mailinator.com"},
    ],
    wrong_about="People who play with digits (m1k3_h4wk), or whose own domain hides their address behind made-up ones.",
)
def random_local(it: Subject) -> str | None:
    """Digits scattered through it. Relays and throw-away mail make addresses up for people, so theirs are left alone."""
    if it.address.relay or domains.disposable(it.address.domain) or not local.looks_random(it.address.local):
        return None
    return "what stands before the @ looks random: digits are scattered through it"
