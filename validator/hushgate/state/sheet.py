"""Sliding windows in one transaction: what belongs together is one row, which is read once, and written once where it has changed.

A counter's name is that of its row and its own, parted by "|"; what has no "|" has a row for all of its windows. One row costs what
one counter would.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import msgspec

from hushgate.state.base import Limit
from hushgate.state.batch import Counting, Quota, Take, Taken, Tally
from hushgate.state.environment import STAMP, Entries, key_of
from hushgate.state.limits import wait_seconds

AT, HITS, BEFORE, UNTIL = range(4)
Counter = list[int]
"""The number of the fixed window it was last hit in, hits in that window, hits in the one before, and until when it is kept."""
Row = dict[str, Counter]
Spot = tuple[str, str, int, int]
"""A counter: its row, its name there, the number of its fixed window, and how long that is."""
FEW = 6
"""Counters of a row that are no reason to look for what has expired."""
_until = itemgetter(UNTIL)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Row).decode


class _Windows(dict[int, tuple[int, float]]):
    """The number of the fixed window at a time, and how much of the one before still counts, by the window's length."""

    def __init__(self, now: float) -> None:
        self._now = now

    def __missing__(self, window: int) -> tuple[int, float]:
        self[window] = found = int(self._now // window), 1 - self._now % window / window
        return found


class _Rows(dict[str, Row]):
    """The rows of a shard by their heads, each read when it is asked for. ``fresh`` is how many were not there."""

    def __init__(self, held: Entries, shard: str) -> None:
        self._held, self._shard = held, shard
        self._keys: dict[str, bytes] = {}
        self.fresh = 0

    def __missing__(self, head: str) -> Row:
        self._keys[head] = key = key_of(self._shard, head, "c")
        data = self._held.get(key)
        self.fresh += data is None
        self[head] = row = _decode(data[STAMP:]) if data else {}
        return row

    def write(self, heads: set[str], now: float) -> None:
        """Writes these rows; those of many counters without what has expired in them."""
        for head in heads:
            row = self[head]
            until = max(map(_until, row.values()))
            if len(row) > FEW:
                row = {name: counter for name, counter in row.items() if counter[UNTIL] > now}
            self._held.put(self._keys[head], until.to_bytes(STAMP, "big") + _encode(row))


class Sheet:
    """A shard's counters at one time."""

    def __init__(self, held: Entries, shard: str, now: float) -> None:
        self.now = now
        self._windows, self._rows = _Windows(now), _Rows(held, shard)
        self._changed: set[str] = set()

    def count(self, counting: Counting) -> Tally:
        """Counts, and says how high. Where the marker is counted already, nothing is."""
        counts, marker = counting
        again = marker is not None and not self._first(*marker)
        rows, windows, changed = self._rows, self._windows, self._changed
        sums = []
        for key, window, add in counts:
            head, _, name = key.partition("|")
            name, row, (at, share) = f"{name}:{window}", rows[head], windows[window]
            hits, before = _pair(row.get(name), at)
            if add and not again:
                hits += add
                row[name] = [at, hits, before, (at + 2) * window]
                changed.add(head)
            sums.append(hits + before * share)
        return Tally(tuple(sums), again)

    def _first(self, key: str, window: int, add: int) -> bool:
        """Counts a marker, where it is not counted."""
        head, _, name = key.partition("|")
        name, row, at = f"{name}:{window}", self._rows[head], self._windows[window][0]
        if sum(_pair(row.get(name), at)):
            return False
        row[name] = [at, add, 0, (at + 2) * window]
        self._changed.add(head)
        return True

    def _relied(self, marker: str) -> Counter | None:
        """How many rely on a marker, as a counter; None where nobody does."""
        head, _, name = marker.partition("|")
        found = self._rows[head].get(f"{name}:") if marker else None
        return found if found and found[UNTIL] > self.now else None

    def weigh(self, take: Take) -> tuple[Taken, list[Spot]]:
        """What a Take is told, and what it would count."""
        known = self._relied(take.marker) is not None
        rows, windows = self._rows, self._windows
        counts: list[float | None] = []
        waits: list[int] = []
        spots: list[Spot] = []
        for key, amount, window, _, _, each in take.quotas:
            if known and not each:
                counts.append(None)
                waits.append(0)
                continue
            head, _, name = key.partition("|")
            name, row, (at, share) = f"{name}:{window}", rows[head], windows[window]
            hits, before = _pair(row.get(name), at)
            own = hits + before * share
            counts.append(own)
            waits.append(0 if own + 1 <= amount else -1)
            spots.append((head, name, at, window))
        if any(waits):
            waits = [wait and self._wait(at, take.quotas, counts) for at, wait in enumerate(waits)]
        return Taken(tuple(waits), tuple(counts)), spots

    def _wait(self, at: int, quotas: Sequence[Quota], counts: Sequence[float | None]) -> int:
        """The seconds to wait for a quota that has more than its amount; it may have as many times what another has besides."""
        quota, own = quotas[at], counts[at] or 0.0
        beside = {(one.key, one.window): count for one, count in zip(quotas, counts, strict=True)}
        others = max(0.0, (beside.get((quota.of, quota.window)) or 0.0) - own) if quota.of else 0.0
        most = max(quota.amount, int(quota.times * others))
        return wait_seconds(Limit(quota.key, most, quota.window), self.now, *self.pair(quota.key, quota.window))

    def pair(self, key: str, window: int) -> tuple[int, int]:
        """A counter's hits in the window at this time, and in the one before."""
        head, _, name = key.partition("|")
        return _pair(self._rows[head].get(f"{name}:{window}"), self._windows[window][0])

    def take(self, take: Take, spots: Sequence[Spot]) -> None:
        """Counts one that is allowed, and that one more relies on its marker."""
        rows, changed = self._rows, self._changed
        for head, name, at, window in spots:
            row = rows[head]
            found = row.get(name)
            if found is not None and found[AT] == at:
                found[HITS] += 1
            else:
                hits, before = _pair(found, at)
                row[name] = [at, hits + 1, before, (at + 2) * window]
            changed.add(head)
        if take.marker:
            relied = self._relied(take.marker)
            self._rely(
                take.marker,
                relied[HITS] + 1 if relied else 1,
                relied[UNTIL] if relied else int(self.now) + take.ttl + 1,
            )

    def _rely(self, marker: str, many: int, until: int) -> None:
        head, _, name = marker.partition("|")
        self._rows[head][f"{name}:"] = [0, many, 0, until]
        self._changed.add(head)

    def give_back(self, take: Take, at: float) -> None:
        """Undoes ``take`` of that time; what others rely on stays counted."""
        relied = self._relied(take.marker)
        alone = relied is None or relied[HITS] <= 1
        for quota in take.quotas:
            if quota.each or alone:
                self._subtract(quota, int(at // quota.window))
        if relied:
            self._rely(take.marker, relied[HITS] - 1, 0 if alone else relied[UNTIL])

    def _subtract(self, quota: Quota, at: int) -> None:
        """Takes one hit back from a window, where it is still counted."""
        head, _, name = quota.key.partition("|")
        found = self._rows[head].get(f"{name}:{quota.window}")
        place = HITS if found and found[AT] == at else BEFORE
        if found and found[AT] in (at, at + 1) and found[place]:
            found[place] -= 1
            self._changed.add(head)

    def write(self) -> int:
        """Writes what has changed. Returns how many rows were not there."""
        self._rows.write(self._changed, self.now)
        return self._rows.fresh


def _pair(found: Counter | None, at: int) -> tuple[int, int]:
    """The hits in the window of this number, and in the one before. A counter that is ahead of the clock is taken as it is."""
    if found is None:
        return 0, 0
    last, hits, before, _ = found
    return (hits, before) if last >= at else (0, hits) if last == at - 1 else (0, 0)
