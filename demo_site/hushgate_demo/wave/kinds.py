"""The waves by name: how the bots of each seed came, at what pace, and with which addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from hushgate_demo.wave import crowd, driver, names, people
from hushgate_demo.wave.addresses import draw
from hushgate_demo.wave.visitor import Signup, Visitor

HOUR = crowd.HOUR
THROW_AWAY = (
    "mailinator.com",
    "guerrillamail.com",
    "yopmail.com",
    "10minutemail.com",
    "temp-mail.org",
    "trashmail.com",
)
FRESH = ("rqmapi.asia", "animateany.com", "deepask.app", "globalsmv.com")
BOUGHT = (
    *(("mailbox.net", 30), ("quickmail.io", 22), ("tempinbox.org", 16)),
    *((f"post-{number}.example.net", 4) for number in range(7)),
    *(("inbox-8.example.net", 2), ("inbox-9.example.net", 2)),
)
"""The fourth seed's twelve domains; three of them have 68 %."""


@dataclass(frozen=True)
class Kind:
    """One kind of wave: ``count`` accounts within ``seconds``."""

    name: str
    title: str
    count: int
    seconds: float
    make: Callable[[Random, int, float, str], list[Signup]]


def one_address(random: Random, count: int, seconds: float, tag: str) -> list[Signup]:
    """The second seed's: one address, one browser, throw-away mail for the most part."""
    first = people.make(random, 0, tag)
    made = []
    for _ in range(count):
        who = names.person(random)
        domain = random.choice(THROW_AWAY) if random.random() < 0.8 else random.choice(("gmail.com", "outlook.com"))
        visitor = replace(first, name=who.name, email=f"{who.local}{names.letters(random)}@{domain}", person=False)
        made.append(Signup(random.uniform(0, seconds), visitor))
    return made


def providers(random: Random, count: int, seconds: float, tag: str) -> list[Signup]:
    """The third seed's: transliterated and random names at two big providers and on fresh domains, from everywhere."""
    made = []
    for _ in range(count):
        domain = random.choices(("gmail.com", "hotmail.com", *FRESH), (165, 130, 12, 12, 11, 10))[0]
        random_one = random.random() < (0.8 if domain in FRESH else 0.4)
        prefix = f"mo{tag[-1]}" if domain in FRESH and random.random() < 0.4 else ""
        who = names.scattered(random, prefix) if random_one or prefix else names.transliterated(random)
        local = who.local if random_one or prefix else f"{names.letters(random, 2)}{who.local}"
        made.append(Signup(random.uniform(0, seconds), _bot(random, who.name, f"{local}@{domain}", "access")))
    return made


def sequence(random: Random, count: int, seconds: float, tag: str) -> list[Signup]:
    """The fourth seed's: an address for each, four user agents in turn, numbers in a row, 1.2 to 1.8 seconds apart."""
    at, start, made = 0.0, int(tag, 36) % 5000 + 4000, []
    for number in range(count):
        who = names.numbered(random, start + number)
        domain = random.choices([one for one, _ in BOUGHT], [share for _, share in BOUGHT])[0]
        kind = "hosting" if random.random() < 0.4 else "access"
        bot = _bot(random, who.name, f"{who.local}@{domain}", kind)
        made.append(Signup(at, driver.with_user_agent(bot, number)))
        at += random.uniform(1.2, 1.8) * seconds / (1.5 * count)
    return made


KINDS = {
    kind.name: kind
    for kind in (
        Kind("one-address", "hundreds of accounts from one address within a day", 300, 24 * HOUR, one_address),
        Kind("providers", "340 accounts at two providers and on fresh domains, overnight", 340, 8 * HOUR, providers),
        Kind("sequence", "214 addresses, numbers in a row, 1.2 to 1.8 s apart", 214, 214 * 1.5, sequence),
    )
}


def _bot(random: Random, name: str, email: str, network: str) -> Visitor:
    visitor = people.make(random, 0, "")
    ip = draw(random, visitor.country, network)
    return replace(visitor, name=name, email=email, ip=ip, person=False)
