"""Whether mail to a domain can be delivered, by its MX records: off unless the operator turns it on.

Look-ups run in background threads and are cached. A request has the cached answer, or waits for as long as it is allowed to. A
canary is looked up beside them: where the resolver denies names that exist, or knows names that do not, nothing is concluded.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import NamedTuple
from urllib.parse import urlsplit

import dns.exception
import dns.resolver
from dns.nameserver import Do53Nameserver

KEPT = 4096
"""Domains that are remembered."""
FOR_SECONDS, UNKNOWN_SECONDS, CANARY_SECONDS = 3600.0, 60.0, 300.0
THREADS, QUEUE = 4, 64
LOOK_UP_SECONDS = 4.0
CANARIES = ("gmail.com", "outlook.com", "yahoo.com")
"""Names that take mail for certain."""


class Exchange(NamedTuple):
    """``delivers`` is None where it is not known, and ``why`` says why. ``host`` takes the domain's mail, "" where not known."""

    delivers: bool | None
    why: str = ""
    host: str = ""


class Exchanges:
    """Looks domains up. ``servers`` are the resolvers' addresses, the system's own where there are none, as address or address:port."""

    def __init__(self, servers: Sequence[str] = (), canaries: Sequence[str] = CANARIES) -> None:
        self._servers, self._canaries = tuple(servers), tuple(canaries)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hushgate-mx")
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Exchange]] = OrderedDict()
        self._running: dict[str, Future[Exchange]] = {}
        self._canary = (0.0, "the resolver has not been tried yet")

    def look(self, domain: str, seconds: float) -> Exchange:
        """What is known of a domain, after ``seconds`` at the most. Never raises."""
        with self._lock:
            kept = self._known.get(domain)
            if kept and kept[0] > time.monotonic():
                return kept[1]
            running = self._running.get(domain)
            if running is None:
                if len(self._running) >= QUEUE:
                    return Exchange(None, "too many look-ups are under way")
                running = self._running[domain] = self._pool.submit(self._fetch, domain)
        try:
            return running.result(seconds)
        except TooLate:
            return Exchange(None, "the look-up is still under way")

    def close(self) -> None:
        """Stops what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, domain: str) -> Exchange:
        found = self._resolve(domain)
        trouble = self._canary_trouble() if found.delivers is not None else ""
        if trouble and found.delivers is False:
            found = Exchange(None, trouble)
        with self._lock:
            ttl = FOR_SECONDS if found.delivers is not None else UNKNOWN_SECONDS
            self._known[domain] = (time.monotonic() + ttl, found)
            self._known.move_to_end(domain)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            self._running.pop(domain, None)
        return found

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            places = [urlsplit(f"//{server}") for server in self._servers]
            resolver.nameservers = [Do53Nameserver(place.hostname or "", place.port or 53) for place in places]
        resolver.lifetime, resolver.cache = LOOK_UP_SECONDS, None
        return resolver

    def _resolve(self, domain: str) -> Exchange:
        """MX, and where there is none the address itself (RFC 5321, section 5.1); a null MX takes no mail (RFC 7505)."""
        try:
            answer = self._resolver().resolve(domain, "MX", search=False)
            best = min(answer, key=lambda row: row.preference)
            host = best.exchange.to_text(omit_final_dot=True).lower()
            return Exchange(True, host=host) if host != "." else Exchange(False, "its null MX says so")
        except dns.resolver.NXDOMAIN:
            return Exchange(False, "there is no such domain")
        except dns.resolver.NoAnswer:
            return self._by_address(domain)
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return Exchange(None, f"the look-up failed ({type(error).__name__})")

    def _by_address(self, domain: str) -> Exchange:
        for kind in ("A", "AAAA"):
            try:
                self._resolver().resolve(domain, kind, search=False)
                return Exchange(True, host=domain)
            except dns.resolver.NoAnswer:
                continue
            except (dns.exception.DNSException, OSError, ValueError) as error:
                return Exchange(None, f"the look-up failed ({type(error).__name__})")
        return Exchange(False, "it has neither MX nor address")

    def _canary_trouble(self) -> str:
        """Why the resolver's word is not taken, "" where it is. Looked up again every CANARY_SECONDS."""
        until, trouble = self._canary
        if time.monotonic() < until:
            return trouble
        exists = any(self._resolve(name).delivers for name in self._canaries)
        invented = self._resolve(f"hushgate-{secrets.token_hex(8)}.com").delivers
        trouble = ""
        if not exists:
            trouble = "the resolver denies domains that take mail for certain"
        elif invented is not False:
            trouble = "the resolver knows domains that do not exist"
        self._canary = (time.monotonic() + CANARY_SECONDS, trouble)
        return trouble
