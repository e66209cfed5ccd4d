"""What a visitor and a mail address are counted by."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from hushgate.caller import is_ipv4, parse_address
from hushgate.idn import ascii_domain
from hushgate.signup.mail.domains import provider

DOMAIN_MAX = 255


def visitor(ip: str, prefix6: int) -> str:
    """What counts as one address: one of IPv4, a prefix of IPv6, where a line or a machine has 64 bits or more for itself.

    "" where it is no address, as behind a Unix socket.
    """
    return ip if is_ipv4(ip) else _visitor(ip, prefix6)


@lru_cache(maxsize=8192)
def _visitor(ip: str, prefix6: int) -> str:
    try:
        address = parse_address(ip)
    except ValueError:
        return ""
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, prefix6), strict=False))


def domain_of(email: str | None) -> str:
    """The domain of a mail address in ASCII, "" where there is none, or where it can be none."""
    return _domain(email.rpartition("@")[2][: DOMAIN_MAX + 1]) if email and "@" in email else ""


@lru_cache(maxsize=8192)
def _domain(text: str) -> str:
    """The same of what stands behind the @: only that is kept, for a form may hold an address of a megabyte."""
    return ascii_domain(text.strip()).rstrip(".")[:DOMAIN_MAX]


def provider_of(domain: str, host: str) -> str:
    """Who holds the mailboxes of a domain: a known provider, the host that takes its mail (where known), or the domain itself."""
    return provider(domain) or ".".join(host.split(".")[-2:]) or domain
