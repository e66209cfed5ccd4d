"""Who asks: the address, the headers and the page of one request, read from a WSGI environment."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from socket import AF_INET, inet_pton
from typing import Any, cast
from urllib.parse import quote, urlsplit

from msgspec import Struct

HEADER_MAX = 1024
HEADERS_MAX = 64
NAMES_KEPT = 512
LAYOUTS_KEPT = 512
LAYOUT_MAX = 4 * 1024
"""Letters of an environment's keys that are kept together; real ones have some 500, and a process's variables besides."""
HOPS_MAX = 16
_PORT = re.compile(r"^(?:\[([^\]]+)\]|([\d.]+))(?::\d+)?$")
_SECRET = frozenset({"cookie", "authorization", "proxy-authorization", "proxy"})
"""Headers that are never kept: nothing in them helps to judge a visit.

``proxy`` is none: a server that puts its own environment into the request's makes one of HTTP_PROXY (https://httpoxy.org), and
that may hold a password.
"""

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


_STORY = ("accept-language", "sec-ch-ua", "sec-ch-ua-platform", "sec-ch-ua-mobile")
_UNTOLD = ("",) * len(_STORY)


class Caller(Struct, frozen=True):
    """``ip`` is the client's address; ``headers`` keep their order; ``hostname`` is the page's, from Origin or Referer.

    ``scheme`` is what the client used, by a configured proxy's word where there is one. ``line`` is the method and the target of a
    signed request, where they are known. ``told`` is whether a backend elsewhere told of it, and read the address by settings of its own.
    """

    ip: str
    headers: dict[str, str]
    origin: str | None
    hostname: str | None
    scheme: str
    line: tuple[str, str] | None = None
    told: bool = False

    @property
    def user_agent(self) -> str:
        """The User-Agent header, "" where there is none."""
        return self.headers.get("user-agent", "")

    @property
    def story(self) -> str:
        """What the headers tell of the browser beside its user agent, the same in every request of one page."""
        return "\n".join(map(self.headers.get, _STORY, _UNTOLD))


def read_headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers, lower case, in the order they came in, without those that hold secrets."""
    keys, names = _LAYOUTS[tuple(environ)]
    return _kept(dict(zip(names, map(environ.__getitem__, keys), strict=True)))


def _kept(headers: dict[str, str]) -> dict[str, str]:
    """As many of them, and as much of each, as is kept."""
    if len(headers) > HEADERS_MAX:
        headers = dict(islice(headers.items(), HEADERS_MAX))
    if max(map(len, headers.values()), default=0) > HEADER_MAX:
        headers = {name: value[:HEADER_MAX] for name, value in headers.items()}
    return headers


class _Names(dict[str, str | None]):
    """The header that a key of the environment stands for; None where it is no header, or one that is not kept."""

    def __missing__(self, key: str) -> str | None:
        name = None
        if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = key.removeprefix("HTTP_").replace("_", "-").lower()
        name = None if name in _SECRET else name
        if len(self) < NAMES_KEPT:
            self[key] = name
        return name


_name = _Names().__getitem__


class _Layouts(dict[tuple[str, ...], tuple[list[str], list[str]]]):
    """For the keys of an environment, those that are kept headers, and the headers' names. One client's requests all have the same."""

    def __missing__(self, keys: tuple[str, ...]) -> tuple[list[str], list[str]]:
        pairs = [(key, name) for key in keys if (name := _name(key)) is not None]
        layout = [key for key, _ in pairs], [name for _, name in pairs]
        if sum(map(len, keys)) <= LAYOUT_MAX:
            if len(self) >= LAYOUTS_KEPT:
                self.clear()
            self[keys] = layout
        return layout


_LAYOUTS = _Layouts()


class _Keys(dict[str, str]):
    """The key of the environment that a header's name has."""

    def __missing__(self, name: str) -> str:
        key = "HTTP_" + name.upper().replace("-", "_")
        if len(self) < NAMES_KEPT and len(name) < HEADER_MAX:
            self[name] = key
        return key


_KEYS = _Keys()


class _Told(dict[str, str | None]):
    """The same for the name of a header that a backend tells of; None where it is not kept."""

    def __missing__(self, name: str) -> str | None:
        told = _name(_KEYS[name])
        if len(self) < NAMES_KEPT and len(name) < HEADER_MAX:
            self[name] = told
        return told


_told = _Told().__getitem__


@lru_cache(maxsize=8192)
def within(ip: str, networks: tuple[IPNetwork, ...]) -> bool:
    """Whether an address is in one of the networks; False for what is no address."""
    if not networks:
        return False
    try:
        address = parse_address(ip)
    except ValueError:
        return False
    return any(address in network for network in networks)


def client_ip(peer: str, forwarded: str | None, proxies: tuple[IPNetwork, ...]) -> str:
    """The client's address: X-Forwarded-For is read from the right, and only as far as configured proxies wrote it."""
    if not forwarded or not within(peer, proxies):
        return peer
    ip = peer
    for part in reversed(forwarded.split(",")[-HOPS_MAX:]):
        hop = _bare(part.strip())
        if hop is None:
            return ip
        ip = hop
        if not within(hop, proxies):
            return ip
    return ip


@lru_cache(maxsize=8192)
def _bare(text: str) -> str | None:
    """An address without brackets and port, as some proxies write them; None where it is no address."""
    match = _PORT.match(text)
    try:
        return str(parse_address(match.group(1) or match.group(2) if match else text))
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address, IPv4 where it is IPv4 in IPv6's clothes. Raises ValueError."""
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def is_ipv4(text: str) -> bool:
    """Whether this is an address of IPv4, as it is always written."""
    try:
        return bool(inet_pton(AF_INET, text))
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=8192)
def address_prefix(ip: str) -> str:
    """The part of an address that stays when a phone moves or a line is renewed: /24 of IPv4, /56 of IPv6."""
    if is_ipv4(ip):
        return f"{ip.rpartition('.')[0]}.0/24"
    try:
        address = parse_address(ip)
    except ValueError:
        return "unknown"
    if address.version == 4:
        return f"{str(address).rpartition('.')[0]}.0/24"
    return str(ipaddress.ip_network((address, 56), strict=False))


@lru_cache(maxsize=1024)
def _hostname(url: str) -> str | None:
    """The host of a page's address; None for what no browser sends as one."""
    if not url.startswith(("https://", "http://")) or "\\" in url or "@" in url.partition("?")[0]:
        return None
    try:
        return (urlsplit(url).hostname or "").removesuffix(".") or None
    except ValueError:
        return None


def environ_of(ip: str, scheme: str, headers: Iterable[tuple[str, str]]) -> dict[str, object]:
    """A WSGI environment that says this of a request, for those that came another way."""
    environ: dict[str, object] = {"REMOTE_ADDR": ip, "wsgi.url_scheme": scheme}
    for name, value in headers:
        key = _KEYS[name]
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


def read_caller(environ: Mapping[str, Any], proxies: tuple[IPNetwork, ...]) -> Caller:
    """Reads the caller of a request. Never raises."""
    headers = read_headers(environ)
    # the end of it is what our own proxy wrote: a client that pads the beginning must not push that out
    forwarded = (environ.get("HTTP_X_FORWARDED_FOR") or "")[-HEADER_MAX:]
    peer = environ.get("REMOTE_ADDR") or ""
    ip = client_ip(peer, forwarded, proxies)
    told = headers.get("x-forwarded-proto")
    scheme = told if told and within(peer, proxies) else environ.get("wsgi.url_scheme") or "http"
    return _caller(ip, scheme, headers, _line(environ) if "signature-input" in headers else None)


def told_caller(ip: str, scheme: str, headers: Mapping[str, str]) -> Caller:
    """The caller that a backend tells of, whose word is believed: no proxy is looked for. Never raises."""
    told: dict[str | None, str] = dict(zip(map(_told, headers), headers.values(), strict=True))
    if len(told) < len(headers):  # one name, written in several ways
        told.clear()
        for name, value in headers.items():
            key = _told(name)
            told[key] = f"{told[key]},{value}" if key in told else value
    told.pop(None, None)  # all that is not kept
    return _caller(ip, scheme, _kept(cast("dict[str, str]", told)), None, told=True)


def _caller(
    ip: str, scheme: str, headers: dict[str, str], line: tuple[str, str] | None, *, told: bool = False
) -> Caller:
    origin = headers.get("origin")
    page = headers.get("referer") if origin is None else origin
    return Caller(ip, headers, origin, _hostname(page) if page else None, scheme, line, told)


def _line(environ: Mapping[str, Any]) -> tuple[str, str] | None:
    """The method and the target; None where the environment was made from headers alone."""
    method = environ.get("REQUEST_METHOD")
    if not method:
        return None
    path = _quoted((environ.get("SCRIPT_NAME") or "") + (environ.get("PATH_INFO") or "/"))
    query = environ.get("QUERY_STRING") or ""
    return method, f"{path}?{query}" if query else path


def _quoted(path: str) -> str:
    """A path as it was asked for: WSGI has its bytes as Latin-1 (PEP 3333), Django under ASGI has read them as UTF-8 already."""
    try:
        return quote(path, encoding="latin-1")
    except UnicodeEncodeError:
        return quote(path, errors="replace")
