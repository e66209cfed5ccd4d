"""Who asks: the address, the headers and the page of one request, read from a WSGI environment."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

HEADER_MAX = 1024
HEADERS_MAX = 64
_SECRET = frozenset({"cookie", "authorization", "proxy-authorization"})
"""Headers that are never kept: nothing in them helps to judge a visit."""

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class Caller(NamedTuple):
    """``ip`` is the client's address; ``headers`` keep their order; ``hostname`` is the page's, from Origin or Referer.

    ``scheme`` is what the client used, by a configured proxy's word where there is one.
    """

    ip: str
    headers: dict[str, str]
    origin: str | None
    hostname: str | None
    scheme: str

    @property
    def user_agent(self) -> str:
        """The User-Agent header, "" where there is none."""
        return self.headers.get("user-agent", "")


def read_headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers, lower case, in the order they came in, without those that hold secrets."""
    headers: dict[str, str] = {}
    for key, value in environ.items():
        name = _header_name(key)
        if name is not None:
            headers[name] = value[:HEADER_MAX]
    if len(headers) > HEADERS_MAX:
        return dict(islice(headers.items(), HEADERS_MAX))
    return headers


@lru_cache(maxsize=512)
def _header_name(key: str) -> str | None:
    """The header that a key of the environment stands for; None where it is no header, or one that is not kept."""
    if not key.startswith("HTTP_") and key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        return None
    name = key.removeprefix("HTTP_").replace("_", "-").lower()
    return None if name in _SECRET else name


@lru_cache(maxsize=8192)
def _trusted(ip: str, proxies: tuple[IPNetwork, ...]) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(address in network for network in proxies)


def client_ip(peer: str, forwarded: str | None, proxies: tuple[IPNetwork, ...]) -> str:
    """The client's address: X-Forwarded-For is read from the right, and only as far as configured proxies wrote it."""
    if not forwarded or not _trusted(peer, proxies):
        return peer
    ip = peer
    for hop in reversed([part.strip() for part in forwarded.split(",")[-16:]]):
        if not _is_ip(hop):
            return ip
        ip = hop
        if not _trusted(hop, proxies):
            return ip
    return ip


@lru_cache(maxsize=8192)
def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8192)
def address_prefix(ip: str) -> str:
    """The part of an address that stays when a phone moves or a line is renewed: /24 of IPv4, /56 of IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 56), strict=False))


@lru_cache(maxsize=1024)
def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def read_caller(environ: Mapping[str, Any], proxies: tuple[IPNetwork, ...]) -> Caller:
    """Reads the caller of a request. Never raises."""
    headers = read_headers(environ)
    forwarded = headers.get("x-forwarded-for")
    peer = environ.get("REMOTE_ADDR") or ""
    ip = client_ip(peer, forwarded, proxies)
    told = headers.get("x-forwarded-proto")
    scheme = told if told and _trusted(peer, proxies) else environ.get("wsgi.url_scheme") or "http"
    origin = headers.get("origin")
    page = origin if origin and origin != "null" else headers.get("referer")
    return Caller(ip, headers, origin, _hostname(page) if page else None, scheme)
