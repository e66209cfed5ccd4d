"""Settings of the door's layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from hushgate.settings import readers as read
from hushgate.settings.setting import Rate, Setting
from hushgate.visit import Decision

MODE = read.one_of("off", "observe", "enforce")


@dataclass(frozen=True)
class LayerSettings:
    """A layer of the door: its name, what it is, and its settings, the table ``[sites.<site key>.<name>]``."""

    name: str
    help: str
    settings: tuple[Setting, ...] = ()


REPUTATION: tuple[Setting, ...] = (
    Setting("challenge_at", read.percent, 75.0, "AbuseIPDB's score of an address from which a step more is asked."),
)

_HOUR = 3600
LIMITS: tuple[Setting, ...] = (
    Setting("actions", read.names, ("signup",), "Actions that are limited."),
    Setting("address", read.rates, (Rate(5, _HOUR),), "Signups from one address; of IPv6, from one prefix."),
    Setting(
        "exempt",
        read.networks,
        (),
        "Networks whose addresses are not limited one by one: an office, a school, a test machine.",
    ),
    Setting("prefix6", read.whole(32, 128), 64, "Bits of an IPv6 address that are one visitor's: 64, or 56."),
    Setting(
        "session",
        read.rates,
        (Rate(20, _HOUR),),
        "Attempts with one token, each counted: a form that is sent again and again.",
    ),
    Setting(
        "device",
        read.rates,
        (Rate(30, _HOUR),),
        "Signups of devices that tell one story, as phones of one model do. Scaled by what the site normally sees.",
    ),
    Setting(
        "provider",
        read.rates,
        (Rate(10, 600),),
        "Signups with addresses of one mail provider. Scaled by what the site normally sees, so that no great provider is locked out.",
    ),
    Setting("domain", read.rates, (Rate(30, _HOUR),), "Signups with addresses of one mail domain. Scaled likewise."),
    Setting("network", read.rates, (Rate(60, _HOUR),), "Signups from one network (AS number). Scaled likewise."),
    Setting("site", read.rates, (), "Signups at the site, all in all."),
)

LISTS: tuple[Setting, ...] = (
    Setting(
        "block",
        read.entries,
        (),
        'What is refused: ["203.0.113.0/24", "AS64500", "example.com", "agent:curl/*"]. `hushgate block` adds more, with reason and expiry.',
    ),
    Setting("allow", read.entries, (), "What is let in whatever else is said, likewise. It beats a block."),
)


MAIL_RULES: tuple[Setting, ...] = (
    Setting("disposable", read.weight, 60, "The domain is one of throw-away mail. Privacy relays are not."),
    Setting("ending", read.weight, 20, "The domain's ending is one that throw-away mail is found under."),
    Setting("undeliverable", read.weight, 50, "No mail can be delivered to the domain; needs `mx_lookups`."),
    Setting("random_local", read.weight, 50, "What stands before the @ looks random."),
    Setting("shared_prefix", read.weight, 72, "Several made-up addresses within an hour begin alike."),
    Setting("sequence", read.weight, 60, "Several addresses within an hour end in numbers next to each other."),
    Setting("many_spellings", read.weight, 50, "One inbox is written in several ways within a day."),
    Setting("new_domain", read.weight, 25, "Nobody has signed up with the domain for a month."),
    Setting(
        "domain_burst",
        read.weight,
        50,
        "Addresses of a domain that was not known come from many networks within a day.",
    ),
    Setting(
        "concentration", read.weight, 40, "Over 30 % of an hour's signups are at one domain, and twice its usual share."
    ),
    Setting("host_burst", read.weight, 50, "Many new domains within a day have one mail host; needs `mx_lookups`."),
    Setting(
        "doubtful_network", read.weight, 50, "Half of a day's addresses from its network were thrown away or made up."
    ),
    Setting(
        "surge",
        read.weight,
        50,
        "Six times the usual signups within an hour, and more of them part of a wave than people are by chance.",
    ),
)
"""The rules for mail addresses: what each weighs, or off, or observe."""

MAIL: tuple[Setting, ...] = (
    Setting("actions", read.names, ("signup",), "Actions at which somebody gives an address for the first time."),
    Setting(
        "keep",
        read.one_of("hash", "address"),
        "hash",
        "How an address is kept on record: as a keyed hash, or as it was written.",
    ),
    Setting(
        "syntax",
        read.one_of(read.OFF, *get_args(Decision)),
        "allow",
        "What is done where it is no mail address at all. The reasons say what to mend; by default your own form tells the visitor.",
    ),
    Setting("challenge_at", read.percent, 50.0, "What the rules weigh together from which an address is challenged."),
    Setting(
        "ghost_at", read.percent, 90.0, "And from which it is ghosted: it takes three families of rules that agree."
    ),
    *MAIL_RULES,
)

LAYERS: tuple[LayerSettings, ...] = (
    LayerSettings(
        "lists", "Whom the operator has blocked or let in: addresses, networks, mail domains, user agents.", LISTS
    ),
    LayerSettings("verdict", "What the visit was judged to be, by its token."),
    LayerSettings("decoy", "A field that nobody sees, where `/v1/decoy.js` is embedded. Alone it never ghosts."),
    LayerSettings(
        "reputation", "What others have reported of the address. Says nothing without `reputation_key`.", REPUTATION
    ),
    LayerSettings(
        "limits", "How many signups there may be, by address, network, mail domain and provider, and device.", LIMITS
    ),
    LayerSettings("mail", "The mail address: what it says by itself, and what shows only across signups.", MAIL),
)
"""The layers in the order in which they are asked: ``[sites.<site key>.layers]`` says off, observe or enforce for each."""
