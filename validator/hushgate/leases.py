"""A lease as a backend elsewhere holds it: a signed, timed ticket, good for one commit."""

from __future__ import annotations

import msgspec
from itsdangerous import BadSignature
from msgspec import Struct

from hushgate.errors import BadField
from hushgate.keys import KeyRing, b64, unb64
from hushgate.signing import TimestampSigner


class Held(Struct, frozen=True, array_like=True):
    """Whose lease of which token it is."""

    site: str
    nonce: str
    holder: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Held).decode


class Leases:
    """Writes leases and reads them back. ``ttl`` is in seconds, that of a token: the state store forgets no sooner."""

    def __init__(self, ring: KeyRing, ttl: int) -> None:
        self._ttl = ttl
        self._signer = TimestampSigner(ring.oldest_first("lease"))

    def write(self, held: Held) -> str:
        """The ticket."""
        return self._signer.sign(b64(_encode(held))).decode()

    def read(self, text: str) -> Held:
        """Reads a ticket back. Raises BadField where it is forged or too old."""
        try:
            return _decode(unb64(self._signer.unsign(text, max_age=self._ttl).decode()))
        except (BadSignature, ValueError, msgspec.DecodeError):
            raise BadField("lease: not a lease of this gate, or too old", "lease") from None
