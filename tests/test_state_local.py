"""State of one machine by the clock: what slides, what expires, and that no more is kept than is alive."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushgate.state import Hit, Lease, Limit, Quota
from hushgate.state.environment import SWEEP_ENTRIES
from hushgate.state.local import LocalState
from stores import take


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def entries(local: LocalState) -> int:
    """How many there are."""
    return int(local.file.run(lambda held: held.stat()["entries"]))


def test_it_slides_and_forgets_by_the_clock(tmp_path: Path) -> None:
    clock, limit = Clock(), [Limit("x", 10, 100)]
    state = LocalState(tmp_path / "state", clock=clock)
    assert [state.hit("a", limit).allowed for _ in range(11)] == [True] * 10 + [False]
    assert state.hit("a", limit) == Hit(False, 111)
    clock.now += 110
    assert [state.hit("a", limit).allowed for _ in range(2)] == [True, False]
    clock.now += 40
    assert [state.hit("a", limit).allowed for _ in range(5)] == [True] * 4 + [False]
    assert state.spend("a", "n", 10) and state.lease("a", "t", "ann", 10, spend=True) is Lease.GRANTED
    clock.now += 9.9
    assert not state.spend("a", "n", 10) and state.lease("a", "t", "bob", 10, spend=True) is Lease.REPLAYED
    clock.now += 1.1
    assert state.spend("a", "n", 10) and state.lease("a", "t", "bob", 10, spend=True) is Lease.GRANTED
    state.close()


def test_it_is_bounded_by_time(tmp_path: Path) -> None:
    clock = Clock()
    state = LocalState(tmp_path / "state", clock=clock)
    for number in range(5000):
        state.hit("a", [Limit(f"old-{number}", 5, 10)])
        state.lease("a", f"old-{number}", "ann", 10, spend=True)
    assert entries(state) == 10_000
    clock.now += 100
    for number in range(3000):
        state.lease("a", f"new-{number}", "ann", 1000, spend=True)
    assert entries(state) < 13_000, "writing sweeps, little by little"
    assert 0 < state.sweep() <= SWEEP_ENTRIES, "and one sweep is never long"
    while state.sweep():
        pass
    assert entries(state) == 3000
    state.close()


def test_it_is_bounded_where_each_write_makes_many_entries(tmp_path: Path) -> None:
    """A signup counts against a dozen limits, and a hostile one comes with new values for each."""
    clock = Clock()
    state = LocalState(tmp_path / "state", clock=clock)
    for number in range(3000):
        clock.now += 0.1
        take(state, "a", [Quota(f"{kind}:{number}", 10, 10) for kind in range(14)])
    live = 14 * 20 * 10
    assert entries(state) < 2 * live
    state.close()


def test_a_nonce_is_spent_until_its_time_is_over(tmp_path: Path) -> None:
    clock = Clock()
    state = LocalState(tmp_path / "state", clock=clock)
    assert state.spend("a", "n", 10)
    clock.now += 9.9
    assert not state.spend("a", "n", 10)
    clock.now += 1.1
    assert state.spend("a", "n", 10) and not state.spend("a", "n", 10)
    state.close()


def test_what_has_expired_goes_little_by_little(tmp_path: Path) -> None:
    clock = Clock()
    state = LocalState(tmp_path / "state", clock=clock)
    for number in range(10_000):
        state.spend("a", f"old-{number}", 10)
    clock.now += 100
    for number in range(1000):
        state.spend("a", f"new-{number}", 1000)
    swept = [state.sweep()]
    while swept[-1]:
        swept.append(state.sweep())
    assert max(swept) <= SWEEP_ENTRIES, "one sweep is never long"
    assert 0 < sum(swept) < 10_000, "spending had swept before"
    assert not any(state.spend("a", f"new-{number}", 10) for number in range(1000))
    assert state.spend("a", "old-1", 10)
    state.close()


def test_the_file_has_what_is_alive_in_it_and_no_more(tmp_path: Path) -> None:
    clock = Clock()
    state = LocalState(tmp_path / "state", clock=clock)
    sizes = []
    for number in range(60_000):
        clock.now += 0.01
        state.spend("a", f"{number:08}-{number * 7919 % 10007}", 30)
        if number % 15_000 == 14_999:
            sizes.append(state.file.path.stat().st_size)
    assert sizes[-1] <= 1.25 * sizes[1], sizes
    state.close()


@pytest.mark.parametrize("text", ["", "x" * 5000, "x" * 511, "\0", "é" * 400])
def test_any_text_is_a_nonce(local: LocalState, text: str) -> None:
    assert local.spend("a", text, 60) and not local.spend("a", text, 60)
    assert local.spend("a", text + "y", 60)
