"""Sliding windows in one transaction: what belongs together is one row, which is read once, and written once where it has changed.

What names no row (see ``Count``) has one for all of its windows. One row costs what one counter would.
"""

from __future__ import annotations

from collections.abc import Sequence

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
_NOTHING = 0, 0
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
            until = max([counter[UNTIL] for counter in row.values()])
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
        marker = counting.marker
        again = marker is not None and not self._first(*marker)
        rows, windows, changed = self._rows, self._windows, self._changed
        sums = []
        for head, name, window, add in counting.counts:
            row, (at, share) = rows[head], windows[window]
            found = row.get(name)
            hits, before = _pair(found, at) if found else _NOTHING
            if add and not again:
                hits += add
                row[name] = [at, hits, before, (at + 2) * window]
                changed.add(head)
            sums.append(hits + before * share)
        return Tally(tuple(sums), again)

    def _first(self, head: str, name: str, window: int, add: int) -> bool:
        """Counts a marker, where it is not counted."""
        row, at = self._rows[head], self._windows[window][0]
        found = row.get(name)
        if found and any(_pair(found, at)):
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
        known = bool(take.marker) and self._relied(take.marker) is not None
        rows, windows, over = self._rows, self._windows, False
        counts: list[float | None] = []
        spots: list[Spot] = []
        for head, name, amount, window, _, _, each in take.quotas:
            if known and not each:
                counts.append(None)
                continue
            at, share = windows[window]
            found = rows[head].get(name)
            hits, before = _pair(found, at) if found else _NOTHING
            own = hits + before * share
            counts.append(own)
            over = over or own + 1 > amount
            spots.append((head, name, at, window))
        waits = self._waits(take.quotas, counts) if over else (0,) * len(counts)
        return Taken(waits, tuple(counts)), spots

    def _waits(self, quotas: Sequence[Quota], counts: Sequence[float | None]) -> tuple[int, ...]:
        """The seconds to wait for each quota, of which one has more than its amount."""
        beside = {quota.whole: count or 0.0 for quota, count in zip(quotas, counts, strict=True)}
        return tuple(
            0 if own is None or own + 1 <= quota.amount else self._wait(quota, own, beside.get(quota.of, 0.0))
            for quota, own in zip(quotas, counts, strict=True)
        )

    def _wait(self, quota: Quota, own: float, beside: float) -> int:
        """The seconds to wait for a quota that has more than its amount; it may have as many times what another has besides."""
        most = max(quota.amount, int(quota.times * max(0.0, beside - own))) if quota.of else quota.amount
        return wait_seconds(
            Limit(quota.row, most, quota.window), self.now, *self.pair(quota.row, quota.name, quota.window)
        )

    def pair(self, head: str, name: str, window: int) -> tuple[int, int]:
        """A counter's hits in the window at this time, and in the one before."""
        found = self._rows[head].get(name)
        return _pair(found, self._windows[window][0]) if found else _NOTHING

    def take(self, take: Take, spots: Sequence[Spot]) -> None:
        """Counts one that is allowed, and that one more relies on its marker."""
        rows, changed = self._rows, self._changed
        for head, name, at, window in spots:
            row = rows[head]
            found = row.get(name)
            if found and found[AT] == at:
                found[HITS] += 1
            else:
                hits, before = _pair(found, at) if found else _NOTHING
                row[name] = [at, hits + 1, before, (at + 2) * window]
            changed.add(head)
        if take.marker:
            head, _, name = take.marker.partition("|")
            relied = rows[head].setdefault(f"{name}:", [0, 0, 0, 0])
            if relied[UNTIL] <= self.now:
                relied[HITS], relied[UNTIL] = 0, int(self.now) + take.ttl + 1
            relied[HITS] += 1
            changed.add(head)

    def give_back(self, take: Take, at: float) -> None:
        """Undoes ``take`` of that time; what others rely on stays counted."""
        relied = self._relied(take.marker)
        alone = relied is None or relied[HITS] <= 1
        for quota in take.quotas:
            if quota.each or alone:
                self._subtract(quota, int(at // quota.window))
        if relied:
            relied[HITS] -= 1
            if alone:
                relied[UNTIL] = 0
            self._changed.add(take.marker.partition("|")[0])

    def _subtract(self, quota: Quota, at: int) -> None:
        """Takes one hit back from a window, where it is still counted."""
        found = self._rows[quota.row].get(quota.name)
        place = HITS if found and found[AT] == at else BEFORE
        if found and found[AT] in (at, at + 1) and found[place]:
            found[place] -= 1
            self._changed.add(quota.row)

    def write(self) -> int:
        """Writes what has changed. Returns how many rows were not there."""
        self._rows.write(self._changed, self.now)
        return self._rows.fresh


def _pair(found: Counter, at: int) -> tuple[int, int]:
    """The hits in the window of this number, and in the one before. A counter that is ahead of the clock is taken as it is."""
    last, hits, before, _ = found
    return (hits, before) if last >= at else (0, hits) if last == at - 1 else _NOTHING
