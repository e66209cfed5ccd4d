"""The lists as a worker decides by them: a compiled copy, made anew when they have changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import NamedTuple

from hushgate.caller import parse_address
from hushgate.errors import StateLost
from hushgate.lists.entry import Entry, Kind, ListName, Record, new_entry
from hushgate.lists.store import ListStore

log = logging.getLogger(__name__)
SLOW = 0.02
"""Seconds of compiling from which on it is done beside the requests, which go on by the old copy meanwhile."""
KEPT_DAYS = 30
"""Days for which an entry that has expired is still listed."""
_Ranges = dict[int, dict[int, list[Entry]]]


class Asked(NamedTuple):
    """What the lists are asked about. ``asn`` 0 and "" stand for what is not known."""

    site: str
    ip: str
    asn: int = 0
    domain: str = ""
    agent: str = ""


@dataclass
class Compiled:
    """Entries by what they name: ranges by the number of bits behind their prefix, the rest by value."""

    ranges: dict[int, _Ranges] = field(default_factory=lambda: {4: {}, 6: {}})
    values: dict[tuple[Kind, str], list[Entry]] = field(default_factory=dict)
    patterns: list[tuple[list[str], Entry]] = field(default_factory=list)
    entries: Sequence[Entry] = ()

    def find(self, asked: Asked) -> list[Entry]:
        """Every live entry that fits, of both lists."""
        if not self.entries:
            return []
        now = time.time()
        return [entry for entry in self._all(asked) if entry.site in ("", asked.site) and entry.live(now)]

    def _all(self, asked: Asked) -> Iterable[Entry]:
        yield from self.address(asked.ip)
        values = self.values
        if not values and not self.patterns:
            return
        if asked.asn:
            yield from values.get(("network", f"AS{asked.asn}"), ())
        for name in _parents(asked.domain):
            yield from values.get(("domain", name), ())
        agent = asked.agent.casefold()
        yield from values.get(("agent", agent), ())
        for pieces, entry in self.patterns:
            if _fits(agent, pieces):
                yield entry

    def address(self, ip: str) -> Iterable[Entry]:
        """Every entry whose range holds an address, live or not."""
        address = _parsed(ip)
        if address is None:
            return
        number = int(address)
        for bits, starts in self.ranges[address.version].items():
            yield from starts.get(number >> bits, ())


def _parsed(ip: str) -> IPv4Address | IPv6Address | None:
    try:
        return parse_address(ip)
    except ValueError:
        return None


def _parents(domain: str) -> Iterable[str]:
    """The domain, and each that it lies under: a.b.example, b.example, example."""
    labels = domain.split(".") if domain else []
    return (".".join(labels[at:]) for at in range(min(len(labels), 20)))


def _fits(text: str, pieces: Sequence[str]) -> bool:
    """Whether a text has the pieces in this order, beginning with the first and ending with the last. Never slow."""
    if len(text) < sum(map(len, pieces)) or not text.startswith(pieces[0]) or not text.endswith(pieces[-1]):
        return False
    at, end = len(pieces[0]), len(text) - len(pieces[-1])
    for piece in pieces[1:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def compile_entries(entries: Sequence[Entry]) -> Compiled:
    """The copy that is decided by."""
    book = Compiled(entries=entries)
    for entry in entries:
        if entry.kind == "address":
            network = ip_network(entry.value)
            bits = network.max_prefixlen - network.prefixlen
            starts = book.ranges[network.version].setdefault(bits, {})
            starts.setdefault(int(network.network_address) >> bits, []).append(entry)
        elif entry.kind == "agent" and "*" in entry.value:
            book.patterns.append((entry.value.casefold().split("*"), entry))
        else:
            value = entry.value.casefold() if entry.kind == "agent" else entry.value
            book.values.setdefault((entry.kind, value), []).append(entry)
    return book


class Book:
    """The lists of one process: what the store has, and ``fixed`` entries, those of the settings. Never raises where it decides."""

    def __init__(self, store: ListStore, fixed: Sequence[Entry] = ()) -> None:
        self.store, self._fixed = store, list(fixed)
        self._compiled = compile_entries(self._fixed)
        self._version: str | None = None
        self._asked, self._slow, self._complained = 0.0, False, 0.0
        self._lock = threading.Lock()

    def any(self) -> bool:
        """Whether there is any entry at all. Where the store is lost, the last copy goes on deciding."""
        self._refresh()
        return bool(self._compiled.entries)

    def find(self, asked: Asked) -> list[Entry]:
        """Every live entry that fits."""
        self._refresh()
        return self._compiled.find(asked)

    def hard(self, site: str, ip: str) -> Entry | None:
        """The entry by which an address is refused everywhere, None where it is not, or where the allowlist knows better."""
        self._refresh()
        if not self._compiled.entries:
            return None
        found = self._compiled.find(Asked(site, ip))
        if not found or any(entry.list == "allow" for entry in found):
            return None
        return next((entry for entry in found if entry.hard), None)

    def entries(self) -> list[Entry]:
        """All entries, those of the settings first. Raises StateLost."""
        return [*self._fixed, *self.store.read()]

    def add(self, list: ListName, text: str, **more: str) -> Entry:
        """Adds an entry, in the place of one that names the same. Raises BadField and StateLost."""
        entry = new_entry(list, text, **more)  # type: ignore[arg-type]  # click and msgspec have checked the words
        now, old = entry.at, self.store.read()
        same = [one for one in old if one.same == entry.same]
        gone = [one for one in old if one.until is not None and one.until < now - KEPT_DAYS * 86400 and one not in same]
        records = [Record(now, entry.by, "replaced" if same else "added", entry)]
        records += [Record(now, "hushgate", "expired", one) for one in gone]
        self.store.change([entry], [one.id for one in (*same, *gone)], records)
        return entry

    def remove(self, ids: Sequence[str], by: str) -> list[Entry]:
        """Removes entries by their ids, and returns those that there were. Raises StateLost."""
        found = [one for one in self.store.read() if one.id in ids]
        if found:
            now = round(time.time(), 3)
            self.store.change([], [one.id for one in found], [Record(now, by, "removed", one) for one in found])
        return found

    def _refresh(self) -> None:
        now = time.monotonic()
        if self._version is not None and now - self._asked < self.store.patience:
            return
        self._asked = now
        try:
            version = self.store.version()
        except StateLost as error:
            self._complain(error)
            return
        if version != self._version and self._lock.acquire(blocking=False):
            if self._slow:
                threading.Thread(target=self._load, args=(version,), daemon=True).start()
            else:
                self._load(version)

    def _load(self, version: str) -> None:
        """Makes the copy anew. The version was asked for before, so that a change meanwhile is noticed next time."""
        began = time.perf_counter()
        try:
            self._compiled = compile_entries([*self._fixed, *self.store.read()])
            self._version = version
        except StateLost as error:
            self._complain(error)
        finally:
            self._slow = time.perf_counter() - began > SLOW
            self._lock.release()

    def _complain(self, error: StateLost) -> None:
        if time.monotonic() - self._complained > 60 or not self._complained:
            self._complained = time.monotonic()
            log.error("the lists could not be read, the last copy goes on deciding: %s", error)

    def close(self) -> None:
        """Closes the store."""
        self.store.close()
