"""Names of addresses, forward-confirmed: looked up beside the requests and kept, so that none of them waits for DNS.

The package dns is loaded with the first question: most gates never ask one.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dns.resolver import Resolver

KEPT = 4096
KEPT_SECONDS = 86400.0
FAILED_SECONDS = 600.0
WAITING_MAX = 256
"""Addresses that may wait to be looked up: whoever claims to be a crawler from everywhere fills no memory."""
LIFETIME = 4.0
"""Seconds for one question to DNS."""
NAMES_MAX = 4


class Answer(NamedTuple):
    """``name`` is the address's confirmed name in one of the domains, "" where it has none; None where DNS could not tell."""

    name: str | None
    why: str


class Names:
    """Confirmed names of addresses. ``resolver`` is the system's, unless another is given."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], tuple[float, Answer]] = OrderedDict()
        self._waiting: set[tuple[str, tuple[str, ...]]] = set()
        self._lock = threading.Lock()
        self._workers: ThreadPoolExecutor | None = None

    def known(self, ip: str, domains: tuple[str, ...]) -> Answer | None:
        """What is known by now. Where it is nothing yet, the address is looked up beside this request: None."""
        asked = (ip, domains)
        with self._lock:
            until, answer = self._kept.get(asked, (0.0, None))
            if answer is not None and until > time.monotonic():
                return answer
            if asked in self._waiting or len(self._waiting) >= WAITING_MAX:
                return None
            self._waiting.add(asked)
            self._workers = self._workers or ThreadPoolExecutor(1, "hushgate-robots")
            self._workers.submit(self._work, asked)
        return None

    def _work(self, asked: tuple[str, tuple[str, ...]]) -> None:
        answer = self.look_up(*asked)
        with self._lock:
            self._waiting.discard(asked)
            seconds = FAILED_SECONDS if answer.name is None else KEPT_SECONDS
            self._kept[asked] = (time.monotonic() + seconds, answer)
            self._kept.move_to_end(asked)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def look_up(self, ip: str, domains: Sequence[str]) -> Answer:
        """Asks DNS now. Never raises. Google's and Bing's way: address to name, name in the domain, name to address."""
        import dns.exception

        try:
            return self._confirm(ip, domains)
        except (dns.exception.DNSException, OSError) as error:
            return Answer(None, f"DNS did not answer ({type(error).__name__})")

    def _confirm(self, ip: str, domains: Sequence[str]) -> Answer:
        import dns.reversename

        names = self._ask(str(dns.reversename.from_address(ip)), "PTR")
        for name in names[:NAMES_MAX]:
            plain = name.rstrip(".").lower()
            inside = any(plain == domain or plain.endswith(f".{domain}") for domain in domains)
            if inside and ip in self._ask(plain, "AAAA" if ":" in ip else "A"):
                return Answer(plain, "")
        if not any(self._ask(".".join(domain.split(".")[-2:]), "SOA") for domain in domains):
            return Answer(None, "DNS here does not know the robot's own domain")
        return Answer("", names[0].rstrip(".") if names else "")

    def _ask(self, name: str, kind: str) -> list[str]:
        from dns.resolver import NXDOMAIN, NoAnswer, Resolver

        if self._resolver is None:
            self._resolver = Resolver()  # reads the system's settings: not before there is something to ask
        try:
            return [record.to_text() for record in self._resolver.resolve(name, kind, lifetime=LIFETIME)]
        except (NXDOMAIN, NoAnswer):
            return []

    def close(self) -> None:
        """Stops looking up; what waits is dropped."""
        if self._workers:
            self._workers.shutdown(wait=False, cancel_futures=True)
