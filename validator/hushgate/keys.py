"""The gate's own keys: a list for rotation, the one in use first, and one derived key a purpose.

They come from the environment (``HUSHGATE_KEYS``), as ``id:secret`` pairs separated by blanks or commas, and are never
logged. ``hushgate keys new`` makes one; ``rotate``, ``use`` and ``drop`` replace it in the order that SECURITY.md tells.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from functools import cached_property, lru_cache

import pybase64

from hushgate.errors import Problem, SettingsError

VARIABLE = "HUSHGATE_KEYS"
# Public on purpose: it redeems tokens of test keys only.
TEST_SECRET = "test-secret"  # noqa: S105
SECRET_BYTES = 32
# base64 with the alphabet of URLs; the standard library takes seven times as long for a token (measured).
_URL = b"-_"
_PADDING = (b"", b"===", b"==", b"=")
_PAIR = re.compile(r"^([a-z0-9]{4,16}):([A-Za-z0-9_-]{1,200})$")
_REMEDY = "Make one with `hushgate keys new` and put it into the environment"


def b64(data: bytes) -> str:
    """URL-safe base64 without padding (RFC 4648, section 5)."""
    return pybase64.b64encode_as_string(data, _URL).rstrip("=")


def encode64(data: bytes) -> bytes:
    """The same in bytes."""
    return pybase64.b64encode(data, _URL).rstrip(b"=")


def unb64(text: str) -> bytes:
    """The bytes behind URL-safe base64 without padding. Raises ValueError."""
    return decode64(text.encode("ascii"))


def decode64(text: bytes) -> bytes:
    """See ``unb64``. Raises ValueError."""
    if b"+" in text or b"/" in text:
        raise ValueError("base64 of another alphabet")  # which the library reads as well, with a warning
    return pybase64.b64decode(text + _PADDING[len(text) % 4], _URL, True)


def new_nonce() -> str:
    """16 bytes, as base64: the time in seconds, so that nonces of one hour lie side by side in a store, and 12 random ones."""
    return b64(int(time.time()).to_bytes(4, "big") + secrets.token_bytes(12))


class Key:
    """One key: its public id and its secret. It never shows the secret."""

    __slots__ = ("_secret", "id")

    def __init__(self, id: str, secret: bytes) -> None:
        self.id = id
        self._secret = secret

    def __repr__(self) -> str:
        return f"Key({self.id!r})"

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-Expand of RFC 5869 with one block: the secret is uniform already)."""
        return hmac.digest(self._secret, purpose.encode() + b"\x01", "sha256")


class KeyRing:
    """All keys in force. New seals use the first, ``newest``; the others are understood, be they older or not yet in use."""

    def __init__(self, keys: list[Key]) -> None:
        if not keys:
            raise SettingsError([Problem("environment", VARIABLE, "no key is set", _REMEDY)])
        self.keys = keys
        self._by_id = {key.id: key for key in keys}
        self._derived = lru_cache(maxsize=256)(self._derive)

    def _derive(self, purpose: str, id: str) -> bytes | None:
        key = self._by_id.get(id)
        return key.derive(purpose) if key else None

    @cached_property
    def newest(self) -> Key:
        """The key that new seals are made with."""
        return self.keys[0]

    def derive(self, purpose: str, id: str) -> bytes | None:
        """The key for one purpose under the key ``id``, or None where that key is no longer in force."""
        return self._derived(purpose, id)

    def oldest_first(self, purpose: str) -> list[bytes]:
        """All keys for one purpose in the order itsdangerous wants."""
        return [key.derive(purpose) for key in reversed(self.keys)]


def weakness(secret: bytes) -> str | None:
    """Why a secret is too weak to use, or None."""
    if len(secret) < SECRET_BYTES:
        return f"the secret has {len(secret)} bytes, at least {SECRET_BYTES} are needed"
    if len(set(secret)) < 12:
        return "the secret repeats itself"
    return None


def split_keys(text: str) -> list[str]:
    """The ``id:secret`` pairs of a value of HUSHGATE_KEYS, as they stand there."""
    return text.replace(",", " ").split()


def read_keys(text: str) -> KeyRing:
    """Reads the value of HUSHGATE_KEYS.

    Raises:
        SettingsError: with a problem for each key that is malformed or weak; the secret is not repeated in it.
    """
    problems: list[Problem] = []
    keys: list[Key] = []
    for number, pair in enumerate(split_keys(text), 1):
        key, why = _read_key(pair)
        if key is None:
            problems.append(Problem("environment", VARIABLE, f"key {number}: {why}", _REMEDY))
        elif key.id in {other.id for other in keys}:
            problems.append(Problem("environment", VARIABLE, f"key {number}: the id {key.id} is used twice", _REMEDY))
        else:
            keys.append(key)
    if problems:
        raise SettingsError(problems)
    return KeyRing(keys)


def _read_key(pair: str) -> tuple[Key | None, str]:
    match = _PAIR.match(pair)
    if not match:
        return None, "expected id:secret, an id of 4 to 16 letters and digits and a URL-safe base64 secret"
    try:
        secret = unb64(match.group(2))
    except ValueError:
        return None, "the secret is not URL-safe base64"
    why = weakness(secret)
    return (None, why) if why else (Key(match.group(1), secret), "")


def new_key() -> str:
    """A fresh ``id:secret`` pair."""
    return f"k{secrets.token_hex(3)}:{b64(secrets.token_bytes(SECRET_BYTES))}"


def hash_secret(secret: str) -> str:
    """How a site's secret is kept in the settings. It is 32 random bytes, so one round of SHA-256 is enough."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """A fresh secret for a site's backend."""
    return "hgs_" + b64(secrets.token_bytes(SECRET_BYTES))
