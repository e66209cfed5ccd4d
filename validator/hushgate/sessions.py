"""Sessions: signed, timed tickets that the gate hands out and stores nothing about while they are open."""

from __future__ import annotations

import hashlib
import hmac
import time
from functools import lru_cache
from typing import NamedTuple

import msgspec
from itsdangerous import BadSignature
from msgspec import Struct

from hushgate.errors import BadField, SealBroken, SessionExpired, SessionForged
from hushgate.keys import KeyRing, b64, decode64, new_nonce, unb64
from hushgate.quiz import QUIZ_VERSION, make_seed
from hushgate.signing import Signer

HASH_BYTES = 9
SEAL_KEY_BYTES = 32
HASHES_KEPT = 2048
HASHED_MAX = 5 * 1024
"""Letters of a text whose hash is kept: what a browser says of itself has less, and what is typed into a form may have a million."""
FUTURE_MS = 120_000
"""How far ahead of our clock a session may be: another worker's clock, never minutes."""


class Session(Struct, frozen=True, array_like=True):
    """What a session carries. Times are whole milliseconds since 1970, by the gate's clock.

    ``first`` is the time of the page's first session; ``agent`` and ``prefix`` are keyed hashes of the user agent and of the
    address prefix that opened it; ``quiz`` is the version of the quiz that was asked, "" for none; ``story`` is a keyed hash of the
    other headers that tell of the browser.
    """

    site: str
    action: str
    nonce: str
    key: str
    at: int
    first: int
    agent: str
    prefix: str
    quiz: str = ""
    story: str = ""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Session).decode


class Who(NamedTuple):
    """Keyed hashes of a request's user agent, address prefix and the other headers that tell of the browser."""

    agent: str
    prefix: str
    story: str


class Opened(NamedTuple):
    """A fresh session: its text, the key that the page seals with, and the seed of its quiz."""

    text: str
    key: str
    quiz: bytes


class Sessions:
    """Opens sessions and reads them back. ``ttl`` is in seconds."""

    def __init__(self, ring: KeyRing, ttl: int) -> None:
        self._ring, self.ttl = ring, ttl
        self._signer = Signer(ring.oldest_first("session"))
        self._hasher = lru_cache(maxsize=8)(self._new_hasher)
        self._kept = lru_cache(maxsize=HASHES_KEPT)(self._hash)
        self.who = lru_cache(maxsize=HASHES_KEPT)(self._who)
        """A request's ``Who``, by its user agent, address prefix and story, none of which is long, and a key's id."""

    def hash(self, value: str, key_id: str) -> str:
        """A short keyed hash, for holding two requests against each other without keeping what they said."""
        return self._kept(value, key_id) if len(value) <= HASHED_MAX else self._hash(value, key_id)

    def _who(self, agent: str, prefix: str, story: str, key_id: str) -> Who:
        return Who(self._hash(agent, key_id), self._hash(prefix, key_id), self._hash(story, key_id))

    def _hash(self, value: str, key_id: str) -> str:
        hasher = self._hasher(key_id).copy()
        hasher.update(value.encode("utf-8", "replace"))
        return b64(hasher.digest())

    def _new_hasher(self, key_id: str) -> hashlib.blake2b:
        return hashlib.blake2b(key=self._ring.derive("session-hash", key_id) or b"", digest_size=HASH_BYTES)

    def open(
        self, site: str, action: str, agent: str, prefix: str, first: int | None = None, story: str = ""
    ) -> Opened:
        """Opens a session for a site and an action; ``agent``, ``prefix`` and ``story`` are hashed here."""
        now = int(time.time() * 1000)
        key_id = self._ring.newest.id
        who = self.who(agent, prefix, story, key_id)
        session = Session(
            site, action, new_nonce(), key_id, now, first or now, who.agent, who.prefix, QUIZ_VERSION, who.story
        )
        text = self._signer.sign(b64(_encode(session))).decode()
        return Opened(text, b64(self._seal_key(text, key_id)), self.quiz(session) or b"")

    def quiz(self, session: Session) -> bytes | None:
        """The seed of a session's quiz, the same whenever it is asked for. None where another version of the gate asked it."""
        if session.quiz != QUIZ_VERSION:
            return None
        return make_seed(session.nonce, self._ring.derive("quiz", session.key) or b"")

    def _seal_key(self, text: str, key_id: str) -> bytes:
        key = self._ring.derive("seal", key_id)
        if key is None:
            raise SessionForged("the session's key is no longer in force", "session")
        return hashlib.blake2b(text.encode(), key=key, digest_size=SEAL_KEY_BYTES).digest()

    def read(self, text: str, *, expired: bool = False) -> Session:
        """Reads a session back; ``expired=True`` accepts one past its time.

        Raises:
            SessionForged: not one of ours.
            SessionExpired: past its time to live.
        """
        try:
            session = _decode(decode64(self._signer.bare(text)))
        except (BadSignature, ValueError, msgspec.DecodeError):
            raise SessionForged("not a session of this gate", "session") from None
        age = time.time() * 1000 - session.at
        if age < -FUTURE_MS:
            raise SessionForged("the session is from the future", "session")
        if age > self.ttl * 1000 and not expired:
            raise SessionExpired("the session has expired, open another", age=age / 1000)
        return session

    def check_seal(self, text: str, session: Session, payload: str, seal: str) -> None:
        """Raises SealBroken where the seal is not that of this payload in this session, BadField where it is no base64."""
        try:
            given = unb64(seal)
        except ValueError:
            raise BadField("seal: expected URL-safe base64", "seal") from None
        expected = hmac.digest(self._seal_key(text, session.key), f"{text}.{payload}".encode(), "sha256")
        if not hmac.compare_digest(expected, given):
            raise SealBroken("the seal does not fit the payload and the session", "seal")
