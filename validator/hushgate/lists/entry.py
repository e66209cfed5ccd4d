"""One entry of a list: what it names, why, by whom, and for how long."""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from msgspec import Struct

from hushgate.errors import BadField
from hushgate.idn import ascii_domain
from hushgate.visit import Decision

ListName = Literal["block", "allow"]
Kind = Literal["address", "network", "domain", "agent"]
"""address: an IP address or a range; network: an AS number; domain: a mail domain and all under it; agent: a user agent."""

VALUE_MAX, REASON_MAX, BY_MAX = 512, 300, 100
WIDEST = {4: 8, 6: 16}
"""Prefix lengths below which a range is taken for a slip of the hand: it would name a good part of the internet."""
_DOMAIN = re.compile(r"^(?=.{3,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$")
_RANGE = re.compile(r"[0-9a-fA-F.:]+/\d+")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_FOR = re.compile(r"^(\d{1,6})([smhdw])$")
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_LAST = timedelta(hours=23, minutes=59, seconds=59)


class Entry(Struct, frozen=True, omit_defaults=True):
    """``site`` is a site key, "" for all sites. ``at`` and ``until`` are seconds since 1970; without ``until`` it stays.

    ``decision`` is what becomes of whom it blocks.
    """

    id: str
    list: ListName
    kind: Kind
    value: str
    reason: str
    by: str
    at: float
    until: float | None = None
    site: str = ""
    decision: Decision = "deny"

    @property
    def hard(self) -> bool:
        """Whether it is refused everywhere, before anything else."""
        return self.list == "block" and self.kind == "address" and self.decision == "deny"

    @property
    def same(self) -> tuple[str, str, str, str]:
        """What two entries have in common of which the later replaces the earlier."""
        return self.list, self.kind, self.value, self.site

    def live(self, now: float) -> bool:
        """Whether it is in force."""
        return self.until is None or now < self.until


class Record(Struct, frozen=True):
    """One line of the audit trail: who did what, and to which entry."""

    at: float
    by: str
    did: Literal["added", "replaced", "removed", "expired"]
    entry: Entry


def read_value(text: str, kind: str | None = None) -> tuple[Kind, str]:
    """What a text names: 203.0.113.0/24, AS64500, example.com, or agent:*Headless* (``*`` stands for anything).

    Raises:
        BadField: it names nothing; the message says what would.
    """
    text = text.strip()
    told, colon, rest = text.partition(":")
    if kind is None and colon and told in get_args(Kind):
        kind, text = told, rest.strip()
    if not text or len(text) > VALUE_MAX:
        raise BadField(f"value: expected 1 to {VALUE_MAX} letters", "value")
    if kind is not None and kind not in get_args(Kind):
        raise BadField(f"kind: {kind!r} is none, expected one of {', '.join(get_args(Kind))}", "kind")
    if kind == "agent":
        return "agent", _agent(text)
    readers: dict[Kind, Callable[[str], str | None]] = {"network": _network, "address": _address, "domain": _domain}
    for name, reader in readers.items():
        if kind in (None, name) and (value := reader(text)) is not None:
            return name, value
    raise BadField(f"value: {text[:60]!r} is no {kind or 'address, network or domain'}; {_remedy(text, kind)}", "value")


def _remedy(text: str, kind: str | None) -> str:
    if kind is None and ("*" in text or "/" in text) and not _RANGE.fullmatch(text):
        return f"a user agent is written as agent:{text[:60]}"
    return "write it as 203.0.113.7, 203.0.113.0/24, 2001:db8::/32, AS64500, example.com, or agent:curl/*"


def _address(text: str) -> str | None:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            raise BadField(
                f"value: {text} has bits set behind its prefix; did you mean {_floor(text)}?", "value"
            ) from None
        return None
    if network.prefixlen < WIDEST[network.version]:
        raise BadField(f"value: {text} is wider than /{WIDEST[network.version]}; name smaller ranges", "value")
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= 96:
        network = ipaddress.ip_network((mapped, network.prefixlen - 96), strict=False)
    alone = network.prefixlen == network.max_prefixlen
    return str(network.network_address if alone else network)


def _floor(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


def _network(text: str) -> str | None:
    match = re.fullmatch(r"(?:as|asn)?\s?(\d{1,10})", text, re.IGNORECASE)
    return f"AS{int(match.group(1))}" if match and 0 < int(match.group(1)) < 2**32 else None


def _domain(text: str) -> str | None:
    name = ascii_domain(text.removeprefix("*.").rpartition("@")[2]).rstrip(".")
    return name if _DOMAIN.match(name) else None


def _agent(text: str) -> str:
    if not text.replace("*", "").strip():
        raise BadField("value: a user agent of nothing but * would name everybody", "value")
    return re.sub(r"\*+", "*", text)


def read_span(text: str) -> int:
    """Seconds of 90s, 30m, 12h, 7d or 2w. Raises BadField."""
    match = _FOR.match(text.strip())
    if match is None:
        raise BadField(f"{text[:40]!r} is no span of time; write 30m, 12h, 7d or 2w", "span")
    return int(match.group(1)) * _UNITS[match.group(2)]


def read_until(text: str, now: float) -> float:
    """When an entry ends: "12h", "7d", "2w", a time, or a date such as 2026-12-31, at whose end it does (UTC). Raises BadField."""
    if _FOR.match(text.strip()):
        return now + read_span(text)
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadField(f"until: {text[:40]!r} is no time; write 12h, 7d, 2w, or 2026-12-31", "until") from None
    at += _LAST if _DAY.fullmatch(text.strip()) else timedelta()
    until = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if until <= now:
        raise BadField(f"until: {text} is over already", "until")
    return until


def new_entry(
    list: ListName,
    text: str,
    *,
    by: str,
    reason: str = "",
    kind: str | None = None,
    until: str | None = None,
    site: str = "",
    decision: Decision = "deny",
) -> Entry:
    """A fresh entry of now. Raises BadField, naming what is wrong."""
    now = round(time.time(), 3)
    named, value = read_value(text, kind)
    if list == "block" and decision == "allow":
        raise BadField("decision: what is blocked is not allowed; use the allowlist", "decision")
    if not by.strip():
        raise BadField("by: say who does this", "by")
    ends = read_until(until, now) if until else None
    why = _plain(reason, REASON_MAX) or "no reason was given"
    return Entry(secrets.token_hex(4), list, named, value, why, _plain(by, BY_MAX), now, ends, site, decision)


def _plain(text: str, most: int) -> str:
    """A text for logs and tables: one line, printable, of bounded length."""
    return "".join(char if char.isprintable() else " " for char in text).strip()[:most]
