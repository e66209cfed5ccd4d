"""What a ghosted visitor submitted, encrypted; and who it was, as a keyed hash. Both under the gate's own keys."""

from __future__ import annotations

import hmac
import secrets
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushgate.errors import QuarantineSealed
from hushgate.keys import KeyRing

_NONCE = 12
_PURPOSE = "quarantine"
_PAD = 64
"""Bytes: a sealed text's length tells little of what is in it."""


class Sealer:
    """AES-GCM under the newest key; each text is bound to its site and its ghost's id."""

    def __init__(self, ring: KeyRing, site: str) -> None:
        self._ring, self._site = ring, site

    def seal(self, id: str, text: bytes) -> tuple[str, bytes]:
        """The id of the key, and the sealed text."""
        key, nonce = self._ring.newest.id, secrets.token_bytes(_NONCE)
        padded = text.ljust(-(-len(text) // _PAD) * _PAD)
        return key, nonce + self._cipher(key).encrypt(nonce, padded, self._bound(id))

    def open(self, id: str, key: str, sealed: bytes) -> bytes:
        """The text. Raises QuarantineSealed where its key is no longer in force, or it was altered."""
        try:
            return self._cipher(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound(id))
        except (InvalidTag, ValueError):
            raise QuarantineSealed(f"what ghost {id} submitted was altered, and cannot be read") from None

    def who(self, text: str) -> list[bytes]:
        """The hashes of an address or a name under every key, newest first. Capitals and the form of accents do not count; ß is not ss."""
        plain = unicodedata.normalize("NFC", text).strip().lower().encode("utf-8", "replace")
        keys = (key.derive(f"{_PURPOSE}-who {self._site}") for key in self._ring.keys)
        return [hmac.digest(key, plain, "sha256") for key in keys]

    def _cipher(self, id: str) -> AESGCM:
        key = self._ring.derive(_PURPOSE, id)
        if key is None:
            raise QuarantineSealed(
                f"sealed under the key {id}, which is no longer in force: put it back into HUSHGATE_KEYS"
            )
        return AESGCM(key)

    def _bound(self, id: str) -> bytes:
        return f"{self._site}\n{id}".encode()
