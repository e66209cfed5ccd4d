"""What an address is looked up in: the shipped files, or the operator's own.

MaxMind's and DB-IP's own files are read with geoip2. It refuses the flat files that others make of the same data
("country ipvAll", one ``country_code`` a record), so those are read with maxminddb.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any, Generic, TypeVar

import maxminddb
from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from geoip2.models import AnonymousIP

from hushgate.geo.ranges import Ranges
from hushgate.geo.sources import Source, describe_mmdb, describe_shipped, missing
from hushgate.visit import Kind

T = TypeVar("T")

Announced = tuple[int | None, str | None]
"""AS number and name of the organisation."""

SHIPPED = Path(__file__).parent / "db"
"""Where the build puts the shipped files."""

# What a damaged or foreign file makes the readers raise, and an IPv6 address asked of an IPv4 file.
_UNREADABLE = (AddressNotFoundError, maxminddb.InvalidDatabaseError, ValueError, TypeError, OSError)


@dataclass(frozen=True)
class Table(Generic[T]):
    """``find`` takes an address as bytes in network order. None: it is not there. It never raises."""

    find: Callable[[bytes], T | None]
    source: Source


def open_countries(path: Path | None) -> Table[str]:
    """Country codes by address; None opens the shipped file. An unreadable file gives an empty table that says so."""
    return _open("country", path, _names, "Country", _country, _flat_country)


def open_networks(path: Path | None) -> Table[Announced]:
    """AS numbers and names by address; None opens the shipped file."""
    return _open("network", path, lambda ranges: ranges.find, "ASN", _announced, _flat_announced)


def open_anonymous(path: Path) -> Table[Kind]:
    """vpn, tor or hosting by address, from a GeoIP2 Anonymous-IP file. There is no shipped one."""
    return _open("anonymous", path, lambda _ranges: lambda _packed: None, "Anonymous", _anonymous, lambda _record: None)


def _open(
    use: str,
    path: Path | None,
    from_ranges: Callable[[Ranges], Callable[[bytes], T | None]],
    word: str,
    from_geoip2: Callable[[Reader, str], T | None],
    from_flat: Callable[[Mapping[str, Any]], T | None],
) -> Table[T]:
    try:
        if path is None:
            ranges = Ranges(SHIPPED / f"{use}.bin")
            about = describe_shipped(use, SHIPPED, ranges.records)
            return Table(from_ranges(ranges), about)
        find = _mmdb(path, word, from_geoip2, from_flat)
        return Table(find, describe_mmdb(use, path))
    except _UNREADABLE as error:
        return Table(lambda _packed: None, missing(use, path, SHIPPED, error))


def _mmdb(
    path: Path,
    word: str,
    from_geoip2: Callable[[Reader, str], T | None],
    from_flat: Callable[[Mapping[str, Any]], T | None],
) -> Callable[[bytes], T | None]:
    reader = Reader(path)
    flat = None if word in reader.metadata().database_type else maxminddb.open_database(path)

    def find(packed: bytes) -> T | None:
        text = inet_ntop(AF_INET if len(packed) == 4 else AF_INET6, packed)
        try:
            if flat is None:
                return from_geoip2(reader, text)
            record = flat.get(text)
            return from_flat(record) if isinstance(record, dict) else None
        except _UNREADABLE:
            return None

    return find


def _names(ranges: Ranges) -> Callable[[bytes], str | None]:
    find = ranges.find

    def name(packed: bytes) -> str | None:
        found = find(packed)
        return found[1] if found else None

    return name


def _country(reader: Reader, text: str) -> str | None:
    return reader.country(text).country.iso_code


def _flat_country(record: Mapping[str, Any]) -> str | None:
    """Flat files have ``country_code``; MaxMind's City and Enterprise files have what Country files have, and more."""
    nested = record.get("country")
    code = record.get("country_code") or (nested.get("iso_code") if isinstance(nested, dict) else None)
    return code if isinstance(code, str) else None


def _announced(reader: Reader, text: str) -> Announced:
    model = reader.asn(text)
    return model.autonomous_system_number, model.autonomous_system_organization


def _flat_announced(record: Mapping[str, Any]) -> Announced | None:
    asn, org = record.get("autonomous_system_number"), record.get("autonomous_system_organization")
    return (asn if isinstance(asn, int) else None, org if isinstance(org, str) else None)


def _anonymous(reader: Reader, text: str) -> Kind | None:
    model: AnonymousIP = reader.anonymous_ip(text)
    if model.is_tor_exit_node:
        return "tor"
    if model.is_anonymous_vpn or model.is_public_proxy or model.is_residential_proxy:
        return "vpn"  # proxies too: the record has one word for "somebody hides here"
    return "hosting" if model.is_hosting_provider else "vpn" if model.is_anonymous else None
