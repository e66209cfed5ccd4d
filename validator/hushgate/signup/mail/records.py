"""What shows only across records: counters of the last hour, day and month, in the state store.

No address is in them. Each counter's name is a kind and a slot, a keyed hash of 18 bits that many addresses share: a site holds at most
SLOTS counters of a kind and window, however many signups there are. Two names in one slot add up; that is one in SLOTS.
"""

from __future__ import annotations

import hashlib
from collections import deque
from functools import lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct

from hushgate.signup.mail import domains, local
from hushgate.signup.mail.address import Address
from hushgate.state import Batch, Count, Counting, State, Tally
from hushgate.verify import shard_of

SLOTS = 1 << 18
SPELLINGS = 256
"""Of one inbox, that are told apart."""
HOUR, DAY, MONTH = 3600, 86400, 30 * 86400
MARK = "@"
"""What the names of these counters begin with, and no action's name does: they share a shard with those of the limits."""
SPAN = 16
"""How many numbers next to each other are counted together, in two rows that overlap by half."""
Alarm = Literal["", "domain", "site"]
"""Where something was seen that is part of a wave: nowhere, at its domain, or at the site and all its domains."""
FIRSTS = {"pair": "networks", "host_pair": "host_domains"}
"""Counters that say whether two things are met together for the first time, and what is counted up where they are."""
_OF_SITE = {
    "hour": Count(MARK + "|all", HOUR),
    "month": Count(MARK + "|in", MONTH, 0),
    "alarms": Count(MARK + "|alarms", HOUR, 0),
}
NAMES_KEPT = 2048
"""Domains, and networks, whose counters' names are kept."""
SCALES = ("site", "domain", "stem")
"""Where a sequence is looked for: anywhere, at one domain, behind one name."""


class Sequence(NamedTuple):
    """``crowd`` addresses end in a number within SPAN of this one's, of ``numbered`` that end in as many digits."""

    scale: str
    crowd: float
    numbered: float


class Records(Struct, frozen=True):
    """What the site has seen, this attempt included. ``again`` is whether this very address came before.

    ``hour`` and ``domain_hour`` are attempts of the last hour; ``month``, ``domain_month`` and ``domain_day`` signups that were let in;
    ``let_in`` is above 0 where this address was let in today;
    ``alarms`` attempts of the last hour that looked like part of a wave at any domain, ``domain_alarms`` those at this one, and those
    that looked like a wave at this one alone;
    ``spellings`` in how many ways the inbox was written in a day; ``networks`` those that came with addresses of this domain in a
    day; ``host_domains`` how many new domains use the same mail host; ``network_day`` attempts of a day from this network, and
    ``network_doubts`` those of them whose addresses were thrown away or made up.
    """

    again: bool
    hour: float
    domain_hour: float
    month: float
    domain_month: float
    alarms: float
    domain_alarms: float
    spellings: float
    network_day: float
    network_doubts: float
    let_in: float = 0
    domain_day: float = 0
    networks: float = 0
    host_domains: float = 0
    prefixed: float = 0
    same_prefix: float = 0
    sequences: tuple[Sequence, ...] = ()
    pending: tuple[Count, ...] = ()


class Inquiry(Struct, frozen=True):
    """What is asked of an attempt: counters by the name that they have in Records, and those of sequences."""

    named: dict[str, Count]
    numbered: dict[str, Count]
    counting: Counting

    def read(self, tally: Tally) -> Records:
        """What the store has said."""
        named, counts, again = self.named, tally.counts, tally.again
        seen = dict(zip(named, counts, strict=False))
        pending = []
        for pair, met in FIRSTS.items():
            if seen.pop(pair, 2.0) < 2 and not again:
                seen[met] += 1
                pending.append(named[met])
        found = self._sequences(counts[len(named) :]) if self.numbered else ()
        return Records(again=again, sequences=found, pending=tuple(pending), **seen)

    def _sequences(self, counts: tuple[float, ...]) -> tuple[Sequence, ...]:
        seen = dict(zip(self.numbered, counts, strict=True))
        return tuple(
            Sequence(scale, max(seen[f"{scale}-even"], seen[f"{scale}-odd"]), seen[scale])
            for scale in SCALES
            if scale in seen
        )


class Ledger:
    """Counts the attempts of one site. ``key`` is the site's own, 32 bytes.

    What follows from a decision is counted with the next attempt, in the same round trip.
    """

    def __init__(self, state: State, site: str, key: bytes) -> None:
        self._state, self._shard = state, shard_of(site)
        self._later: deque[Counting] = deque()
        self._hasher = hashlib.blake2b(digest_size=4, key=key)
        self._of = lru_cache(maxsize=NAMES_KEPT)(self._of_domain)
        self._in = lru_cache(maxsize=NAMES_KEPT)(self._let_in)
        self._near = lru_cache(maxsize=NAMES_KEPT)(self._of_network)

    def _hash(self, kind: str, value: str) -> int:
        hasher = self._hasher.copy()
        hasher.update(f"{kind}\n{value}".encode("utf-8", "surrogatepass"))
        return int.from_bytes(hasher.digest())

    def _count(self, kind: str, value: str, window: int, add: int = 1, name: str = "") -> Count:
        """A counter, by the slot of its value. Counters of one kind have one slot, and one row in the store; ``name`` tells them apart."""
        return Count(f"{MARK}{kind}:{self._hash(kind, value) % SLOTS:x}|{name}", window, add)

    def _spelled(self, address: Address) -> tuple[str, str]:
        """The row of an address's inbox, and what tells it there from the others: one of SPELLINGS, so that the row stays short."""
        hashed = self._hash("inbox", address.inbox)
        own = hashed if address.raw == address.inbox else self._hash("address", address.raw)
        return f"{MARK}inbox:{hashed % SLOTS:x}|", f"{own // SLOTS % SPELLINGS:x}."

    def _of_domain(self, domain: str) -> dict[str, Count]:
        """The counters of the site and of a domain, by the names that they have in Records. Everybody knows a provider: it has fewer."""
        found = {
            **_OF_SITE,
            "domain_hour": self._count("domain", domain, HOUR),
            "domain_month": self._count("domain", domain, MONTH, 0, "in"),
            "domain_alarms": self._count("domain", domain, HOUR, 0, "alarms"),
        }
        if not domains.provider(domain):
            found["domain_day"] = self._count("domain", domain, DAY, 0, "in")
            found["networks"] = self._count("domain", domain, DAY, 0, "networks")
        return found

    def _let_in(self, domain: str) -> list[Count]:
        """What is counted of a signup that was let in."""
        windows = (MONTH,) if domains.provider(domain) else (MONTH, DAY)
        return [Count(MARK + "|in", MONTH), *(self._count("domain", domain, window, name="in") for window in windows)]

    def _of_network(self, network: str) -> dict[str, Count]:
        """The counters of a network, likewise."""
        return {
            "network_day": self._count("network", network, DAY),
            "network_doubts": self._count("network", network, DAY, 0, "doubts"),
        }

    def _named(self, address: Address, network: str, host: str) -> dict[str, Count]:
        """Every counter that an attempt touches, by the name that it has in Records."""
        domain = address.domain
        named = self._of(domain) | self._near(network)
        if not address.provider:
            named["pair"] = self._count("pair", f"{domain} {network}", DAY)
        if host:
            named["host_pair"] = self._count("host-pair", f"{host} {domain}", DAY)
            named["host_domains"] = self._count("host", host, DAY, 0)
        head = "" if address.relay else local.prefix(address.local)
        if head:
            named["prefixed"] = Count(MARK + "|prefixed", HOUR)
            named["same_prefix"] = self._count("prefix", head, HOUR)
        return named

    def _sequences(self, address: Address) -> dict[str, Count]:
        """The counters of the number that an address ends in."""
        number = None if address.relay else local.number(address.local)
        counts: dict[str, Count] = {}
        if number is None:
            return counts
        for scale, name in zip(SCALES, ("", address.domain, number.stem), strict=True):
            if scale == "stem" and not name:
                continue
            among = f"{name} {number.digits} {number.choices}"
            counts[scale] = self._count(f"numbers-{scale}", among, HOUR)
            for row, shift in (("even", 0), ("odd", SPAN // 2)):
                near = f"{scale} {among} {(number.value + shift) // SPAN}"
                counts[f"{scale}-{row}"] = self._count(row, near, HOUR)
        return counts

    def ask(self, address: Address, network: str, host: str = "", *, count: bool = True) -> Inquiry:
        """What the store is asked of an attempt, which is counted once for each address and day; without ``count`` not at all."""
        named, numbered = self._named(address, network, host), self._sequences(address)
        row, own = self._spelled(address)
        named["spellings"] = Count(row, DAY)
        named["let_in"] = Count(f"{row}{own}in", DAY, 0)
        counts = [*named.values(), *numbered.values()]
        if not count:
            return Inquiry(named, numbered, Counting([one._replace(add=0) for one in counts]))
        return Inquiry(named, numbered, Counting(counts, Count(f"{row}{own}", DAY)))

    def settle(self, address: Address, records: Records, *, let_in: bool, alarm: Alarm, doubt: str = "") -> None:
        """Notes what follows from the decision. ``doubt`` is the network that brought an address which was thrown away or made up."""
        domain = address.domain
        if let_in and not records.let_in:  # once a day, however often the form is sent
            row, own = self._spelled(address)
            self._later.append(Counting(self._in(domain), Count(f"{row}{own}in", DAY)))
        if not records.again:
            alarms = [self._count("domain", domain, HOUR, name="alarms")] if alarm else []
            alarms += [Count(MARK + "|alarms", HOUR)] if alarm == "site" else []
            doubts = [self._count("network", doubt, DAY, name="doubts")] if doubt else []
            also = [*(count._replace(add=1) for count in records.pending), *alarms, *doubts]
            if also:
                self._later.append(Counting(also))

    def flush(self) -> None:
        """Counts what is left to count. Raises StateLost."""
        due = self.due()
        if due:
            self._state.decide(self._shard, Batch(later=due))

    def due(self) -> list[Counting]:
        """What waits to be counted, each for one of the threads that ask."""
        due = []
        while self._later:
            try:
                due.append(self._later.popleft())
            except IndexError:  # another thread was faster
                break
        return due
