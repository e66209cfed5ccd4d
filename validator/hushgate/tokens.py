"""Tokens: the verdict as only the backend can read it.

itsdangerous signs and times the outside; AES-GCM encrypts an inside that is always of one size, so neither what the page
holds nor its length tells the verdict.
"""

from __future__ import annotations

import os
import time
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import BadSignature
from msgspec import Struct

from hushgate.decision import Conversion
from hushgate.errors import TokenExpired, TokenForged, TokenMissing
from hushgate.keys import KeyRing, decode64, encode64
from hushgate.signing import TimestampSigner
from hushgate.visit import Confidence, Decision, Finding, Verdict

TOKEN_MAX = 2048
SKEW_SECONDS = 60
INNER_BYTES = 1100
SAW_BYTES = 96


class Claims(Struct, frozen=True, array_like=True):
    """What a token says. ``at`` is seconds since 1970; ``lost`` names what was not there when it was judged ("state").

    ``more`` is how many findings did not fit. ``device`` is the device's story in a few letters, of this site and day.
    ``stepped`` is the step-up that was passed, "" for none; ``mail`` is the hash of the address that a mail code was read at.
    """

    id: str
    nonce: str
    site: str
    hostname: str
    action: str
    at: float
    verdict: Verdict
    decision: Decision
    score: float
    confidence: Confidence
    conversion: Conversion
    findings: list[Finding]
    would: Decision | None = None
    lost: list[str] = []
    cdata: str = ""
    more: int = 0
    device: str = ""
    stepped: str = ""
    mail: str = ""


_Short = tuple[str, str, int, str]
"""A finding as the token holds it: check, tier, weight, saw."""


_encode = msgspec.msgpack.Encoder().encode


_decode_inner = msgspec.msgpack.Decoder(tuple[Claims, list[_Short]]).decode


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _pack(claims: Claims) -> bytes:
    """The claims in INNER_BYTES bytes, leaving out the lightest findings where they do not fit."""
    shorts = [(f.check, f.tier, f.weight, _cut(f.saw)) for f in claims.findings]
    bare = msgspec.structs.replace(claims, findings=[]) if shorts else claims
    while True:
        more = len(claims.findings) - len(shorts)
        data = _encode((msgspec.structs.replace(bare, more=more) if more else bare, shorts))
        if len(data) <= INNER_BYTES - 2:
            return len(data).to_bytes(2, "big") + data.ljust(INNER_BYTES - 2, b"\0")
        shorts.pop()


def _cut(text: str) -> str:
    if len(text) <= SAW_BYTES and text.isascii():
        return text
    return text.encode("utf-8", "replace")[:SAW_BYTES].decode("utf-8", "ignore")


def key_of(text: str) -> str:
    """The id of the key that a token was made with."""
    return text.partition("~")[0]


class Tokens:
    """Mints tokens and reads them back. ``ttl`` is in seconds."""

    def __init__(self, ring: KeyRing, ttl: int) -> None:
        self._ring, self.ttl = ring, ttl
        self._signer = TimestampSigner(ring.oldest_first("token"))

    def mint(self, claims: Claims) -> str:
        """A token for these claims, of one length whatever they say."""
        key = self._ring.newest
        key_id, nonce = key.id.encode(), os.urandom(12)
        cipher = _cipher(self._ring.derive("token-inner", key.id) or b"")
        sealed = nonce + cipher.encrypt(nonce, _pack(claims), key_id)
        return self._signer.sign(b"%b~%b" % (key_id, encode64(sealed))).decode()

    def read(self, text: str) -> Claims:
        """Reads a token back.

        Raises:
            TokenMissing: the text is empty.
            TokenForged: not one of ours.
            TokenExpired: past its time to live.
        """
        if not text:
            raise TokenMissing("there is no token")
        if len(text) > TOKEN_MAX:
            raise TokenForged("the token is too long")
        try:
            outer, at = self._signer.read(text)
        except BadSignature:
            raise TokenForged("not a token of this gate") from None
        age = time.time() - at
        # a token from the near future is another machine's clock; itsdangerous would call it expired
        if age > self.ttl or age < -SKEW_SECONDS:
            raise TokenExpired(f"the token is {age:.0f} s old", age=age)
        key_id, _, sealed = outer.partition(b"~")
        return self._open(key_id, sealed)

    def _open(self, key_id: bytes, text: bytes) -> Claims:
        key = self._ring.derive("token-inner", key_id.decode())
        if key is None:
            raise TokenForged("the token's key is no longer in force")
        try:
            sealed = decode64(text)
            data = _cipher(key).decrypt(sealed[:12], sealed[12:], key_id)
            claims, shorts = _decode_inner(data[2 : 2 + int.from_bytes(data[:2])])
        except (InvalidTag, ValueError, msgspec.DecodeError):
            raise TokenForged("not a token of this gate") from None
        return msgspec.structs.replace(claims, findings=[Finding(*short) for short in shorts]) if shorts else claims
