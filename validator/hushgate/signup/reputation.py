"""The layer of the address's reputation: what others have reported of it, by AbuseIPDB (API v2).

The address leaves the gate, so it is off without a key, HUSHGATE_REPUTATION_KEY. It is never asked about while somebody waits:
the first request of an address asks in the background, and the signup, seconds later, finds the answer. Answers are kept for 14
days in a file that all workers share. An address is shared by many people: a bad name asks for a step more, and nothing worse.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import urlencode

from hushgate.house import House
from hushgate.signup.layer import Attempt, Layer, NotJudged
from hushgate.state import Limit
from hushgate.upstream import Upstream, UpstreamLost, fetch
from hushgate.visit import Word

KEPT_SECONDS = 14 * 86400
SINCE_DAYS = 90
_SHARD = "reputation"
_DAY = 86400


def subject(ip: str) -> str | None:
    """What is asked about: an address, the first of its /64 for IPv6; None for one that belongs to no public network."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if not address.is_global:
        return None
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


class Reputation:
    """Scores of addresses, 0 to 100, 100 is the worst. ``house.room(Reputation)`` has it."""

    def __init__(self, house: House) -> None:
        gate = house.config.gate
        self._house, self._url, self._key = house, gate["reputation_url"], gate["reputation_key"]
        self._book = Book(house.config.data / "reputation.sqlite")
        self._upstream = Upstream("reputation", self._ask)
        self._rested = 0.0

    @property
    def on(self) -> bool:
        """Whether there is a key."""
        return bool(self._key)

    def warm(self, ip: str) -> Future[int] | None:
        """Sees to it that the answer will be there. Takes no time of the caller's; None where nothing has to be asked."""
        about = subject(ip)
        if not self.on or about is None or self._book.find(about) is not None:
            return None
        return self._upstream.ask(about)

    def find(self, ip: str) -> int | None:
        """The score; None for an address that is not public. Raises NotJudged where it is not known yet."""
        about = subject(ip)
        if about is None:
            return None
        score = self._book.find(about)
        if score is None:
            self.warm(ip)
            raise NotJudged("the address's reputation is not known yet")
        return score

    def _ask(self, about: str) -> int:
        if time.monotonic() < self._rested:
            raise UpstreamLost("the service has asked for a rest")
        budget = Limit("day", self._house.config.gate["reputation_budget"], _DAY)
        if not self._house.state.hit(_SHARD, [budget]).allowed:
            raise UpstreamLost("today's budget of questions is used up")
        query = urlencode({"ipAddress": about, "maxAgeInDays": SINCE_DAYS})
        reply = fetch(f"{self._url}?{query}", {"Key": self._key, "Accept": "application/json"})
        if reply.status == 429:
            wait = reply.headers.get("Retry-After", "")
            self._rested = time.monotonic() + (min(int(wait), _DAY) if wait.isdecimal() else _DAY / 24)
        if reply.status != 200:
            raise UpstreamLost(f"the service answered {reply.status}")
        score = _read(reply.body)
        self._book.keep(about, score)
        return score

    def close(self) -> None:
        """Closes the file."""
        self._book.close()


def _read(body: bytes) -> int:
    """The score in an answer; 0 for an address that the service trusts. Raises UpstreamLost."""
    try:
        data = json.loads(body)["data"]
        score = int(data["abuseConfidenceScore"])
        trusted = bool(data.get("isWhitelisted"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UpstreamLost("the service's answer cannot be read") from None
    return 0 if trusted else max(0, min(100, score))


class Book:
    """Scores in a file that all workers share. A file that is lost or broken costs questions, never a signup."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._handle: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._handle is None:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                handle = sqlite3.connect(self._path, timeout=0.05, isolation_level=None, check_same_thread=False)
                handle.execute("PRAGMA journal_mode = WAL")
                handle.execute("CREATE TABLE IF NOT EXISTS score (subject TEXT PRIMARY KEY, score INTEGER, until REAL)")
                self._handle = handle
            yield self._handle

    def find(self, about: str) -> int | None:
        """The score that is kept, None where there is none."""
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as handle:
            row = handle.execute(
                "SELECT score FROM score WHERE subject = ? AND until > ?", (about, time.time())
            ).fetchone()
            return None if row is None else int(row[0])
        return None

    def keep(self, about: str, score: int) -> None:
        """Keeps a score for KEPT_SECONDS, and forgets those that are older."""
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as handle:
            handle.execute("DELETE FROM score WHERE until <= ?", (time.time(),))
            handle.execute("REPLACE INTO score VALUES (?, ?, ?)", (about, score, time.time() + KEPT_SECONDS))

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


class ReputationLayer(Layer):
    """Asks for a step more from an address with a bad name, where the visit itself was not found human."""

    name = "reputation"

    def __init__(self, house: House) -> None:
        self._reputation = house.room(Reputation)
        self.silent = not self._reputation.on

    def look(self, attempt: Attempt) -> Word | None:
        """See Layer."""
        if attempt.verdict == "human":
            return None
        score = self._reputation.find(attempt.caller.ip)
        if score is None or score < attempt.own(self.name)["challenge_at"]:
            return None
        return Word(self.name, "challenge", f"others report the address for abuse (score {score} of 100)", "reported")


def open_layer(house: House) -> Layer:
    """The layer."""
    return ReputationLayer(house)
