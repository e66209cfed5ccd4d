"""Where an address is and whose network it belongs to."""

from __future__ import annotations

from functools import lru_cache
from os import PathLike
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton

from hushgate.geo.kinds import kind_of
from hushgate.geo.sources import Source, aged
from hushgate.geo.tables import open_anonymous, open_countries, open_networks
from hushgate.visit import Network

_NOTHING = Network()
_MAPPED = bytes(10) + b"\xff\xff"
_REMEMBERED = 8192


class Atlas:
    """Looks addresses up. Opened once, shared by threads and forked workers.

    Each path is an ``.mmdb`` of the operator's own (MaxMind, DB-IP, or flat); without one the shipped data is used. A
    file that cannot be read is no error here: its answers are missing, and ``status()`` says why.
    """

    def __init__(
        self,
        country_path: str | PathLike[str] | None = None,
        asn_path: str | PathLike[str] | None = None,
        anonymous_path: str | PathLike[str] | None = None,
    ) -> None:
        self._countries = open_countries(Path(country_path) if country_path else None)
        self._networks = open_networks(Path(asn_path) if asn_path else None)
        self._anonymous = open_anonymous(Path(anonymous_path)) if anonymous_path else None
        self._remembered = lru_cache(_REMEMBERED)(self._look_up)

    def look_up(self, ip: str) -> Network:
        """Country (ISO 3166 alpha-2), AS number, organisation and kind of an address. Never raises on any string.

        What is not known is None, and the kind "unknown". Private addresses are looked up like any others: operators
        put their offices into their files, and tests use the documentation ranges. The shipped data has none of them.
        """
        return self._remembered(ip)

    def status(self) -> list[Source]:
        """The files in use, with name, licence, date and age; an unreadable one has an ``error`` and is not ``ok``."""
        tables = (self._countries, self._networks, self._anonymous)
        return [aged(table.source) for table in tables if table]

    def _look_up(self, ip: str) -> Network:
        packed = _packed(ip)
        if packed is None:
            return _NOTHING
        country = self._countries.find(packed)
        asn, org = self._networks.find(packed) or (None, None)
        kind = kind_of(asn, org)
        if self._anonymous and kind != "relay":
            kind = self._anonymous.find(packed) or kind
        return Network(country, asn, org, kind)


def _packed(ip: str) -> bytes | None:
    """The address in network order; an IPv4 address that is written as IPv6 (``::ffff:192.0.2.1``) as IPv4."""
    try:
        if ":" not in ip:
            return inet_pton(AF_INET, ip)
        packed = inet_pton(AF_INET6, ip)
    except (OSError, ValueError):
        return None
    return packed[12:] if packed.startswith(_MAPPED) else packed
