"""A set of networks that an address is looked up in: merged, sorted, bisected."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from typing import TypeVar

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_N = TypeVar("_N", ipaddress.IPv4Network, ipaddress.IPv6Network)


class Networks:
    """Networks in CIDR. A look-up is one bisection.

    Raises:
        ValueError: a text is no network; the message quotes it.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        read = [_read(text) for text in networks]
        self._bounds = {4: _bounds(read, ipaddress.IPv4Network), 16: _bounds(read, ipaddress.IPv6Network)}
        self.size = len(read)

    def __contains__(self, packed: bytes) -> bool:
        """Whether an address is in one of them, given as 4 or 16 bytes in network order."""
        return bisect_right(self._bounds[len(packed)], int.from_bytes(packed)) % 2 == 1


def _read(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"{text[:60]!r} is no network") from None


def _bounds(networks: Iterable[_Network], version: type[_N]) -> list[int]:
    """Where a network of this version begins and where it has ended, in turn: an address with an odd number of them below it is inside."""
    bounds: list[int] = []
    for network in ipaddress.collapse_addresses(one for one in networks if isinstance(one, version)):
        first, end = int(network.network_address), int(network.broadcast_address) + 1
        if bounds and bounds[-1] == first:
            bounds[-1] = end
        else:
            bounds += [first, end]
    return bounds
