"""A clock that can be put forward, for waves only: a day of signups is replayed in a minute, and the door counts it as a day.

Counters alone read it. Sessions, tokens and leases keep the real time, in the file that the gate's own process shares.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Blueprint, Response, jsonify, request
from msgspec.structs import replace

from hushgate import Gate
from hushgate.config import load
from hushgate.house import open_state_of
from hushgate.state import Batch, Hit, Lease, Limit, Reply, State, Take
from hushgate.state.local import LocalState

FAR = 50 * 365 * 86400.0
"""Seconds from now that nobody means to set a clock to."""


class Clock:
    """Seconds since 1970, by a clock that is set now and then, stands still until it is set again or let go, and never goes back."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._standing: float | None = None

    def __call__(self) -> float:
        """The time by this clock."""
        return time.time() + self._ahead if self._standing is None else self._standing

    def set(self, now: float) -> None:
        """Sets it, and stops it there. Raises ValueError where that is back, or absurd."""
        if not self() <= now <= time.time() + FAR:
            raise ValueError(f"now: expected seconds since 1970 from {self():.3f} on")
        self._standing = now

    def let_go(self) -> None:
        """Lets it run on from where it stands."""
        self._ahead, self._standing = self() - time.time(), None


class CountingState(State):
    """The state store, with counters of its own by another clock."""

    def __init__(self, state: State, folder: Path, clock: Clock) -> None:
        self.kind, self._state = state.kind, state
        self._counters = LocalState(folder / "counters", clock=clock)

    def ping(self) -> None:
        """See State."""
        self._state.ping()

    def hit(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._counters.hit(shard, limits)

    def test(self, shard: str, limits: Sequence[Limit]) -> Hit:
        """See State."""
        return self._counters.test(shard, limits)

    def decide(self, shard: str, batch: Batch) -> Reply:
        """See State. Two stores are two steps: this is a demo's."""
        lease = batch.lease
        leased = self._state.decide(shard, Batch(lease=lease)).lease if lease else None
        if leased is Lease.REPLAYED:
            return Reply(leased, None, (), self._counters.clock())
        return replace(self._counters.decide(shard, replace(batch, lease=None)), lease=leased)

    def give_back(self, shard: str, takes: Sequence[Take], at: float) -> None:
        """See State."""
        self._counters.give_back(shard, takes, at)

    def spend(self, shard: str, nonce: str, ttl: int) -> bool:
        """See State."""
        return self._state.spend(shard, nonce, ttl)

    def begin_spend(self, shard: str, nonce: str, ttl: int) -> Callable[[], bool]:
        """See State."""
        return self._state.begin_spend(shard, nonce, ttl)

    def lease(self, shard: str, nonce: str, holder: str, ttl: int, *, spend: bool) -> Lease:
        """See State."""
        return self._state.lease(shard, nonce, holder, ttl, spend=spend)

    def commit(self, shard: str, nonce: str, holder: str, ttl: int) -> bool:
        """See State."""
        return self._state.commit(shard, nonce, holder, ttl)

    def release(self, shard: str, nonce: str, holder: str) -> None:
        """See State."""
        self._state.release(shard, nonce, holder)

    def sweep(self) -> int:
        """See State."""
        return self._state.sweep() + self._counters.sweep()

    def close(self) -> None:
        """See State."""
        self._state.close()
        self._counters.close()


def open_gate(clock: Clock) -> Gate:
    """The gate as the environment has it, its counters by this clock. Raises SettingsError."""
    config = load()
    return Gate(config, state=CountingState(open_state_of(config), config.data, clock))


def blueprint(clock: Clock) -> Blueprint:
    """``GET``, ``POST`` (now=seconds) and ``DELETE /operator/clock``."""
    pages = Blueprint("clock", __name__)

    @pages.get("/operator/clock")
    def read() -> Response:
        return jsonify({"now": clock()})

    @pages.post("/operator/clock")
    def put() -> Response | tuple[Response, int]:
        try:
            clock.set(request.form.get("now", 0.0, type=float))
        except ValueError as error:
            return jsonify({"error": str(error)}), 400
        return read()

    @pages.delete("/operator/clock")
    def let_go() -> Response:
        clock.let_go()
        return read()

    return pages
