"""The ordinary signups beside a wave: all kinds of addresses, families, a university's enrolment, a company's new staff."""

from __future__ import annotations

import string
from dataclasses import replace
from random import Random

from hushgate_demo.wave import names, people
from hushgate_demo.wave.addresses import draw
from hushgate_demo.wave.visitor import Signup

HOUR = 3600.0
DAY = 24 * HOUR
_DOMAINS = (
    *(("gmail.com", 44), ("outlook.com", 8), ("hotmail.com", 6), ("yahoo.com", 8), ("icloud.com", 6), ("proton.me", 3)),
    *(("gmx.de", 4), ("web.de", 3), ("wp.pl", 2), ("qq.com", 1), ("orange.fr", 2), ("duck.com", 2), ("mozmail.com", 1)),
    ("", 16),
)
"""What share of the ordinary signups is where, in percent; "" is a domain of somebody's own."""
_MADE_UP = ("duck.com", "mozmail.com")
UNIVERSITY, COMPANY = "stud.hochschule.example.net", "werkzeug.example.org"


def in_a_group(email: str) -> bool:
    """Whether it is one of the university's or the company's, who all come within an hour."""
    return email.endswith((f"@{UNIVERSITY}", f"@{COMPANY}"))


def ordinary(random: Random, at: float, number: int, tag: str) -> Signup:
    """One signup like any other."""
    domain = random.choices([one for one, _ in _DOMAINS], [share for _, share in _DOMAINS])[0]
    who = names.person(random)
    local = "".join(random.choices(string.ascii_lowercase + string.digits, k=12)) if domain in _MADE_UP else who.local
    return signup(random, at, who.name, f"{local}@{domain or f'firm-{tag}-{number}.example.com'}")


def signup(random: Random, at: float, name: str, email: str, ip: str = "") -> Signup:
    """A person with this address, at home unless ``ip`` is given."""
    visitor = people.make(random, 0, "")
    return Signup(at, replace(visitor, name=name, email=email, ip=ip or visitor.ip))


def before(random: Random, days: int, count: int, tag: str) -> list[Signup]:
    """What the site saw in the days before: a wave is judged against it. Times are negative."""
    times = sorted(random.uniform(-days * DAY, -2 * HOUR) for _ in range(count))
    return [ordinary(random, at, number, f"{tag}b") for number, at in enumerate(times)]


def beside(random: Random, seconds: float, count: int, tag: str) -> list[Signup]:
    """The ordinary signups during a wave of so many seconds, from an hour before until an hour after; ``count`` and the groups."""
    times = [random.uniform(-HOUR, seconds + HOUR) for _ in range(count)]
    middle = seconds / 2
    return [
        *(ordinary(random, at, number, f"{tag}o") for number, at in enumerate(times)),
        *(one for number in range(3) for one in _family(random, middle + number * 600)),
        *_university(random, middle, tag),
        *_company(random, middle, tag),
    ]


def _family(random: Random, at: float) -> list[Signup]:
    """Four at one table."""
    last, ip = random.choice(names.LAST) + names.letters(random), draw(random, "DE", "access")
    firsts = random.sample(names.FIRST, 4)
    emails = (f"{first}.{last}@gmail.com" for first in firsts)
    return [
        signup(random, at + place * 90, f"{first.title()} {last.title()}", email, ip)
        for place, (first, email) in enumerate(zip(firsts, emails, strict=True))
    ]


def _university(random: Random, at: float, tag: str, count: int = 24) -> list[Signup]:
    """Students with numbers of one year, half of them on the campus, which has several addresses."""
    campus = [draw(random, "DE", "access") for _ in range(4)]
    digits = int(tag, 36) % 90 + 10
    students = random.sample(range(2_600_000 + digits * 1000, 2_600_800 + digits * 1000), count)
    return [
        signup(
            random,
            at + random.uniform(0, HOUR),
            names.person(random).name,
            f"s{number}@{UNIVERSITY}",
            campus[place // 2 % len(campus)] if place % 2 else "",
        )
        for place, number in enumerate(students)
    ]


def _company(random: Random, at: float, tag: str, count: int = 9) -> list[Signup]:
    """New staff with numbers in a row, from three offices."""
    offices = [draw(random, "NL", "access") for _ in range(3)]
    start = int(tag, 36) % 800 + 100
    return [
        signup(
            random, at + place * 240, names.person(random).name, f"staff{start + place}@{COMPANY}", offices[place % 3]
        )
        for place in range(count)
    ]
