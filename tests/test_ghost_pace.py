"""A ghost is held for as long as a real signup's own part takes here and now, and never longer than is said."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from hushgate.ghost import pace as paces
from hushgate.ghost.pace import ENOUGH, EVEN_S, FILE, KEPT, REAL_MAX_S, SAVE_S, WINDOW_S, Pace, Reservoir, at_rank, rank
from hushgate.testing.compare import auc


def opened(folder: Path, site: str = "shop", cap: float = 2.0) -> Pace:
    return Pace(folder, site, first=0.05, cap=cap)


def told(pace: Pace, *seconds: float, action: str = "signup") -> Pace:
    """The same, after real signups that took so long."""
    for one in seconds:
        pace.hold(action, one, ghost=False)
    return pace


def at(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    monkeypatch.setattr(paces, "time", SimpleNamespace(monotonic=lambda: moment, perf_counter=time.perf_counter))


def test_the_oldest_timings_are_forgotten() -> None:
    kept = Reservoir()
    for number in range(KEPT + 50):
        kept.add(KEPT + 50 - number)
    assert kept.sorted == sorted(kept.sorted) and len(kept.sorted) == KEPT and max(kept.sorted) == KEPT


def test_timings_of_an_hour_ago_count_only_where_there_are_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Reservoir()
    at(monkeypatch, 1000.0)
    for _ in range(100):
        kept.add(5.0)
    at(monkeypatch, 1000.0 + WINDOW_S + 1)
    kept.add(0.1)
    assert len(kept.sorted) == ENOUGH and kept.sorted.count(5.0) == ENOUGH - 1
    for _ in range(ENOUGH):
        kept.add(0.1)
    assert set(kept.sorted) == {0.1}, "a site that has become faster is fast"


@pytest.mark.parametrize(("place", "seconds"), [(0.0, 1.0), (1.0, 3.0), (0.5, 2.0), (0.25, 1.5), (0.75, 2.5)])
def test_a_place_among_timings_lies_between_its_neighbours(place: float, seconds: float) -> None:
    assert at_rank([1.0, 2.0, 3.0], place) == seconds
    assert at_rank([7.0], place) == 7.0 and at_rank([], place) == 0.0


def test_a_timing_has_its_place_among_the_others() -> None:
    timings = [float(number) for number in range(100)]
    for number in (0, 50, 99):
        places = [rank(timings, float(number)) for _ in range(50)]
        assert all(number / 101 <= place <= (number + 2) / 101 for place in places)
    assert 0 <= rank(timings, -1.0) < 0.01 and 0.99 <= rank(timings, 1000.0) <= 1
    same = [rank([1.0] * 100, 1.0) for _ in range(400)]
    assert min(same) < 0.1 and max(same) > 0.9, "where all are the same, any place"
    few = [rank([1.0] * (ENOUGH - 1), 9.0) for _ in range(400)]
    assert min(few) < 0.1 and max(few) > 0.9, "of too few nothing is concluded"


def test_ghosts_end_when_real_ones_do(tmp_path: Path) -> None:
    """In reckoned time: the moments of the end, not those of this machine. Ghosts' own work is as spread as it is in life."""
    rng, pace = random.Random(4), opened(tmp_path)
    real, ghost = list[float](), list[float]()
    for number in range(1600):
        if number % 2:
            spent = 0.03 + rng.expovariate(100)
            real.append(spent + pace.hold("signup", spent, ghost=False))
        else:
            spent = 0.002 + rng.expovariate(500)
            ghost.append(spent + pace.hold("signup", spent, ghost=True))
    area, error = auc(real[100:], ghost[100:])
    assert abs(area - 0.5) < 4 * error
    for quantile in (2, 5, 8):
        ours, theirs = (statistics.quantiles(side[100:], n=10)[quantile - 1] for side in (real, ghost))
        assert theirs == pytest.approx(ours, rel=0.1)


def test_where_real_ones_are_faster_than_a_ghost_they_wait_a_little_too(tmp_path: Path) -> None:
    pace = opened(tmp_path)
    for _ in range(200):
        pace.hold("signup", 0.0005, ghost=False)
        pace.hold("signup", 0.002, ghost=True)
    assert pace.hold("signup", 0.0005, ghost=False) == pytest.approx(0.0015)
    assert pace.hold("signup", 0.002, ghost=True) == 0.0
    for _ in range(KEPT):
        pace.hold("signup", 1.0, ghost=True)
    assert pace.hold("signup", 0.0005, ghost=False) == REAL_MAX_S, "people do not pay for a slow quarantine"


def test_cold_a_ghost_is_held_for_about_as_long_as_the_setting_says(tmp_path: Path) -> None:
    held = [opened(tmp_path).hold("signup", 0.0, ghost=True) for _ in range(300)]
    assert statistics.median(held) == pytest.approx(0.05, rel=0.15) and len(set(held)) > 290
    assert opened(tmp_path).hold("signup", 0.01, ghost=False) == 0.0


def test_no_ghost_is_held_for_longer_than_the_cap(tmp_path: Path) -> None:
    pace = told(opened(tmp_path, cap=0.2), *[30.0] * 50)
    assert pace.hold("signup", 0.05, ghost=True) == pytest.approx(0.15)
    assert pace.hold("signup", 5.0, ghost=True) == 0.0


def test_each_action_has_its_own_pace(tmp_path: Path) -> None:
    pace = told(told(opened(tmp_path), *[1.0] * 30), *[0.3] * 30, action="newsletter")
    assert pace.hold("signup", 0.0, ghost=True) == pytest.approx(1.0)
    assert pace.hold("newsletter", 0.0, ghost=True) == pytest.approx(0.3)


def test_an_answer_of_another_kind_has_a_pace_of_its_own_and_until_then_that_of_its_bracket(tmp_path: Path) -> None:
    pace = told(opened(tmp_path), *[0.3] * 30)
    assert pace.hold("taken", 0.0, ghost=True, like="signup") == pytest.approx(0.3)
    with pace("signup") as beat:
        beat.action = "taken"
    assert len(pace._real["signup"].sorted) == 30 and len(pace._real["taken"].sorted) == 1
    assert pace.hold("taken", 0.0, ghost=True, like="signup") < 0.1


def test_what_takes_a_ghost_as_long_as_anybody_is_held_from_the_first_real_one_on(tmp_path: Path) -> None:
    pace = opened(tmp_path)
    assert pace.hold("me", 0.001, ghost=True, first=0.0) == 0.0
    assert told(pace, 0.2, action="me").hold("me", 0.001, ghost=True, first=0.0) == pytest.approx(0.199)


def test_a_fresh_worker_learns_from_another(tmp_path: Path) -> None:
    told(opened(tmp_path), *[0.7] * 30).save()
    told(opened(tmp_path, "mill"), *[0.1] * 30).save()
    assert opened(tmp_path).hold("signup", 0.0, ghost=True) == pytest.approx(0.7)
    assert opened(tmp_path, "mill").hold("signup", 0.0, ghost=True) == pytest.approx(0.1)
    assert opened(tmp_path, "other").hold("signup", 0.0, ghost=True) < 0.3
    known = told(opened(tmp_path), *[0.2] * 30)
    assert known.hold("signup", 0.0, ghost=True) == pytest.approx(0.2), "its own timings come first"


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"shop": []}', '{"shop": {"signup": null}}', '{"shop": {"signup": ["x"]}}',
        '{"shop": {"signup": [NaN, Infinity, -1]}}', '{"shop": {"signup": {"a": 1}}}', "\x00\xff",
    ],
)  # fmt: skip
def test_what_another_worker_left_is_not_believed_blindly(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="latin-1")
    pace = opened(tmp_path)
    held = pace.hold("signup", 0.0, ghost=True)
    assert 0 < held < 0.3
    told(pace, 0.1).save()
    assert json.loads((tmp_path / FILE).read_text())["shop"]["signup"] == [0.1]


def test_a_folder_that_cannot_be_written_stops_nobody_and_is_not_littered(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    for folder in (tmp_path, tmp_path / "not there"):
        pace = told(opened(folder), 0.1)
        pace.save()
        assert pace.hold("signup", 0.0, ghost=True) == pytest.approx(0.1)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_timings_are_written_down_by_a_ghost_that_waits_anyway(tmp_path: Path) -> None:
    pace = told(opened(tmp_path), *[0.02] * 30)
    pace._saved -= SAVE_S + 1
    with pace("signup", ghost=False):
        pass
    assert not (tmp_path / FILE).exists(), "never by a person"
    with pace("signup", ghost=True):
        pass
    assert len(json.loads((tmp_path / FILE).read_text())["shop"]["signup"]) == 31 and not pace.due()


def test_the_bracket_holds_a_ghost_and_times_a_person(tmp_path: Path) -> None:
    pace = told(opened(tmp_path), *[0.05] * 30)
    begun = time.perf_counter()
    with pace("signup", ghost=True):
        pass
    assert time.perf_counter() - begun >= 0.05 + EVEN_S
    with pace("newsletter", ghost=False):
        time.sleep(0.02)
    assert pace._real["newsletter"].sorted[0] >= 0.02 and len(pace._own["signup"].sorted) == 1


def test_what_was_no_signup_after_all_is_neither_timed_nor_held(tmp_path: Path) -> None:
    pace = told(opened(tmp_path), *[30.0] * 30)
    with pace("signup", ghost=True) as beat:
        beat.drop()
    with pytest.raises(ValueError, match="the database is down"), pace("signup", ghost=True):
        raise ValueError("the database is down")
    with pytest.raises(ValueError, match="down"), pace("signup", ghost=False):
        raise ValueError("down")
    assert not pace._of(pace._own, "signup").sorted and len(pace._real["signup"].sorted) == 30


def test_an_async_ghost_leaves_the_loop_to_others(tmp_path: Path) -> None:
    pace, order = told(opened(tmp_path), *[0.1] * 30), list[str]()

    async def ghost() -> None:
        async with pace("signup", ghost=True):
            order.append("ghost in")
        order.append("ghost out")

    async def person() -> None:
        await asyncio.sleep(0)
        order.append("person")

    async def both() -> None:
        await asyncio.gather(ghost(), ghost(), person())

    begun = time.perf_counter()
    asyncio.run(both())
    assert time.perf_counter() - begun >= 0.1
    assert order == ["ghost in", "ghost in", "person", "ghost out", "ghost out"]


def test_many_threads_share_one_reservoir_and_nobody_meets_an_error(tmp_path: Path) -> None:
    pace, errors = opened(tmp_path), list[BaseException]()

    def work(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _ in range(1500):
                assert 0 <= pace.hold("signup", rng.random() / 100, ghost=rng.random() < 0.5) <= 2
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert not errors, errors
    assert len(pace._real["signup"].sorted) == len(pace._real["signup"]._order) == KEPT
