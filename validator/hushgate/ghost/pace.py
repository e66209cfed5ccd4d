"""The pace of a ghost: what only a real signup does is timed, and a ghost waits for as long, here and now.

Only the part that differs is bracketed, so that all the rest takes its own time for both. Within it a ghost does a little work of
its own, so times are matched by rank: a ghost whose work was among the slowest tenth of ghosts is given a time among the slowest
tenth of real ones. Drawing one at random would be too slow wherever the draw is shorter than the work.

Where a site's own part is faster than a ghost's work (well under a millisecond), no waiting of ghosts can hide it. There the real ones
wait too, for the difference and for REAL_MAX_S at most: both take the longer of the two times at their rank.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from bisect import bisect_left, bisect_right, insort
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

KEPT = 256
"""Timings of each kind that are remembered, by each worker."""
WINDOW_S = 300.0
ENOUGH = 24
"""Where the window has fewer, older ones count too."""
SAVE_S = 30.0
SAVE_IN_S = 0.01
"""A ghost that waits for longer than this has the time to write the timings down."""
REAL_MAX_S = 0.005
EVEN_S = 0.0001
"""Everybody ends so much later, to the point: the reckoning itself does not show."""
SPIN_S = 0.001
"""A sleep overshoots by less than this, on a busy machine too; the rest is waited for awake. Who sleeps longer than the other shows."""
FILE = "ghost-pace.json"


class Reservoir:
    """The last timings of one kind, in seconds: those of the window, and older ones where there are too few."""

    def __init__(self) -> None:
        self._order: deque[tuple[float, float]] = deque()
        self._lock, self._sorted = Lock(), list[float]()

    @property
    def sorted(self) -> list[float]:
        """The timings of this moment, in order. A copy: other threads go on adding."""
        with self._lock:
            return self._sorted.copy()

    def add(self, seconds: float) -> None:
        """Remembers one, and forgets what is too old or too many."""
        now = time.monotonic()
        with self._lock:
            self._order.append((now, seconds))
            insort(self._sorted, seconds)
            while len(self._order) > KEPT or (len(self._order) > ENOUGH and self._order[0][0] < now - WINDOW_S):
                _, oldest = self._order.popleft()
                del self._sorted[bisect_left(self._sorted, oldest)]


def rank(timings: list[float], seconds: float) -> float:
    """The place of a timing among others, from 0 to 1; any place, where there are too few of them."""
    if len(timings) < ENOUGH:
        return random.random()  # noqa: S311 - a time, no secret
    low, high = bisect_left(timings, seconds), bisect_right(timings, seconds)
    return (low + random.random() * (high - low + 1)) / (len(timings) + 1)  # noqa: S311 - the same


def at_rank(timings: list[float], place: float) -> float:
    """The timing at a place from 0 to 1, between its neighbours; 0 where there is none."""
    if not timings:
        return 0.0
    whole = place * (len(timings) - 1)
    low = int(whole)
    high = min(low + 1, len(timings) - 1)
    return timings[low] + (timings[high] - timings[low]) * (whole - low)


class Pace:
    """The timings of one site in this worker, by action.

    Until something real was timed, another worker's timings are read from the data folder, and where there are none, ``first`` (in
    seconds) is what a real signup's own part is taken to last. ``cap`` (in seconds) is the longest that a ghost is held.
    """

    def __init__(self, folder: Path, site: str, *, first: float, cap: float) -> None:
        self._file, self._site, self._first, self._cap = folder / FILE, site, first, cap
        self._real: dict[str, Reservoir] = {}
        self._own: dict[str, Reservoir] = {}
        self._saved = time.monotonic()

    def __call__(self, action: str, *, ghost: bool = False, first: float | None = None) -> Beat:
        """Brackets what may differ between a real account and a ghost: from before ``admit``, whose work does, to before the answer.

        ``with`` or ``async with``. Say within it which of the two it is, ``beat.ghost = admission.ghosted``, and where an answer is
        of another kind, which, ``beat.action = "taken"``: each kind has a pace of its own. ``first`` (in seconds) is for a bracket in
        which a real account's part is not that of a signup: 0 where it is about as long as a ghost's.
        """
        return Beat(self, action, ghost, self._first if first is None else first)

    def hold(
        self, action: str, spent: float, *, ghost: bool, like: str | None = None, first: float | None = None
    ) -> float:
        """How much longer, in seconds, somebody waits whose own part took so long. The timing is remembered.

        Where nothing real of the action was timed, a ghost is held to the timings of the action ``like``, and then to ``first``.
        """
        mine, other = (self._own, self._real) if ghost else (self._real, self._own)
        timings = self._known(action, like or action) if ghost else self._of(other, action).sorted
        wanted = at_rank(timings, rank(self._of(mine, action).sorted, spent))
        if ghost and not timings:
            wanted = (self._first if first is None else first) * math.exp(random.gauss(0, 0.3))
        self._of(mine, action).add(spent)
        return max(0.0, min(wanted - spent, self._cap - spent if ghost else REAL_MAX_S))

    def save(self) -> None:
        """Writes the timings down for workers that have none yet. A ghost does it while it waits."""
        self._saved = time.monotonic()
        timings = {action: list(reservoir.sorted) for action, reservoir in self._real.items()}
        if not any(timings.values()):
            return
        with suppress(OSError):
            told = {**self._read(), self._site: timings}
            aside = self._file.with_suffix(f".{random.getrandbits(32):x}")
            try:
                aside.write_text(json.dumps(told), encoding="utf-8")
                aside.replace(self._file)
            finally:
                aside.unlink(missing_ok=True)

    def due(self) -> bool:
        """Whether it is time to save."""
        return time.monotonic() - self._saved > SAVE_S

    @staticmethod
    def _of(reservoirs: dict[str, Reservoir], action: str) -> Reservoir:
        return reservoirs.setdefault(action, Reservoir())

    def _known(self, *actions: str) -> list[float]:
        """The real timings of the first of these actions that has any, in this worker or in another."""
        for action in actions:
            real = self._of(self._real, action)
            if not real.sorted:
                self._learn(action, real)
            if timings := real.sorted:
                return timings
        return []

    def _learn(self, action: str, reservoir: Reservoir) -> None:
        """Takes over another worker's timings."""
        with suppress(ValueError, TypeError, AttributeError, LookupError):
            for one in map(float, self._read().get(self._site, {}).get(action, [])[:KEPT]):
                if 0 <= one < math.inf:
                    reservoir.add(one)

    def _read(self) -> dict[str, dict[str, list[float]]]:
        try:
            told = json.loads(self._file.read_bytes())
        except (OSError, ValueError, RecursionError):  # damaged, it is written anew
            return {}
        return told if isinstance(told, dict) else {}


class Beat:
    """One bracket. ``ghost`` and ``action`` may be set while it is open. What ends with an exception is neither timed nor held."""

    def __init__(self, pace: Pace, action: str, ghost: bool, first: float) -> None:
        self._pace, self._like, self._first, self._begun = pace, action, first, 0.0
        self.action, self.ghost = action, ghost
        self.dropped = False

    def __enter__(self) -> Self:
        self._begun = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _sleep_until(self._end(kind))

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left = self._end(kind) - time.perf_counter()
        if left > 0:
            await asyncio.sleep(left)

    def drop(self) -> None:
        """Says that nothing here depends on who asks (an answer that is given again): it is neither timed nor held."""
        self.dropped = True

    def _end(self, kind: type[BaseException] | None) -> float:
        """When this one may go, by the performance counter."""
        spent = time.perf_counter() - self._begun
        if kind is not None or self.dropped:
            return 0.0
        left = self._pace.hold(self.action, spent, ghost=self.ghost, like=self._like, first=self._first)
        if self.ghost and left > SAVE_IN_S and self._pace.due():
            self._pace.save()
        return self._begun + spent + left + EVEN_S


def _sleep_until(end: float) -> None:
    left = end - time.perf_counter()
    if left > SPIN_S:
        time.sleep(left - SPIN_S)
    while time.perf_counter() < end:
        pass
