"""What can happen to the file of spent nonces: deleted, cut, garbage, full, killed over, in a folder that cannot be written."""

from __future__ import annotations

import os
import resource
import signal
import stat
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hushgate.errors import StateLost
from hushgate.state.nonces import SWEEP_ENTRIES, Nonces
from stores import FORK, comes_back, fresh, in_child, in_children, lost_within


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def nonces(tmp_path: Path) -> Iterator[Nonces]:
    nonces = Nonces(tmp_path / "state.sqlite", time.time)
    yield nonces
    nonces.close()


def test_a_nonce_is_spent_until_its_time_is_over(tmp_path: Path) -> None:
    clock = Clock()
    nonces = Nonces(tmp_path / "state.sqlite", clock)
    assert nonces.spend("n", 10)
    clock.now += 9.9
    assert not nonces.spend("n", 10)
    clock.now += 1.1
    assert nonces.spend("n", 10) and not nonces.spend("n", 10)
    nonces.close()


def test_what_has_expired_goes_little_by_little(tmp_path: Path) -> None:
    clock = Clock()
    nonces = Nonces(tmp_path / "state.sqlite", clock)
    for number in range(10_000):
        nonces.spend(f"old-{number}", 10)
    clock.now += 100
    for number in range(1000):
        nonces.spend(f"new-{number}", 1000)
    swept = [nonces.sweep()]
    while swept[-1]:
        swept.append(nonces.sweep())
    assert max(swept) <= SWEEP_ENTRIES, "one sweep is never long"
    assert 0 < sum(swept) < 10_000, "spending had swept before"
    assert not any(nonces.spend(f"new-{number}", 10) for number in range(1000))
    assert nonces.spend("old-1", 10)
    nonces.close()


def test_the_file_has_what_is_alive_in_it_and_no_more(tmp_path: Path) -> None:
    clock = Clock()
    nonces = Nonces(tmp_path / "state.sqlite", clock)
    sizes = []
    for number in range(60_000):
        clock.now += 0.01
        nonces.spend(f"{number:08}-{number * 7919 % 10007}", 30)
        if number % 15_000 == 14_999:
            sizes.append(nonces.path.stat().st_size)
    assert sizes[-1] <= 1.25 * sizes[1], sizes
    nonces.close()


@pytest.mark.parametrize("text", ["", "x" * 5000, "x" * 511, "\0", "é" * 400])
def test_any_text_is_a_nonce(nonces: Nonces, text: str) -> None:
    assert nonces.spend(text, 60) and not nonces.spend(text, 60)
    assert nonces.spend(text + "y", 60)


def test_a_deleted_file_is_noticed_by_all_that_hold_it(nonces: Nonces) -> None:
    for _ in range(3):
        assert nonces.spend("n", 60) and not nonces.spend("n", 60)
        nonces.path.unlink()
    again = Nonces(nonces.path.with_name("state.sqlite"), time.time)
    assert in_children(lambda: ["n"] if again.spend("n", 60) else []).count(["n"]) == 1
    assert not nonces.spend("n", 60)


@pytest.mark.parametrize("size", [0, 96, 8000])
def test_a_file_that_is_cut_or_turns_to_garbage_is_replaced(nonces: Nonces, size: int) -> None:
    for number in range(2000):
        nonces.spend(f"{number}", 60)
    nonces.path.write_bytes(b"garbage!" * (size // 8))
    assert comes_back(lambda: nonces.spend("n", 60)) and not nonces.spend("n", 60)


def test_garbage_is_replaced_once(tmp_path: Path) -> None:
    nonces = Nonces(tmp_path / "state.sqlite", time.time)
    nonces.path.write_bytes(b"garbage!" * 1000)
    names = [fresh() for _ in range(50)]

    def race() -> list[str]:
        return [name for name in names if comes_back(lambda: nonces.spend(name, 60))]  # noqa: B023

    assert Counter(name for each in in_children(race) for name in each) == Counter(names)


def test_workers_that_are_killed_in_the_middle_stop_nobody_and_lose_nothing(nonces: Nonces) -> None:
    def hammer(told: int) -> None:
        for number in range(10**9):
            name = f"{os.getpid()}-{number}"
            if nonces.spend(name, 600):
                os.write(told, f"{name}\n".encode())

    for _ in range(8):
        reading, told = os.pipe()
        children = [FORK.Process(target=hammer, args=(told,)) for _ in range(3)]
        for child in children:
            child.start()
        os.close(told)
        time.sleep(0.15)
        for child in children:
            os.kill(child.pid or 0, signal.SIGKILL)
        with os.fdopen(reading) as lines:
            spent = lines.read().splitlines()
        for child in children:
            child.join(10)
        assert len(spent) > 3 and not any(nonces.spend(name, 600) for name in spent)


def test_a_worker_that_is_stopped_in_the_middle_holds_up_one_request_and_not_all_that_follow(nonces: Nonces) -> None:
    held, go = FORK.Event(), FORK.Event()

    def stop(_: object) -> None:
        held.set()
        go.wait(30)

    child = FORK.Process(target=lambda: nonces._run(stop))
    child.start()
    assert held.wait(10)
    began = time.monotonic()
    for _ in range(20):
        lost_within(lambda: nonces.spend(fresh(), 60))
    assert 0.25 <= time.monotonic() - began < 2.5
    child.kill()
    child.join(10)
    assert nonces.spend("n", 60) and not nonces.spend("n", 60)


def test_threads_do_not_wait_for_one_that_is_stuck(nonces: Nonces) -> None:
    held, go = threading.Event(), threading.Event()

    def stop(_: object) -> None:
        held.set()
        go.wait(30)

    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(nonces._run, stop)
        assert held.wait(10)
        lost_within(lambda: nonces.spend("n", 60))
        go.set()
        stuck.result(10)
    assert nonces.spend("n", 60)


def test_a_child_and_its_parent_share_the_file(nonces: Nonces) -> None:
    assert nonces.spend("before", 60)
    assert in_child(lambda: (nonces.spend("before", 60), nonces.spend("child", 60))) == (False, True)
    assert not nonces.spend("child", 60)
    nonces.close()
    assert not nonces.spend("before", 60)


def test_what_an_earlier_boot_has_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    earlier, other = tmp_path / "state.sqlite-nonces-00c0ffee", tmp_path / "state.sqlite-wal"
    living = tmp_path / "state.sqlite-nonces-0badcafe"
    for file in (earlier, earlier.with_name(f"{earlier.name}-lock"), other, living):
        file.write_bytes(b"x")
        os.utime(file, (0, 0 if file != living else time.time()))
    nonces = Nonces(tmp_path / "state.sqlite", time.time)
    nonces.ping()
    ours = {nonces.path, nonces.path.with_name(f"{nonces.path.name}-lock"), tmp_path / "state.sqlite.lock"}
    assert set(tmp_path.iterdir()) == {other, living, *ours}
    nonces.close()


def test_the_files_are_readable_by_their_user_only(tmp_path: Path) -> None:
    nonces = Nonces(tmp_path / "deep" / "state.sqlite", time.time)
    nonces.ping()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()} == {0o600}
    nonces.close()


def test_a_place_that_is_none_is_lost_and_not_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "state.sqlite", Path("/proc/state.sqlite")):
        with pytest.raises(StateLost) as caught:
            Nonces(place, time.time).ping()
        assert "/" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_lost(tmp_path: Path) -> None:
    nonces = Nonces(tmp_path / "folder" / "state.sqlite", time.time)
    nonces.ping()
    nonces.close()

    def as_nobody() -> list[str]:
        if os.getuid() == 0:
            os.setuid(65534)  # root may write anywhere
        said = []
        for work in (nonces.ping, lambda: nonces.spend("n", 60), nonces.sweep):
            with pytest.raises(StateLost) as caught:
                work()
            said.append(str(caught.value))
        return said

    folder = tmp_path / "folder"
    for path in (folder, *folder.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    assert all(str(tmp_path) not in text for text in in_child(as_nobody))
    folder.chmod(0o755)


def test_a_disk_that_is_full_is_lost_and_comes_back(tmp_path: Path) -> None:
    def fill() -> tuple[bool, bool, bool]:
        nonces = Nonces(tmp_path / "state.sqlite", time.time)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        spent = []
        for number in range(50_000):
            try:
                assert nonces.spend(f"{number}" * 20, 60)
            except StateLost:
                break
            spent.append(f"{number}" * 20)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return len(spent) < 50_000, any(nonces.spend(name, 60) for name in spent), nonces.spend("n", 60)

    assert in_child(fill) == (True, False, True)
