"""The rules for what shows only across a site's signups."""

from __future__ import annotations

from hushgate.signup.mail import domains, local
from hushgate.signup.mail.address import Address
from hushgate.signup.mail.chance import CROWD, at_least, crowded
from hushgate.signup.mail.records import SPAN, Records, Sequence
from hushgate.signup.mail.rule import rule

SHARE = 0.30
"""Of an hour's signups, at one domain (the fourth seed's figure)."""
SHARE_LEAST = 10
"""Signups of an hour at one domain, before their share says anything."""
USUAL = 0.30
"""The share that a provider is taken to have at a site that has seen nothing yet; 0 for any other domain."""
PRIOR = 20
"""Signups that this weighs as much as, against what the site has seen."""
KNOWN = 6
"""Signups let in within a month, before today's, that make a domain known: more than a burst gets through in a day."""
BURST = 4
"""Networks in a day from which a domain that is not known has addresses."""
PREFIXES = 1000
"""Mixed prefixes that people's services choose from, far below the 46,656 that there are."""
SPELLINGS = 3
HOST_DOMAINS = 5
DOUBTS, DOUBT_SHARE = 3, 0.5
"""Attempts of a day from one network with addresses that were thrown away or made up, and their share of all."""
SURGE, SURGE_LEAST = 6, 4
"""Times the usual signups of an hour, and how many at the least."""
FALSE_ALARMS, HARDLY = 0.0005, 0.02
"""People among whom an address looks like part of a wave (tests/test_mail_names.py finds none in 9,000), and what is no chance there."""
_SCALES = {"site": "at any domain", "domain": "at one domain", "stem": "behind one name"}
_WAVE = {"hour": 40, "domain_hour": 9, "alarms": 12, "domain_alarms": 4, "month": 300}


@rule(
    "local",
    across=True,
    by="same_prefix",
    least=CROWD,
    alarms="site",
    doubts=True,
    flags=[{"email": "mo6xxybjva6z@deepask.app", "prefixed": 12, "same_prefix": 4}],
    passes=[
        {"email": "mo6xxybjva6z@deepask.app", "prefixed": 2, "same_prefix": 2},
        {"email": "mo6xxybjva6z@duck.com", "prefixed": 12, "same_prefix": 9},
    ],
    wrong_about="Staff whose addresses are codes with digits in the middle, when many of them come at once.",
)
def shared_prefix(address: Address, records: Records) -> str | None:
    """Mixed prefixes such as mo6 are as good as never shared by chance."""
    if address.relay or not crowded(records.same_prefix, records.prefixed / PREFIXES):
        return None
    head = local.prefix(address.local)
    return f"{records.same_prefix:.0f} addresses within an hour begin with {head} and look made up"


@rule(
    "local",
    across=True,
    alarms="domain",
    flags=[
        {"email": "sarah.thompson4812@mailbox.net", "sequences": (Sequence("site", 3, 5),)},
        {"email": "alex235@gmail.com", "sequences": (Sequence("site", 4, 300), Sequence("stem", 5, 5))},
    ],
    passes=[
        {"email": "anna1987@gmail.com", "sequences": (Sequence("site", 6, 20), Sequence("stem", 2, 2))},
        {"email": "anna88@gmail.com", "sequences": (Sequence("site", 9, 30),)},
        {"email": "anna@gmail.com"},
    ],
    wrong_about="Students and staff whose addresses are numbers, on the day on which all of them enrol. They are asked, never ghosted.",
)
def sequence(address: Address, records: Records) -> str | None:
    """Against how many such numbers people choose from: years of birth are crowded by themselves."""
    number = local.number(address.local) if records.sequences else None
    if number is None:
        return None
    for one in records.sequences:
        if crowded(one.crowd, SPAN * one.numbered / number.choices):
            return f"{one.crowd:.0f} addresses within an hour end in numbers next to this one's ({_SCALES[one.scale]})"
    return None


@rule(
    "local",
    across=True,
    by="spellings",
    least=SPELLINGS,
    flags=[{"email": "a.n.n.bell+3@gmail.com", "spellings": 3}],
    passes=[{"email": "ann.bell+shop@gmail.com", "spellings": 2}],
    wrong_about="Somebody who tests the site with tags of their own address: the owner, for one.",
)
def many_spellings(_: Address, records: Records) -> str:
    """Dots that the provider ignores, and tags behind a plus, lead to one inbox."""
    return f"one inbox, written in {int(records.spellings)} ways within a day"


@rule(
    "crowd",
    across=True,
    flags=[{"email": "ann@firm.example.com"}, {"email": "ann@firm.example.com", "domain_month": 3, "domain_day": 3}],
    passes=[
        {"email": "ann@gmail.com"},
        {"email": "ann@firm.example.com", "domain_month": 1},
        {"email": "ann@ox.ac.uk"},
    ],
    wrong_about="Most domains are new to most sites: it adds to other doubts, and never decides.",
)
def new_domain(address: Address, records: Records) -> str | None:
    """Today's signups do not make a domain known: a wave would."""
    return "nobody has signed up with this domain for a month, before today" if _unknown(address, records, 1) else None


@rule(
    "crowd",
    across=True,
    by="networks",
    least=BURST,
    alarms="domain",
    flags=[{"email": "ann@deepask.app", "networks": 4}, {"email": "ann@deepask.app", "networks": 9, "domain_month": 5}],
    passes=[
        {"email": "ann@firm.example.com", "networks": 3},
        {"email": "ann@firm.example.com", "networks": 9, "domain_month": 6},
        {"email": "s1234567@student.uni.edu.pl", "networks": 200},
        {"email": "ann@gmail.com", "networks": 2000},
    ],
    wrong_about="A team that works from home, or a school that the site does not know yet, on the day on which they all begin.",
)
def domain_burst(address: Address, records: Records) -> str | None:
    """Networks are counted, not addresses: a team in its office is one."""
    if not _unknown(address, records, KNOWN):
        return None
    return f"addresses of a domain that was not known, from {records.networks:.0f} networks within a day"


@rule(
    "crowd",
    across=True,
    by="domain_hour",
    least=SHARE_LEAST,
    flags=[
        {"email": "ann@hotmail.com", "hour": 60, "domain_hour": 26, "month": 500, "domain_month": 30},
        {"email": "ann@firm.example.com", "hour": 30, "domain_hour": 12, "month": 500},
    ],
    passes=[
        {"email": "ann@gmail.com", "hour": 60, "domain_hour": 36, "month": 500, "domain_month": 230},
        {"email": "ann@gmail.com", "hour": 20, "domain_hour": 11},
        {"email": "ann@hotmail.com", "hour": 9, "domain_hour": 9},
    ],
    wrong_about="A university on enrolment day. By itself it decides nothing: those are asked about whom there is another doubt.",
)
def concentration(address: Address, records: Records) -> str | None:
    """Held against the share that the site usually sees, so that a large provider never trips it by being large."""
    share = records.domain_hour / max(records.hour, 1)
    usual = (records.domain_month + PRIOR * USUAL * bool(address.provider)) / (records.month + PRIOR)
    if share <= max(SHARE, 2 * usual):
        return None
    return f"{share:.0%} of the hour's signups are at one domain, {usual:.0%} is usual"


@rule(
    "crowd",
    across=True,
    by="host_domains",
    least=HOST_DOMAINS,
    alarms="domain",
    flags=[{"email": "ann@deepask.app", "host_domains": 5}],
    passes=[{"email": "ann@deepask.app", "host_domains": 4}],
    wrong_about="Customers of a small mail host that data/mail_hosts.txt does not name, where several sign up in a day.",
)
def host_burst(_: Address, records: Records) -> str:
    """One hand that buys many domains points them at one host."""
    return f"{int(records.host_domains)} new domains within a day have one mail host"


@rule(
    "crowd",
    across=True,
    by="network_doubts",
    least=DOUBTS,
    flags=[{"email": "ann@gmail.com", "network_day": 6, "network_doubts": 4}],
    passes=[
        {"email": "ann@gmail.com", "network_day": 3, "network_doubts": 2},
        {"email": "ann@gmail.com", "network_day": 90, "network_doubts": 9},
    ],
    wrong_about="Somebody whose neighbour in the network makes accounts by the dozen.",
)
def doubtful_network(_: Address, records: Records) -> str | None:
    """One hand that mixes throw-away addresses with others. A telephone company's customers share an address, and mix far more."""
    if records.network_doubts < DOUBT_SHARE * records.network_day:
        return None
    return f"{records.network_doubts:.0f} of {records.network_day:.0f} addresses from its network within a day were thrown away or made up"


@rule(
    "crowd",
    across=True,
    by="hour",
    least=SURGE_LEAST,
    flags=[
        {"email": "ann@gmail.com", **_WAVE},
        {"email": "ann@gmail.com", **_WAVE, "alarms": 1},
        {"email": "ann@gmail.com", **_WAVE, "alarms": 0, "domain_alarms": 2},
        {"email": "ann@firm.example.com", **_WAVE, "networks": 2},
    ],
    passes=[
        {"email": "ann@gmail.com", **_WAVE, "domain_alarms": 0, "domain_hour": 1},
        {"email": "ann@gmail.com", **_WAVE, "alarms": 0, "domain_alarms": 0},
        {"email": "ann@gmail.com", **_WAVE, "month": 20_000},
        {"email": "ann@gmail.com", "hour": 4000, "domain_hour": 2000, "month": 300, "alarms": 3, "domain_alarms": 1},
        {"email": "ann@firm.example.com", **_WAVE, "networks": 1},
        {"email": "ann@firm.example.com", **_WAVE, "networks": 2, "domain_month": 6},
    ],
    wrong_about="Everybody with the same provider while the wave lasts: they are asked to confirm their address.",
)
def surge(address: Address, records: Records) -> str | None:
    """Takes a wave and a surge: a site that is in the news has no wave, and a large site's waves are no surge.

    It is what stops the parts of a wave that look ordinary, beside those that do not: at providers, where anybody has as many
    inboxes as they like, and at domains that nobody knew. What the verdict gives away by itself is no alarm.
    """
    usual = records.month / (30 * 24)
    if records.hour < SURGE * usual:
        return None
    here = bool(address.provider) and _alarming(records.domain_alarms, records.domain_hour)
    if not here and not (_alarming(records.alarms, records.hour) and _beside(address, records)):
        return None
    return f"{records.hour:.0f} signups within an hour where {usual:.1f} are usual, {max(records.alarms, records.domain_alarms):.0f} of them part of a wave"


def _alarming(alarms: float, of: float) -> bool:
    """Whether people alone would hardly ever set off so many alarms."""
    return round(alarms) >= 1 and at_least(round(alarms), of * FALSE_ALARMS) < HARDLY


def _beside(address: Address, records: Records) -> bool:
    """Whether an address is where a wave's other parts may be: not the first at its provider in an hour, or at its domain in a day."""
    if address.provider:
        return records.domain_hour >= 2 or records.domain_alarms >= 1
    return records.networks >= 2 and _unknown(address, records, KNOWN)


def _unknown(address: Address, records: Records, known: int) -> bool:
    """Whether fewer signups than ``known`` were let in at this domain within a month, before today; providers are always known."""
    if address.provider or address.relay or domains.vetted(address.domain):
        return False
    return records.domain_month - records.domain_day < known
