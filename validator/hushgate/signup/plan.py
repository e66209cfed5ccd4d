"""What the limits ask of the state store about one attempt, and what they make of its answers."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from hushgate.caller import within
from hushgate.house import House
from hushgate.seldom import Seldom
from hushgate.settings import Rate
from hushgate.signup.layer import MAIL_HOST, REFUSALS, Attempt
from hushgate.signup.names import provider_of, visitor
from hushgate.signup.usual import ASSUMED_BY, FRESH, LEARNED, WEEK, Seen, Usual
from hushgate.state import UNLIMITED, Limit, Quota, Reply, Take
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
_OWN_SETTING = "trusted_proxies in the settings file, or HUSHGATE_TRUSTED_PROXIES in the environment of this process"
_REMOTE_SETTING = "HUSHGATE_TRUSTED_PROXIES in the environment of the backend that asked: the gate's own trusted_proxies are not read for it"


class Part(Struct, frozen=True):
    """What an attempt is counted by: ``kind`` is a setting's name, ``key`` the counter's; ``name`` is a mail provider's."""

    kind: str
    key: str
    name: str = ""


class Shared(Struct, frozen=True):
    """What an attempt is counted by together with others, as long as ``seen`` is what was seen last.

    ``weeks`` says at which place of the quotas the signups of a week stand that a key has had. ``oldest`` is when the oldest of what was
    learned was learned, by the monotonic clock.
    """

    parts: list[Part]
    quotas: list[Quota]
    weeks: list[tuple[str, int]]
    seen: dict[str, Seen | None]
    oldest: float


class Plan(Struct, frozen=True):
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
        self._kept: dict[tuple[Any, ...], Shared] = {}
        self._of_mail = lru_cache(maxsize=KEPT)(self._parts_of_mail)
        self._warned = Seldom(3600, most=4)

    def make(self, attempt: Attempt, so_far: Decision) -> Plan:
        """The plan of an attempt. ``so_far`` is what the other layers make of it."""
        rates, claims = attempt.own(NAME), attempt.claims
        # what comes without a browser is counted apart, or a script could use up what people may have
        head = f"{attempt.action}:" if attempt.browser else f"{attempt.action}+:"
        marker, ttl = f"{claims.nonce}|" if claims else "", self._house.tokens.ttl + 1
        own = self._own(attempt, rates, head)
        takes = [Take(_quotas(own, rates), marker and f"{marker}own", ttl)]
        if so_far == "challenge":
            return Plan(takes, [own], [], True, so_far, consume=True)
        shared = self._shared(attempt, rates, head)
        takes.append(Take(shared.quotas, marker and f"{marker}shared", ttl))
        known = shared.oldest > time.monotonic() - FRESH
        return Plan(takes, [own, shared.parts], shared.weeks, known, so_far, so_far not in REFUSALS)

    def _shared(self, attempt: Attempt, rates: Mapping[str, Any], head: str) -> Shared:
        """What it shares with others: worked out once, until something else is learned of one of them."""
        claims = attempt.claims
        device = claims.device if claims is not None else ""
        about = (head, device, attempt.network.asn, attempt.domain, attempt.notes.get(MAIL_HOST, ""))
        shared = self._kept.get(about)
        if shared is None or not self._usual.still(shared.seen):
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[about] = shared = self._together(self._parts(rates, *about), rates, f"{EVERY}|{head}all")
        return shared

    def _together(self, parts: list[Part], rates: Mapping[str, Any], every: str) -> Shared:
        """Signups all in all come last of the quotas, and those of a week at the very end."""
        quotas: list[Quota] = []
        weeks: list[tuple[str, int]] = []
        learned = [part.key for part in parts if part.kind in LEARNED]
        seen = {key: self._usual.seen(key) for key in (*learned, every)}
        windows: set[int] = set()
        for part in parts:
            asked = self._scaled(part, rates, every)
            quotas += asked
            if part.kind in ASSUMED_BY:
                windows |= {quota.window for quota in asked}
            if part.kind in LEARNED:
                weeks.append((part.key, len(quotas) - 1))
        quotas += [Quota(every, UNLIMITED, window) for window in sorted(windows, key=lambda one: (one == WEEK, one))]
        if weeks:
            weeks.append((every, -1))
        ages = [was.at if was else -math.inf for was in map(seen.get, learned)]
        return Shared(parts, quotas, weeks, seen, min(ages, default=math.inf))

    def _scaled(self, part: Part, rates: Mapping[str, Any], every: str) -> list[Quota]:
        """The quotas of a part, by what was seen."""
        kind, key, name = part.kind, part.key, part.name
        if kind not in ASSUMED_BY:
            return _quotas([part], rates)
        limits = [Limit(key, rate.amount, rate.window) for rate in rates[kind]]
        quotas = [self._usual.scale(limit, kind, name, every) for limit in limits]
        return [*quotas, Quota(key, UNLIMITED, WEEK)] if kind in LEARNED else quotas

    def learn(self, plan: Plan, reply: Reply) -> None:
        """Takes in what a site has had in a week."""
        counts = reply.taken[1].counts if len(reply.taken) > 1 else ()
        total = counts[-1] if plan.weeks and counts else None
        if total is not None:  # it is where the form was sent before, and nothing was asked
            self._usual.learn({key: counts[at] or 0.0 for key, at in plan.weeks}, total)

    def _own(self, attempt: Attempt, rates: Mapping[str, Any], head: str) -> list[Part]:
        """What a visitor shares with few others. What it could be known by is hashed: a counter's name tells nothing."""
        ip, claims, exempt, parts = attempt.caller.ip, attempt.claims, rates["exempt"], []
        address = visitor(ip, rates["prefix6"]) if rates["address"] else ""
        if address and not (exempt and within(ip, exempt)) and not self._proxy(attempt):
            parts.append(Part("address", f"{head}address:{self._hashed(address)}"))
        if claims is not None and rates["session"]:
            parts.append(Part("session", f"{claims.nonce}|{head}"))
        return parts

    def _parts(
        self, rates: Mapping[str, Any], head: str, device: str, asn: int | None, domain: str, host: str
    ) -> list[Part]:
        """What is shared with others who have one of these."""
        parts = [Part("site", f"{EVERY}|{head}site")] if rates["site"] else []
        if rates["device"] and device:
            parts.append(Part("device", f"{head}device:{device}"))
        if rates["network"] and asn:
            parts.append(Part("network", f"{head}network:{asn}"))
        if domain:
            parts += [part for part in self._of_mail(head, domain, host) if rates[part.kind]]
        return parts

    def _parts_of_mail(self, head: str, domain: str, host: str) -> tuple[Part, Part]:
        """A provider's few domains are in its row; those of a host may be very many."""
        holder = provider_of(domain, host)
        row, few = f"{head}provider:{self._hashed(holder)}", holder == domain or provider_of(domain, "") == holder
        by_domain = Part(
            "domain", f"{row}|{self._hashed(domain)}" if few else f"{head}domain:{self._hashed(domain)}", holder
        )
        return by_domain, Part("provider", row, holder)

    def _proxy(self, attempt: Attempt) -> bool:
        """Whether the address is that of the site's own proxy, which nobody has named: everybody would share one limit."""
        caller = attempt.caller
        if caller.headers.keys().isdisjoint(FORWARDED) or not within(caller.ip, _INSIDE):
            return False
        if self._warned.may(caller.ip):
            log.warning(
                "signups of the site %s are not limited by address: they come from %s, which is a proxy, and which nobody has named. "
                "If it is yours, add it to %s",
                attempt.site.key,
                caller.ip,
                _REMOTE_SETTING if caller.told else _OWN_SETTING,
            )
        return True

    def _hashed(self, value: str) -> str:
        return self._house.sessions.hash(value, self._house.ring.newest.id)


def _quotas(parts: Sequence[Part], rates: Mapping[str, Any]) -> list[Quota]:
    """What parts ask, as the settings say."""
    return [
        Quota(part.key, rate.amount, rate.window, "", 0.0, part.kind == "session")
        for part in parts
        for rate in rates[part.kind]
    ]


def whys(rates: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[tuple[str, Rate] | None]:
    """The kind and the rate of each quota of a Take of these parts; None where it only counts."""
    for part in parts:
        yield from ((part.kind, rate) for rate in rates[part.kind])
        if part.kind in LEARNED:
            yield None
