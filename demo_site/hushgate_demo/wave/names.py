"""Names for made-up signups, and the addresses that people and bots make of them."""

from __future__ import annotations

import string
from random import Random
from typing import NamedTuple

FIRST = (
    *(
        "sarah",
        "james",
        "emily",
        "michael",
        "laura",
        "david",
        "hannah",
        "daniel",
        "olivia",
        "thomas",
        "sophie",
        "peter",
    ),
    *(
        "agnieszka",
        "krzysztof",
        "xiaoming",
        "nguyen",
        "bjorn",
        "zsofia",
        "ingrid",
        "mehmet",
        "fatima",
        "giulia",
        "yuki",
    ),
)
LAST = (
    *("thompson", "wilson", "martin", "clark", "baker", "lewis", "young", "hall", "wright", "turner", "hughes", "ward"),
    *("szczepanski", "zhang", "tran", "lindqvist", "kovacs", "yilmaz", "rossi", "schmidt", "dubois", "novak", "jansen"),
)
_RUSSIAN_FIRST = (
    "polina",
    "kristina",
    "aleksey",
    "dmitriy",
    "anastasiya",
    "ekaterina",
    "maksim",
    "yuliya",
    "artyom",
    "svetlana",
)
_RUSSIAN_LAST = (
    "shmatkova",
    "alekseya",
    "kuznetsov",
    "popova",
    "vasilyev",
    "morozova",
    "volkov",
    "lebedeva",
    "sokolov",
    "egorova",
)


class Person(NamedTuple):
    """A name as it is written into the form, and the part before the @."""

    name: str
    local: str


def letters(random: Random, count: int = 4) -> str:
    """Tells one made-up person from another, where names are few."""
    return "".join(random.choices(string.ascii_lowercase, k=count))


def person(random: Random) -> Person:
    """Somebody ordinary: a name in one of the ways in which people write theirs."""
    first, last = random.choice(FIRST), random.choice(LAST)
    last += letters(random, 2)
    year, some = random.randrange(1955, 2008), random.randrange(1, 1000)
    ways = (
        f"{first}.{last}",
        f"{first}{last}",
        f"{first[0]}{last}",
        f"{first}.{last}{year % 100:02d}",
        f"{first}{year}",
        f"{last}.{first[:2]}",
        f"{first}_{last}{some}",
        f"{first}-{last}",
        f"{first}.{last}+post",
    )
    return Person(f"{first.title()} {last.title()}", random.choice(ways))


def transliterated(random: Random) -> Person:
    """The third seed's: kistinaalekseya, polinashmatkova360."""
    first, last = random.choice(_RUSSIAN_FIRST), random.choice(_RUSSIAN_LAST)
    number = str(random.randrange(10, 1000)) if random.random() < 0.5 else ""
    return Person(f"{first.title()} {last.title()}", f"{first}{last}{number}")


def scattered(random: Random, prefix: str = "") -> Person:
    """The third seed's: mo6xxybjva6z, 0uvxqti4m6."""
    length = random.randrange(10, 13) - len(prefix)
    local = prefix + "".join(random.choices(string.ascii_lowercase + string.digits, k=length))
    return Person(transliterated(random).name, local)


def numbered(random: Random, number: int) -> Person:
    """The fourth seed's: sarah.thompson4812, then james.wilson4813."""
    first, last = random.choice(FIRST[:12]), random.choice(LAST[:12])
    return Person(f"{first.title()} {last.title()}", f"{first}.{last}{number}")
