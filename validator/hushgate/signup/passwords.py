"""Known passwords: how often one has been seen in breaches, by the range API of Have I Been Pwned.

Only the first five digits of the password's SHA-1 leave the machine, and the answer is padded, so that neither the service nor
who listens learns which password was asked about (k-anonymity, https://haveibeenpwned.com/API/v3#PwnedPasswords). It is advice to
the person who chose it, and says nothing about bots. Off unless ``passwords_url`` is set. docs/privacy.md, section "Look-ups".
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from concurrent.futures import CancelledError
from typing import NamedTuple

from hushgate.upstream import Upstream, UpstreamLost, fetch

PREFIX = 5
RANGES_KEPT = 256
"""Answers of 30 to 60 kB each, for a day."""
KEPT_SECONDS = 86400.0


class Known(NamedTuple):
    """How often a password was seen; None where that is not known, and ``why``."""

    times: int | None
    why: str = ""


class Passwords:
    """Asks about passwords. ``url`` is the range API's, and empty to be off; ``budget`` is in seconds."""

    def __init__(self, url: str, budget: float) -> None:
        self._url, self._budget = url.rstrip("/"), budget
        self._upstream = Upstream("passwords", self._get)
        self._ranges: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def times_seen(self, password: str) -> Known:
        """How often this password was seen in breaches. Never raises, and never takes longer than the budget."""
        if not self._url:
            return Known(None, "looking up passwords is off")
        # SHA-1 is the protocol's; nothing is protected by it
        digest = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()
        prefix, suffix = digest[:PREFIX], digest[PREFIX:]
        try:
            rows = self._kept(prefix) or self._upstream.ask(prefix).result(self._budget)
        except TimeoutError:
            return Known(None, f"the service did not answer within {self._budget * 1000:.0f} ms")
        except (UpstreamLost, CancelledError) as error:
            return Known(None, str(error))
        return Known(_count(rows, suffix))

    def _kept(self, prefix: str) -> str | None:
        at, rows = self._ranges.get(prefix, (0.0, ""))
        return rows if rows and time.monotonic() - at < KEPT_SECONDS else None

    def _get(self, prefix: str) -> str:
        reply = fetch(f"{self._url}/{prefix}", {"Add-Padding": "true"})
        if reply.status != 200:
            raise UpstreamLost(f"the service answered {reply.status}")
        rows = reply.body.decode("ascii", "replace")
        self._ranges[prefix] = time.monotonic(), rows
        while len(self._ranges) > RANGES_KEPT:
            self._ranges.popitem(last=False)
        return rows


def _count(rows: str, suffix: str) -> int:
    """The count beside a suffix; rows of padding have a count of 0."""
    for row in rows.splitlines():
        name, _, count = row.partition(":")
        if name == suffix:
            return int(count) if count.strip().isdecimal() else 0
    return 0
