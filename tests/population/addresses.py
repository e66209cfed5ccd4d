"""Addresses of real networks, drawn from the shipped address data."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from itertools import accumulate
from random import Random

from hushgate.geo import Atlas
from hushgate.geo.ranges import Ranges
from hushgate.geo.tables import SHIPPED
from hushgate.visit import Kind, Network

IPV6 = 0.35
"""The share of addresses of access networks that are IPv6, where the country has any; of all others it is none."""

MISPLACED = 0.003
"""The share of people at home whom a database puts into another country: DB-IP against others, 0.27 to 0.38 % of access networks."""

PROXIES = ("zscaler", "netskope", "cato networks", "iboss", "forcepoint")

HUBS = ("US", "DE", "GB", "NL", "FR", "SE", "CH", "FI", "IE")
"""Where servers stand, and the exits of VPNs with them."""

_TRIES = 2000


@cache
def atlas() -> Atlas:
    """The shipped data."""
    return Atlas()


class _Blocks:
    """A country's ranges of one family, drawn from by their size."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.sizes: list[int] = []
        self.sums: list[int] = []

    def draw(self, random: Random) -> int:
        self.sums = self.sums or list(accumulate(self.sizes))
        at = random.randrange(self.sums[-1])
        number = bisect_right(self.sums, at)
        return self.starts[number] + random.randrange(self.sizes[number])


@cache
def _blocks() -> dict[tuple[str, int], _Blocks]:
    """By country and family. IPv6 is counted in networks of 64 bits, which is how the file has it."""
    ranges = Ranges(SHIPPED / "country.bin")
    found: dict[tuple[str, int], _Blocks] = defaultdict(_Blocks)
    for family, size, starts in ((4, 4, ranges._starts4), (6, 8, ranges._starts6)):
        ends = [*starts[1:], 1 << 8 * size]
        for first, last in zip(starts, ends, strict=True):
            place = ranges.find(first.to_bytes(size) + bytes(8 if family == 6 else 0))
            if place:
                blocks = found[place[1], family]
                blocks.starts.append(first)
                blocks.sizes.append(last - first)
    return found


@cache
def _proxies() -> _Blocks:
    """The IPv4 ranges of companies' web proxies."""
    ranges, found = Ranges(SHIPPED / "network.bin"), _Blocks()
    starts = ranges._starts4
    for first, last in zip(starts, [*starts[1:], 1 << 32], strict=True):
        network = ranges.find(first.to_bytes(4))
        if network and network[1].lower().startswith(PROXIES):
            found.starts.append(first)
            found.sizes.append(last - first)
    return found


def draw_proxy(random: Random) -> tuple[str, Network]:
    """An address of a company's web proxy, wherever it stands."""
    ip = _text(random, _proxies().draw(random), 4)
    return ip, atlas().look_up(ip)


def _text(random: Random, number: int, family: int) -> str:
    return str(IPv4Address(number)) if family == 4 else str(IPv6Address(number << 64 | random.getrandbits(64)))


def draw(random: Random, country: str, kind: Kind) -> tuple[str, Network]:
    """An address of a country in a network of a kind, and what the shipped data says of it.

    Raises:
        LookupError: the country has too few of that kind to be met.
    """
    six = kind == "access" and random.random() < IPV6 and (country, 6) in _blocks()
    family = 6 if six else 4
    for _ in range(_TRIES):
        ip = _text(random, _blocks()[country, family].draw(random), family)
        network = atlas().look_up(ip)
        if (network.country, network.kind) == (country, kind):
            return ip, network
    raise LookupError(f"{country} has hardly an address of the kind {kind}")
