"""Tickets: what the gate gives a visit that it challenges, and wants back with the answer.

The backend gets a ticket with a challenge, and with no other decision: a bot that is ghosted has none to ask with, so the
endpoints that take tickets tell nobody what a token says. AES-GCM seals it, and it is always of one size.
"""

from __future__ import annotations

import secrets
import struct
import time

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from hushgate.errors import TicketRefused
from hushgate.keys import KeyRing, b64, unb64
from hushgate.tokens import Claims
from hushgate.visit import Finding, StepKind

TTL = 600
"""Seconds in which a step-up must be passed."""
SKEW_SECONDS = 60
INNER_BYTES = 1460
EMAIL_MAX = 254
PURPOSE = "step-up"


class Ticket(Struct, frozen=True, array_like=True):
    """A visit that is challenged. ``claims`` are those of its token, or stand for one where there was none.

    ``at`` is seconds since 1970; ``holder`` stands for the visitor, to whom the token is ``leased`` where there was one; ``key`` is the
    id of the gate's key that it is sealed with. ``kind`` is what was asked, "none" while nothing was; ``code`` is the keyed hash of a mail code.
    """

    claims: Claims
    nonce: str
    at: float
    key: str
    holder: str
    leased: bool
    email: str = ""
    kind: StepKind = "none"
    code: str = ""


class _Inner(Struct, frozen=True, array_like=True):
    ticket: Ticket
    findings: list[tuple[str, str, int, str]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Inner).decode


def _pack(ticket: Ticket) -> bytes:
    findings = [(one.check, one.tier, one.weight, one.saw[:96]) for one in ticket.claims.findings]
    bare = msgspec.structs.replace(ticket, claims=msgspec.structs.replace(ticket.claims, findings=[]))
    while len(data := _encode(_Inner(bare, findings))) > INNER_BYTES - 2:
        findings.pop()  # the lightest; a token leaves out what does not fit, too
    return struct.pack(">H", len(data)) + data.ljust(INNER_BYTES - 2, b"\0")


def seal(ring: KeyRing, ticket: Ticket) -> str:
    """The ticket as text, of one length whatever it says."""
    nonce = secrets.token_bytes(12)
    cipher = AESGCM(ring.derive(PURPOSE, ticket.key) or b"")
    return f"{ticket.key}~{b64(nonce + cipher.encrypt(nonce, _pack(ticket), ticket.key.encode()))}"


def read(ring: KeyRing, text: str) -> Ticket:
    """Reads a ticket back. Raises TicketRefused where it is none of this gate's, or too old."""
    key_id, _, sealed_text = text.partition("~")
    key = ring.derive(PURPOSE, key_id)
    try:
        if key is None:
            raise ValueError("the key is not in force")
        sealed = unb64(sealed_text)
        data = AESGCM(key).decrypt(sealed[:12], sealed[12:], key_id.encode())
        inner = _decode(data[2 : 2 + struct.unpack(">H", data[:2])[0]])
    except (InvalidTag, ValueError, msgspec.DecodeError, struct.error):
        raise TicketRefused("it is not of this gate") from None
    if not -SKEW_SECONDS <= time.time() - inner.ticket.at <= TTL:
        raise TicketRefused("it is too old")
    findings = [Finding(*one) for one in inner.findings]
    claims = msgspec.structs.replace(inner.ticket.claims, findings=findings)
    return msgspec.structs.replace(inner.ticket, claims=claims)
