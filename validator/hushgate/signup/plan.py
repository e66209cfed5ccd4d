"""What the limits ask of the state store about one attempt, and what they make of its answers."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from hushgate.caller import Caller, within
from hushgate.house import House
from hushgate.settings import Rate
from hushgate.signup.layer import MAIL_HOST, Attempt, strength
from hushgate.signup.names import provider_of, visitor
from hushgate.signup.usual import ASSUMED_BY, FRESH, LEARNED, WEEK, Seen, Usual
from hushgate.state import UNLIMITED, Quota, Reply, Take
from hushgate.visit import Decision

log = logging.getLogger(__name__)
NAME = "limits"
EVERY = "@"
"""The row that is written with every signup, which the counters of mail addresses are in, too."""
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")
_INSIDE = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
KEPT = 4096


class Part(NamedTuple):
    """What an attempt is counted by: ``kind`` is a setting's name, ``key`` the counter's; ``name`` is a mail provider's."""

    kind: str
    key: str
    name: str = ""


class Ready(NamedTuple):
    """What a part asks, by what was seen.

    ``windows`` are those in which all signups are counted beside it.
    """

    quotas: tuple[Quota, ...]
    windows: frozenset[int]
    seen: Seen | None


class Plan(NamedTuple):
    """What is asked of the store: a Take for what is a visitor's own, and one for what is shared where that is asked too.

    ``parts`` are those of each Take. ``weeks`` says at which place of the second one the signups of a week stand that a key has had.
    ``known`` is whether every amount is by what the site has just been seen to have; ``consume`` is whether the takes are counted.
    """

    takes: list[Take]
    parts: list[list[Part]]
    weeks: list[tuple[str, int]]
    known: bool
    so_far: Decision
    consume: bool


class Plans:
    """The plans of one site."""

    def __init__(self, house: House) -> None:
        self._house, self._usual = house, Usual()
        self._ready: dict[str, Ready] = {}
        self._of_mail = lru_cache(maxsize=KEPT)(self._parts_of_mail)
        self._all = lru_cache(maxsize=64)(self._every)
        self._warned = -math.inf

    def make(self, attempt: Attempt, so_far: Decision) -> Plan:
        """The plan of an attempt. ``so_far`` is what the other layers make of it."""
        rates, claims = attempt.own(NAME), attempt.claims
        # what comes without a browser is counted apart, or a script could use up what people may have
        head = f"{attempt.action}:" if attempt.browser else f"{attempt.action}+:"
        marker, ttl = f"{claims.nonce}|" if claims else "", self._house.tokens.ttl + 1
        own = self._own(attempt, rates, head)
        quotas = [quota for part in own for quota in self._quotas(part, rates, "")]
        takes = [Take(quotas, marker and f"{marker}own", ttl)]
        if so_far == "challenge":
            return Plan(takes, [own], [], True, so_far, consume=True)
        shared = self._shared(attempt, rates, head)
        quotas, weeks, known = self._together(rates, shared, f"{EVERY}|{head}all")
        takes.append(Take(quotas, marker and f"{marker}shared", ttl))
        return Plan(takes, [own, shared], weeks, known, so_far, not refused(so_far))

    def _together(
        self, rates: Mapping[str, Any], parts: list[Part], every: str
    ) -> tuple[list[Quota], list[tuple[str, int]], bool]:
        """The quotas of what is shared, ``weeks`` and ``known``. Signups all in all come last, and those of a week at the very end."""
        quotas: list[Quota] = []
        weeks: list[tuple[str, int]] = []
        windows: list[frozenset[int]] = []
        known, since = True, time.monotonic() - FRESH
        for part in parts:
            ready = self._prepared(part, rates, every)
            quotas += ready.quotas
            windows.append(ready.windows)
            if part.kind in LEARNED:
                weeks.append((part.key, len(quotas) - 1))
                known = known and ready.seen is not None and ready.seen.at > since
        quotas += self._all(every, tuple(windows))
        if weeks:
            weeks.append((every, -1))
        return quotas, weeks, known

    def _prepared(self, part: Part, rates: Mapping[str, Any], every: str) -> Ready:
        """What a part asks: worked out once, until something else is learned."""
        seen = self._usual.seen(part.key if part.kind in LEARNED else every)
        ready = self._ready.get(part.key)
        if ready is None or ready.seen is not seen:
            quotas = tuple(self._quotas(part, rates, every))
            windows = frozenset(quota.window for quota in quotas) if part.kind in ASSUMED_BY else frozenset()
            if len(self._ready) >= KEPT:
                self._ready.clear()
            self._ready[part.key] = ready = Ready(quotas, windows, seen)
        return ready

    def _quotas(self, part: Part, rates: Mapping[str, Any], every: str) -> list[Quota]:
        kind, key, name = part
        quotas = [Quota(key, rate.amount, rate.window, "", 0.0, kind == "session") for rate in rates[kind]]
        if kind in ASSUMED_BY:
            quotas = [self._usual.scale(quota, kind, name, every) for quota in quotas]
        if kind in LEARNED:
            quotas.append(Quota(key, UNLIMITED, WEEK))
        return quotas

    def _every(self, every: str, windows: tuple[frozenset[int], ...]) -> tuple[Quota, ...]:
        """What all signups are counted by, in all of these windows; a week last."""
        return tuple(
            Quota(every, UNLIMITED, window)
            for window in sorted(set().union(*windows), key=lambda one: (one == WEEK, one))
        )

    def learn(self, plan: Plan, reply: Reply) -> None:
        """Takes in what a site has had in a week."""
        counts = reply.taken[1].counts if len(reply.taken) > 1 else ()
        total = counts[-1] if plan.weeks and counts else None
        if total is not None:  # it is where the form was sent before, and nothing was asked
            for key, at in plan.weeks:
                self._usual.learn(key, counts[at] or 0.0, total)

    def _own(self, attempt: Attempt, rates: Mapping[str, Any], head: str) -> list[Part]:
        """What a visitor shares with few others. What it could be known by is hashed: a counter's name tells nothing."""
        ip, claims, exempt, parts = attempt.caller.ip, attempt.claims, rates["exempt"], []
        address = visitor(ip, rates["prefix6"]) if rates["address"] else ""
        if address and not (exempt and within(ip, exempt)) and not self._proxy(attempt.caller):
            parts.append(Part("address", f"{head}address:{self._hashed(address)}"))
        if claims is not None and rates["session"]:
            parts.append(Part("session", f"{claims.nonce}|{head}"))
        return parts

    def _shared(self, attempt: Attempt, rates: Mapping[str, Any], head: str) -> list[Part]:
        """What it shares with others."""
        claims, asn, domain = attempt.claims, attempt.network.asn, attempt.domain
        parts = []
        if rates["site"]:
            parts.append(Part("site", f"{EVERY}|{head}site"))
        if rates["device"] and claims is not None and claims.device:
            parts.append(Part("device", f"{head}device:{claims.device}"))
        if rates["network"] and asn:
            parts.append(Part("network", f"{head}network:{asn}"))
        if domain:
            parts += [
                part for part in self._of_mail(head, domain, attempt.notes.get(MAIL_HOST, "")) if rates[part.kind]
            ]
        return parts

    def _parts_of_mail(self, head: str, domain: str, host: str) -> tuple[Part, Part]:
        """A provider's few domains are in its row; those of a host may be very many."""
        holder = provider_of(domain, host)
        row, few = f"{head}provider:{self._hashed(holder)}", holder == domain or provider_of(domain, "") == holder
        by_domain = Part(
            "domain", f"{row}|{self._hashed(domain)}" if few else f"{head}domain:{self._hashed(domain)}", holder
        )
        return by_domain, Part("provider", row, holder)

    def _proxy(self, caller: Caller) -> bool:
        """Whether the address is that of the site's own proxy, which nobody has named: everybody would share one limit."""
        if caller.headers.keys().isdisjoint(FORWARDED) or not within(caller.ip, _INSIDE):
            return False
        if time.monotonic() - self._warned > 3600:
            self._warned = time.monotonic()
            log.warning("visitors are not limited by address: name the proxy in front of the site in trusted_proxies")
        return True

    def _hashed(self, value: str) -> str:
        return self._house.sessions.hash(value, self._house.ring.newest.id)


def whys(rates: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[tuple[str, Rate] | None]:
    """The kind and the rate of each quota of a Take of these parts; None where it only counts."""
    for part in parts:
        yield from ((part.kind, rate) for rate in rates[part.kind])
        if part.kind in LEARNED:
            yield None


def refused(so_far: Decision) -> bool:
    """Whether another layer refuses already."""
    return strength(so_far) >= strength("throttle")
