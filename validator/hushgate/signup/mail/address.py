"""Reads a mail address: its syntax, by the PyPI package email-validator, and the inbox that it leads to."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from msgspec import Struct

from hushgate.errors import BadField
from hushgate.signup.mail import domains

FIELD = "email"
LENGTH_MAX = 254
"""RFC 5321, section 4.5.3.1.3, less the brackets."""
_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*")
_DOMAIN = re.compile(r"(?=.{4,64}\Z)(?!.*--)(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_NOBODYS = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
"""Ends of names that email-validator refuses, and says why: .localhost, .invalid."""
_DOTLESS = frozenset({"google", "proton"})
"""Providers that deliver a.b@ and ab@ to one inbox."""


class Address(Struct, frozen=True):
    """A mail address in parts, in lower case. ``domain`` is in ASCII; ``inbox`` is the same for every spelling of one inbox.

    ``local`` is what stands before the @, without a tag behind "+". ``provider`` is its name where anybody may open an inbox
    there, else "". ``relay`` is whether the part before the @ was made up by a service that hides a person's address.
    """

    raw: str
    local: str
    domain: str
    inbox: str
    provider: str
    relay: bool


def read(email: str) -> Address:
    """Takes an address apart. Quoted parts, other scripts and IDN are fine; nothing is looked up.

    Raises:
        BadField: it is no mail address; the message says why and the field is named.
    """
    local, domain = _plain(email) or _parsed(email)
    provider, relay = _known(domain)
    base = local.split("+", 1)[0] or local
    box = base.replace(".", "") if provider in _DOTLESS else base
    home = provider if provider in _DOTLESS else domain
    return Address(f"{local}@{domain}", base, domain, f"{box}@{home}", provider, relay)


@lru_cache(maxsize=4096)
def _known(domain: str) -> tuple[str, bool]:
    """Whose a domain is, and whether it is a relay's."""
    return domains.provider(domain), domains.relay(domain)


def _plain(email: str) -> tuple[str, str] | None:
    """The parts of a plain address, as most are: there is nothing that could be wrong with it, as a test holds against email-validator."""
    local, _, domain = email.rpartition("@")
    if not _LOCAL.fullmatch(local) or len(domain) > LENGTH_MAX or not _plain_domain(domain):
        return None
    return local.lower(), domain.lower()


@lru_cache(maxsize=4096)
def _plain_domain(domain: str) -> bool:
    return _DOMAIN.fullmatch(domain) is not None and not f".{domain.lower()}".endswith(_NOBODYS)


def _parsed(email: str) -> tuple[str, str]:
    if len(email) > LENGTH_MAX * 4:
        raise BadField("email: the address is too long", FIELD)
    try:
        parsed = validate_email(
            email.strip(), check_deliverability=False, allow_quoted_local=True, allow_smtputf8=True, strict=False
        )
    except EmailNotValidError as error:
        raise BadField(f"email: {error}", FIELD) from None
    return parsed.local_part.lower(), parsed.ascii_domain.lower()
