"""The layer of the limits: how many signups there may be, counted in sliding windows that all workers share.

All counters of a site live in one shard, so that a signup counts against every limit or against none, in one round trip, on a
cluster too. Sites spread over the nodes; what one node can take is far more than one site has signups (``make bench`` says how many).

PyPI's ``limits`` is not used: its storages know one key a call, so limits that belong together cannot be taken together, and its
Redis clients would be a second way to the same servers, without the breaker that keeps a dead node from holding up signups.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from hushgate.caller import Caller, parse_address, within
from hushgate.house import House
from hushgate.settings import Rate
from hushgate.signup.layer import LOST, MAIL_HOST, Asking, Attempt, Layer, NotJudged, strength
from hushgate.signup.mail.domains import provider
from hushgate.signup.usual import ASSUMED_BY, LEARNED, WEEK, Usual
from hushgate.state import UNLIMITED, Batch, Quota, Reply, Take, Taken
from hushgate.verify import shard_of
from hushgate.visit import Decision, Word

log = logging.getLogger(__name__)
NAME = "limits"
DOMAIN_MAX = 255
DOMAINS_KEPT = 2048
EVERY = "@"
"""The row that is written with every signup, which the counters of mail addresses are in, too."""
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")
_INSIDE = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
_WORDS = {
    "address": "from this address",
    "session": "with this token",
    "device": "from devices like this",
    "provider": "with this mail provider",
    "domain": "with this mail domain",
    "network": "from this network",
    "site": "at this site",
}


class Part(NamedTuple):
    """What an attempt is counted by: ``kind`` is a setting's name, ``key`` the counter's; ``name`` is a mail provider's."""

    kind: str
    key: str
    name: str = ""


class Plan(NamedTuple):
    """What is asked of the store: a Take for what is a visitor's own, and one for what is shared where that is asked too.

    ``parts`` are those of each Take. ``known`` is whether every amount is by what the site has just been seen to have; ``consume`` whether
    the takes are counted.
    """

    takes: list[Take]
    parts: list[list[Part]]
    so_far: Decision
    known: bool
    consume: bool


class LimitsLayer(Asking):
    """Says throttle over a limit, with the seconds to wait; to a bot, ghost: it is told nothing."""

    name = NAME
    last = True

    def __init__(self, house: House) -> None:
        self._house, self._usual = house, Usual()
        self._warned = -math.inf
        self._of_mail = lru_cache(maxsize=DOMAINS_KEPT)(self._parts_of_mail)

    def ask(self, attempt: Attempt, so_far: Decision) -> Batch | None:
        """See Asking. A signup that is challenged counts against what is its own, not against what it shares with others."""
        if attempt.action not in attempt.own(NAME)["actions"]:
            return None
        attempt.notes[NAME] = plan = self._plan(attempt, so_far)
        return Batch(takes=plan.takes, consume=plan.consume)

    def hear(self, attempt: Attempt, reply: Reply | None, so_far: Decision) -> Word | None:
        """See Asking. What was counted of an attempt that another layer has refused meanwhile is given back."""
        if reply is None:
            raise NotJudged(LOST)
        plan: Plan = attempt.notes[NAME]
        self._learn(plan, reply)
        allowed = all(taken.allowed for taken in reply.taken)
        if allowed and plan.consume:
            self._give_back(attempt, plan, so_far, reply.at)
            return None
        narrower = so_far == "challenge" != plan.so_far
        # nobody is refused by what was assumed: the answer brought along what the site has seen
        if narrower or (not allowed and not plan.known):
            plan = self._plan(attempt, so_far)
            batch = Batch(takes=plan.takes, consume=plan.consume)
            reply = self._house.state.decide(shard_of(attempt.site.key), batch)
            self._learn(plan, reply)
        return _word(attempt, plan, reply.taken)

    def _give_back(self, attempt: Attempt, plan: Plan, so_far: Decision, at: float) -> None:
        kept = 0 if _refused(so_far) else 1 if so_far == "challenge" else len(plan.takes)
        if plan.takes[kept:]:
            self._house.state.give_back(shard_of(attempt.site.key), plan.takes[kept:], at)

    def _learn(self, plan: Plan, reply: Reply) -> None:
        """Takes in what was counted in a week of what is shared; the last is that of all signups."""
        for take, taken in zip(plan.takes[1:], reply.taken[1:], strict=True):
            week = [
                at for at, (_, amount, window, *_) in enumerate(take.quotas) if window == WEEK and amount == UNLIMITED
            ]
            total = taken.counts[week[-1]] if week else None
            if total is not None:  # it is where the form was sent before, and nothing was asked
                for at in week[:-1]:
                    self._usual.learn(take.quotas[at].key, taken.counts[at] or 0.0, total)

    def _own(self, attempt: Attempt, rates: Mapping[str, Any], head: str) -> list[Part]:
        """What a visitor shares with few others. What it could be known by is hashed: a counter's name tells nothing."""
        ip, claims, exempt, parts = attempt.caller.ip, attempt.claims, rates["exempt"], []
        address = visitor(ip, rates["prefix6"])
        if address and not (exempt and within(ip, exempt)) and not self._proxy(attempt.caller):
            parts.append(Part("address", f"{head}address:{self._hashed(address)}"))
        if claims is not None:
            parts.append(Part("session", f"{claims.nonce}|{head}"))
        return parts

    def _shared(self, attempt: Attempt, head: str) -> list[Part]:
        """What it shares with others."""
        claims, asn, domain = attempt.claims, attempt.network.asn, domain_of(attempt.email)
        parts = [Part("site", f"{EVERY}|{head}site")]
        if claims is not None and claims.device:
            parts.append(Part("device", f"{head}device:{claims.device}"))
        if asn:
            parts.append(Part("network", f"{head}network:{asn}"))
        if domain:
            parts += self._of_mail(head, domain, attempt.notes.get(MAIL_HOST, ""))
        return parts

    def _parts_of_mail(self, head: str, domain: str, host: str) -> tuple[Part, Part]:
        holder = provider_of(domain, host)
        by_domain = Part("domain", f"{head}domain:{self._hashed(domain)}", holder)
        return by_domain, Part("provider", f"{head}provider:{self._hashed(holder)}", holder)

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

    def _plan(self, attempt: Attempt, so_far: Decision) -> Plan:
        rates = attempt.own(NAME)
        # what comes without a browser is counted apart, or a script could use up what people may have
        head = f"{attempt.action}:" if attempt.browser else f"{attempt.action}+:"
        marker = f"{attempt.claims.nonce}|" if attempt.claims else ""
        parts = [[part for part in self._own(attempt, rates, head) if rates[part.kind]]]
        takes = [self._take(rates, marker and f"{marker}own", parts[0], "")]
        known = True
        if so_far != "challenge":
            shared = [part for part in self._shared(attempt, head) if rates[part.kind]]
            known = all(self._usual.fresh(part.key) for part in shared if part.kind in LEARNED)
            parts.append(shared)
            takes.append(self._take(rates, marker and f"{marker}shared", shared, f"{EVERY}|{head}all"))
        return Plan(takes, parts, so_far, known, not _refused(so_far))

    def _take(self, rates: Mapping[str, Any], marker: str, parts: Sequence[Part], every: str) -> Take:
        """A Take of these parts. ``every`` is what all signups are counted by, and comes last."""
        quotas: list[Quota] = []
        windows = set()
        for kind, key, name in parts:
            for rate in rates[kind]:
                quota = Quota(key, rate.amount, rate.window, "", 0.0, kind == "session")
                if kind in ASSUMED_BY:
                    windows.add(rate.window)
                    quota = self._usual.scale(quota, kind, name, every)
                quotas.append(quota)
            if kind in LEARNED:
                quotas.append(Quota(key, UNLIMITED, WEEK))
                windows.add(WEEK)
        quotas += [Quota(every, UNLIMITED, window) for window in sorted(windows)]
        return Take(quotas, marker, self._house.tokens.ttl + 1)


def _whys(rates: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[tuple[str, Rate] | None]:
    """The kind and the rate of each quota of such a Take; None where it only counts."""
    for part in parts:
        yield from ((part.kind, rate) for rate in rates[part.kind])
        if part.kind in LEARNED:
            yield None


def _refused(so_far: Decision) -> bool:
    return strength(so_far) >= strength("throttle")


def _word(attempt: Attempt, plan: Plan, taken: Sequence[Taken]) -> Word | None:
    over = [
        (*why, wait)
        for parts, one in zip(plan.parts, taken, strict=True)
        for why, wait in zip(_whys(attempt.own(NAME), parts), one.waits, strict=False)
        if why and wait
    ]
    if not over:
        return None
    told = "; ".join(f"more than {rate.amount} in {_period(rate.window)} {_WORDS[kind]}" for kind, rate, _ in over)
    decision: Decision = "ghost" if attempt.verdict == "bot" else "throttle"
    return Word(NAME, decision, told, f"over-{over[0][0]}", max(wait for *_, wait in over))


def _period(seconds: int) -> str:
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}s" if seconds > unit else f"a{'n' if name == 'hour' else ''} {name}"
    return f"{seconds} seconds"


@lru_cache(maxsize=8192)
def visitor(ip: str, prefix6: int) -> str:
    """What counts as one address: one of IPv4, a prefix of IPv6, where a line or a machine has 64 bits or more for itself.

    "" where it is no address, as behind a Unix socket.
    """
    try:
        address = parse_address(ip)
    except ValueError:
        return ""
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, prefix6), strict=False))


def domain_of(email: str | None) -> str:
    """The domain of a mail address in ASCII, "" where there is none, or where it can be none."""
    return _domain(email.rpartition("@")[2][: DOMAIN_MAX + 1]) if email and "@" in email else ""


@lru_cache(maxsize=8192)
def _domain(text: str) -> str:
    """The same of what stands behind the @: only that is kept, for a form may hold an address of a megabyte."""
    domain = text.strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode() if not domain.isascii() else domain[:DOMAIN_MAX]
    except UnicodeError:
        return ""


def provider_of(domain: str, host: str) -> str:
    """Who holds the mailboxes of a domain: a known provider, the host that takes its mail (where known), or the domain itself."""
    return provider(domain) or ".".join(host.split(".")[-2:]) or domain


def open_layer(house: House) -> Layer:
    """The layer."""
    return LimitsLayer(house)
