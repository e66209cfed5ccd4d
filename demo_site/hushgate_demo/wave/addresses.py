"""Draws addresses that look like those of a wave: real providers' prefixes, by country and kind of network."""

from __future__ import annotations

import ipaddress
from functools import cache
from importlib import resources
from random import Random
from typing import NamedTuple


class Prefix(NamedTuple):
    """One line of addresses.txt."""

    country: str
    kind: str
    network: ipaddress.IPv4Network
    org: str


@cache
def prefixes() -> tuple[Prefix, ...]:
    """All of addresses.txt."""
    text = resources.files(__package__).joinpath("addresses.txt").read_text(encoding="utf-8")
    rows = (line.split(maxsplit=3) for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Prefix(country, kind, ipaddress.IPv4Network(network), org) for country, kind, network, org in rows)


def draw(random: Random, country: str, kind: str) -> str:
    """One address of a country, from a network of a kind ("access" or "hosting")."""
    fitting = [prefix for prefix in prefixes() if (prefix.country, prefix.kind) == (country, kind)]
    network = random.choice(fitting).network
    return str(network[random.randrange(1, network.num_addresses - 1)])
