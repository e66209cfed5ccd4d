"""A population: people as they sign up, made from observed browsers, real networks and what is known of the rest.

``people(count, seed)`` gives visits on record, the same ones for the same seed and the same data. The devices are in observed.py (as seen) and
made.py and special.py (what that lacks), homes and languages in homes.txt, addresses from the shipped address data, hands in hands.py.

It shows what the checks do to browsers and circumstances that are known. It cannot show what nobody has thought of, and it does not have people
who change what their browser says with an extension, nor machines with two graphics cards: how many those are is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from hushgate.visit import Network
from population import made, special
from population.addresses import HUBS, MISPLACED, draw, draw_proxy
from population.homes import Home, draw_home, draw_languages, draw_zone, home_of
from population.visits import visit

Where = tuple[str, Network]


class Person(NamedTuple):
    """One person: the circumstances, and the visit on record."""

    kind: str
    record: dict[str, Any]


def _at_home(random: Random, home: Home) -> Where:
    ip, network = draw(random, home.country, "access")
    if random.random() < MISPLACED:
        network = Network(draw_home(random, home.country).country, network.asn, network.org, network.kind)
    return ip, network


def _home(random: Random, home: Home) -> tuple[Where, str]:
    return _at_home(random, home), home.country


def _abroad(random: Random, home: Home) -> tuple[Where, str]:
    """Abroad; phones and most laptops set their clock by the place, four in ten keep the one of home."""
    away = draw_home(random, home.country)
    return draw(random, away.country, "access"), home.country if random.random() < 0.4 else away.country


def _tunnel(random: Random, home: Home) -> tuple[Where, str]:
    """A VPN: half leave it at the nearest server, half choose a country."""
    near = home.country if home.country in HUBS else random.choice(HUBS)
    return draw(random, near if random.random() < 0.5 else random.choice(HUBS), "hosting"), home.country


def _company(random: Random, home: Home) -> tuple[Where, str]:
    """A company's web proxy, its own exit in a cloud, or its own line, which may be in the country of its head office."""
    where = random.random()
    if where < 0.4:
        return draw_proxy(random), home.country
    if where < 0.7:
        return draw(random, home.country if home.country in HUBS else random.choice(HUBS), "hosting"), home.country
    office = home if where < 0.9 else draw_home(random, home.country)
    return draw(random, office.country, "access"), home.country


class Kind(NamedTuple):
    """A kind of circumstances: its share in thousandths, its devices, and where it is: the address, and the country whose clock it has."""

    share: int
    devices: tuple[tuple[made.Make, int], ...]
    where: Callable[[Random, Home], tuple[Where, str]]


KINDS = {
    "home": Kind(800, made.ORDINARY, _home),
    "app": Kind(40, special.APPS, _home),
    "old": Kind(30, special.OLD, _home),
    "private": Kind(15, special.PRIVATE, _home),
    "traveller": Kind(25, made.ORDINARY, _abroad),
    "vpn": Kind(50, made.ORDINARY, _tunnel),
    "company": Kind(40, made.ORDINARY, _company),
}
"""Shares are own estimates. ``home`` is an ordinary device at home."""

STRIPPED = 0.03
"""The share of companies' lines whose proxy takes the newer headers out."""
_NEWER = ("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")


def person(random: Random, name: str) -> Person:
    """One person of a kind."""
    kind = KINDS[name]
    home, device = draw_home(random), made.make(random, kind.devices)
    where, country = kind.where(random, home)
    living = home if country == home.country else home_of(country)
    zone = draw_zone(random, living, device.engine)
    record = visit(random, device, zone, draw_languages(random, home), where)
    if name == "company" and random.random() < STRIPPED:
        record["headers"] = {key: value for key, value in record["headers"].items() if key not in _NEWER}
    return Person(name, record)


def people(count: int, seed: int) -> Iterator[Person]:
    """So many people, of all kinds by their shares."""
    random = Random(seed)
    names, shares = list(KINDS), [kind.share for kind in KINDS.values()]
    for number in range(count):
        one = person(random, random.choices(names, shares)[0])
        one.record["id"] = f"{one.kind}-{seed}-{number}"
        yield one
