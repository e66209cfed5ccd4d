"""A set of networks that an address is looked up in: merged, sorted, bisected."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Networks:
    """Networks in CIDR. A look-up is one bisection.

    Raises:
        ValueError: a text is no network; the message quotes it.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        read = [_read(text) for text in networks]
        self._bounds = {4: _bounds(n for n in read if n.version == 4), 16: _bounds(n for n in read if n.version == 6)}
        self.size = len(read)

    def __contains__(self, packed: bytes) -> bool:
        """Whether an address is in one of them, given as 4 or 16 bytes in network order."""
        return bisect_right(self._bounds[len(packed)], int.from_bytes(packed)) % 2 == 1


def _read(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"{text[:60]!r} is no network") from None


def _bounds(networks: Iterable[_Network]) -> list[int]:
    """Where a network begins and where it has ended, in turn: an address with an odd number of them below it is inside."""
    bounds: list[int] = []
    for network in ipaddress.collapse_addresses(networks):  # type: ignore[type-var]  # one version at a time
        first, end = int(network.network_address), int(network.broadcast_address) + 1
        if bounds and bounds[-1] == first:
            bounds[-1] = end
        else:
            bounds += [first, end]
    return bounds
