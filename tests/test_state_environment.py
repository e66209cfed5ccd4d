"""What can happen to the file under the state of one machine: deleted, cut, garbage, full, killed over, in a folder that cannot be written."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import stat
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hushgate.errors import StateLost
from hushgate.state import Limit, environment
from hushgate.state.local import LocalState
from hushgate.state.room import is_steady
from stores import FORK, comes_back, fresh, in_child, in_children, lost_to_strangers, lost_within


def test_a_deleted_file_is_noticed_by_all_that_hold_it(local: LocalState) -> None:
    for _ in range(3):
        assert local.spend("a", "n", 60) and not local.spend("a", "n", 60)
        local.file.path.unlink()
    again = LocalState(local.file.path.with_name("state"))
    assert in_children(lambda: ["n"] if again.spend("a", "n", 60) else []).count(["n"]) == 1
    assert not local.spend("a", "n", 60)


@pytest.mark.parametrize("size", [0, 96, 8000])
def test_a_file_that_is_cut_or_turns_to_garbage_is_replaced(local: LocalState, size: int) -> None:
    for number in range(2000):
        local.spend("a", f"{number}", 60)
    local.file.path.write_bytes(b"garbage!" * (size // 8))
    assert comes_back(lambda: local.spend("a", "n", 60)) and not local.spend("a", "n", 60)


def test_garbage_is_replaced_once(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "state")
    state.file.path.write_bytes(b"garbage!" * 1000)
    names = [fresh() for _ in range(50)]

    def race() -> list[str]:
        return [name for name in names if comes_back(lambda: state.spend("a", name, 60))]  # noqa: B023

    assert Counter(name for each in in_children(race) for name in each) == Counter(names)


def test_workers_that_are_killed_in_the_middle_stop_nobody_and_lose_nothing(local: LocalState) -> None:
    def hammer(told: int) -> None:
        for number in range(10**9):
            name = f"{os.getpid()}-{number}"
            with contextlib.suppress(StateLost):  # on a busy machine, others may come first for too long
                if local.spend("a", name, 600):
                    os.write(told, f"{name}\n".encode())

    for _ in range(8):
        reading, told = os.pipe()
        children = [FORK.Process(target=hammer, args=(told,)) for _ in range(3)]
        for child in children:
            child.start()
        os.close(told)
        with os.fdopen(reading) as lines:
            spent = [lines.readline().strip() for _ in range(4)]
            for child in children:
                os.kill(child.pid or 0, signal.SIGKILL)
            spent += lines.read().splitlines()
        for child in children:
            child.join(10)
        assert not any(local.spend("a", name, 600) for name in spent)


def test_a_worker_that_is_stopped_in_the_middle_holds_up_one_request_and_not_all_that_follow(local: LocalState) -> None:
    held, go = FORK.Event(), FORK.Event()

    def stop(_: object) -> None:
        held.set()
        go.wait(30)

    child = FORK.Process(target=lambda: local.file.run(stop))
    child.start()
    assert held.wait(10)
    began = time.monotonic()
    for _ in range(20):
        lost_within(lambda: local.spend("a", fresh(), 60))
    assert 0.25 <= time.monotonic() - began < 2.5
    child.kill()
    child.join(10)
    assert local.spend("a", "n", 60) and not local.spend("a", "n", 60)


def test_threads_do_not_wait_for_one_that_is_stuck(local: LocalState) -> None:
    held, go = threading.Event(), threading.Event()

    def stop(_: object) -> None:
        held.set()
        go.wait(30)

    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(local.file.run, stop)
        assert held.wait(10)
        lost_within(lambda: local.spend("a", "n", 60))
        go.set()
        stuck.result(10)
    assert local.spend("a", "n", 60)


def test_a_child_and_its_parent_share_the_file(local: LocalState) -> None:
    assert local.spend("a", "before", 60)
    assert in_child(lambda: (local.spend("a", "before", 60), local.spend("a", "child", 60))) == (False, True)
    assert not local.spend("a", "child", 60)
    local.close()
    assert not local.spend("a", "before", 60)


def boots(folder: Path, count: int) -> list[Path]:
    """A store that each of so many boots has used, the last now; their files, oldest first."""
    files = []
    for number in range(count):
        state = LocalState(folder / "state")
        state.file.path = state.file.path.with_name(f"state-0000000{number}")
        state.file._name = str(state.file.path)
        assert state.spend("a", f"boot-{number}", 6000)
        state.hit("a", [Limit("x", 100, 86400)])
        state.close()
        files.append(state.file.path)
    return files


def test_what_an_earlier_boot_has_left_is_taken_over_and_then_removed(tmp_path: Path) -> None:
    first, last = boots(tmp_path, 2)
    other = tmp_path / "state-wal"
    os.utime(first, (0, 0))
    other.write_bytes(b"x")
    state = LocalState(tmp_path / "state")
    assert not state.spend("a", "boot-0", 60) and not state.spend("a", "boot-1", 60)
    assert [state.hit("a", [Limit("x", 4, 86400)]).allowed for _ in range(3)] == [True, True, False]
    ours = {state.file.path, state.file.path.with_name(f"{state.file.path.name}-lock"), tmp_path / "state.lock"}
    assert set(tmp_path.glob("state*")) - {first.with_name(f"{first.name}-lock")} == {
        other,
        last,
        last.with_name(f"{last.name}-lock"),
        *ours,
    }
    assert not first.exists(), "another machine may still write into the last"
    state.close()


@pytest.mark.parametrize("how", ["garbage", "cut", "empty", "holes"])
def test_what_a_power_cut_has_left_of_it_is_passed_over(tmp_path: Path, how: str) -> None:
    (file,) = boots(tmp_path, 1)
    whole = file.read_bytes()
    left = {
        "garbage": b"garbage!" * 5000,
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "holes": whole[:8192] + bytes([255]) * (len(whole) - 8192),
    }
    file.write_bytes(left[how])
    state = LocalState(tmp_path / "state")
    assert comes_back(lambda: state.spend("a", "n", 60)) and not state.spend("a", "n", 60)
    assert not (tmp_path / "state.new").exists()
    state.close()


def test_the_files_are_readable_by_their_user_only(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "deep" / "state")
    state.ping()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()} == {0o600}
    state.close()


def test_a_place_that_is_none_is_lost_and_not_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "state", Path("/proc/state")):
        with pytest.raises(StateLost) as caught:
            LocalState(place).ping()
        assert "/" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_lost(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "folder" / "state")
    state.ping()
    state.close()
    lost_to_strangers(tmp_path / "folder", state.ping, lambda: state.spend("a", "n", 60), state.sweep)


def test_a_disk_that_is_full_is_lost_and_comes_back(tmp_path: Path) -> None:
    def fill() -> tuple[bool, bool, bool]:
        state = LocalState(tmp_path / "state")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        spent = []
        for number in range(50_000):
            try:
                assert state.spend("a", f"{number}" * 20, 60)
            except StateLost:
                break
            spent.append(f"{number}" * 20)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return len(spent) < 50_000, any(state.spend("a", name, 60) for name in spent), state.spend("a", "n", 60)

    assert in_child(fill) == (True, False, True)


def test_a_file_that_is_full_grows_for_all_that_hold_it(tmp_path: Path) -> None:
    ready, go, out = FORK.Event(), FORK.Event(), FORK.SimpleQueue()

    def child() -> None:
        held = LocalState(tmp_path / "state")
        held.spend("a", "before", 60)
        ready.set()
        go.wait(30)
        seen = not held.spend("a", "before", 60) and not held.spend("a", "2999" * 20, 60)
        out.put(seen and all(held.spend("a", f"child-{number}" * 20, 60) for number in range(9000)))

    process = FORK.Process(target=child)
    process.start()
    assert ready.wait(10)
    state = LocalState(tmp_path / "state")
    first = state.file.path.stat().st_size
    assert all(state.spend("a", f"{number}" * 20, 60) for number in range(3000))
    assert state.file.path.stat().st_size > first
    go.set()
    assert out.get()
    process.join(10)
    assert not state.spend("a", "child-8999" * 20, 60) and not state.spend("a", "before", 60)
    state.close()


@pytest.mark.parametrize("steady", [True, False])
def test_it_is_the_same_on_disks_that_reserve_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steady: bool
) -> None:
    monkeypatch.setattr(environment, "is_steady", lambda _: steady)
    state = LocalState(tmp_path / "state")
    assert all(state.spend("a", f"{number}" * 20, 60) for number in range(5000))
    assert not any(state.spend("a", f"{number}" * 20, 60) for number in range(5000))
    held = state.file.path.stat()
    assert not steady or held.st_blocks * 512 >= held.st_size, "its room is on the disk"
    state.close()


def test_what_the_system_says_of_a_file_system_is_read() -> None:
    assert not is_steady("/proc") and not is_steady("/nowhere")
