"""What shows only across records: counters of the last hour, day and month, in the state store.

No address is in them. Each counter's name is a kind and a slot, a keyed hash of 18 bits that many addresses share: a site holds at most
SLOTS counters of a kind and window, however many signups there are. Two names in one slot add up; that is one in SLOTS.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hushgate.signup.mail import local
from hushgate.signup.mail.address import Address
from hushgate.state import Count, State

SLOTS = 1 << 18
HOUR, DAY, MONTH = 3600, 86400, 30 * 86400
SPAN = 16
"""How many numbers next to each other are counted together, in two rows that overlap by half."""
FIRSTS = {"pair": "networks", "host_pair": "host_domains"}
"""Counters that say whether two things are met together for the first time, and what is counted up where they are."""
SCALES = ("site", "domain", "stem")
"""Where a sequence is looked for: anywhere, at one domain, behind one name."""


class Sequence(NamedTuple):
    """``crowd`` addresses end in a number within SPAN of this one's, of ``numbered`` that end in as many digits."""

    scale: str
    crowd: float
    numbered: float


@dataclass(frozen=True)
class Records:
    """What the site has seen, this attempt included. ``again`` is whether this very address came before.

    ``hour`` and ``domain_hour`` are attempts of the last hour; ``month``, ``domain_month`` and ``domain_day`` signups that were let in;
    ``alarms`` attempts of the last hour that looked like part of a wave, ``domain_alarms`` those of them at this domain;
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
    domain_day: float = 0
    networks: float = 0
    host_domains: float = 0
    prefixed: float = 0
    same_prefix: float = 0
    sequences: tuple[Sequence, ...] = ()
    pending: tuple[Count, ...] = field(default=(), repr=False)


class Ledger:
    """Counts the attempts of one site. ``key`` is the site's own, 32 bytes.

    What follows from a decision is counted with the next attempt that is looked at, in the same round trip.
    """

    def __init__(self, state: State, site: str, key: bytes) -> None:
        self._state, self._shard, self._key = state, f"mail:{site}", key
        self._later: deque[Count] = deque()

    def _count(self, kind: str, value: str, window: int, add: int = 1) -> Count:
        text = f"{kind}\n{value}".encode("utf-8", "surrogatepass")
        slot = int.from_bytes(hashlib.blake2b(text, digest_size=4, key=self._key).digest()) % SLOTS
        return Count(f"{kind}:{slot:x}", window, add)

    def _named(self, address: Address, network: str, host: str) -> Iterator[tuple[str, Count]]:
        """Every counter that an attempt touches, by the name that it has in Records."""
        domain = address.domain
        yield "hour", Count("all", HOUR)
        yield "domain_hour", self._count("domain", domain, HOUR)
        yield "month", Count("in", MONTH, 0)
        yield "domain_month", self._count("known", domain, MONTH, 0)
        yield "alarms", Count("alarms", HOUR, 0)
        yield "domain_alarms", self._count("domain-alarms", domain, HOUR, 0)
        yield "spellings", self._count("inbox", address.inbox, DAY)
        yield "network_day", self._count("network", network, DAY)
        yield "network_doubts", self._count("network-doubts", network, DAY, 0)
        if not address.provider:  # everybody knows a provider
            yield "domain_day", self._count("today", domain, DAY, 0)
            yield "pair", self._count("pair", f"{domain} {network}", DAY)
            yield "networks", self._count("networks", domain, DAY, 0)
        if host:
            yield "host_pair", self._count("host-pair", f"{host} {domain}", DAY)
            yield "host_domains", self._count("host", host, DAY, 0)
        head = "" if address.relay else local.prefix(address.local)
        if head:
            yield "prefixed", Count("prefixed", HOUR)
            yield "same_prefix", self._count("prefix", head, HOUR)

    def _sequences(self, address: Address) -> Iterator[tuple[str, Count]]:
        number = None if address.relay else local.number(address.local)
        if number is None:
            return
        for scale, name in zip(SCALES, ("", address.domain, number.stem), strict=True):
            if scale == "stem" and not name:
                continue
            among = f"{name} {number.digits} {number.choices}"
            yield scale, self._count(f"numbers-{scale}", among, HOUR)
            for row, shift in (("even", 0), ("odd", SPAN // 2)):
                yield f"{scale}-{row}", self._count(row, f"{scale} {among} {(number.value + shift) // SPAN}", HOUR)

    def look(self, address: Address, network: str, host: str = "") -> Records:
        """Counts an attempt, once for each address and day, and says what has been seen. One round trip. Raises StateLost."""
        named = dict(self._named(address, network, host))
        numbered = dict(self._sequences(address))
        marker = self._count("address", address.raw, DAY)
        tally = self._state.tally(self._shard, [*named.values(), *numbered.values()], marker, self._due())
        seen = dict(zip((*named, *numbered), tally.counts, strict=True))
        found = tuple(
            Sequence(scale, max(seen[f"{scale}-even"], seen[f"{scale}-odd"]), seen[scale])
            for scale in SCALES
            if scale in numbered
        )
        fresh = [total for pair, total in FIRSTS.items() if not tally.again and seen.get(pair, 2) < 2]
        known = {name: seen[name] + (name in fresh) for name in named if name not in FIRSTS}
        return Records(again=tally.again, sequences=found, pending=tuple(named[name] for name in fresh), **known)

    def settle(self, address: Address, records: Records, *, let_in: bool, alarm: bool, doubt: str = "") -> None:
        """Notes what follows from the decision. ``doubt`` is the network that brought an address which was thrown away or made up.

        No round trip, but where an address that came before is let in: that counts once. Raises StateLost.
        """
        known = [Count("in", MONTH), self._count("known", address.domain, MONTH)] if let_in else []
        if let_in and not address.provider:
            known.append(self._count("today", address.domain, DAY))
        if not records.again:
            alarms = [Count("alarms", HOUR), self._count("domain-alarms", address.domain, HOUR)] if alarm else []
            doubts = [self._count("network-doubts", doubt, DAY)] if doubt else []
            self._later.extend([*(count._replace(add=1) for count in records.pending), *known, *alarms, *doubts])
        elif known:
            self._state.tally(self._shard, known, self._count("let-in", address.raw, DAY))

    def flush(self) -> None:
        """Counts what is left to count. Raises StateLost."""
        due = self._due()
        if due:
            self._state.tally(self._shard, [], None, due)

    def _due(self) -> list[Count]:
        """What waits to be counted, each for one of the threads that ask."""
        due = []
        while self._later:
            try:
                due.append(self._later.popleft())
            except IndexError:  # another thread was faster
                break
        return due
