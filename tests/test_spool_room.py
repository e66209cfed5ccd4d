"""The spool's room: however much is sent, the files of all processes stay within it, and the oldest go first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hushgate.events.spool import Spool, read_spool
from hushgate.visit import Visit, encode
from stories import open_rig

TOTAL, FILE = 8000, 1000


def spool(folder: Path, total: int = TOTAL, days: int = 1) -> Spool:
    return Spool(folder, max_bytes=FILE, days=days, total_bytes=total)


def taken(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*.jsonl"))


def fill(spool: Spool, names: range) -> None:
    for number in names:
        assert spool.append(Visit(id=str(number), action="x" * 200))


def ids(folder: Path) -> list[int]:
    return [int(visit.id) for visit in read_spool(folder)]


def test_however_much_is_sent_the_files_stay_within_the_total(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(spool(tmp_path)) as one:
        for number in range(300):
            fill(one, range(number, number + 1))
            assert taken(tmp_path) <= TOTAL
        assert taken(tmp_path) > TOTAL / 2
        kept = ids(tmp_path)
    assert kept == list(range(kept[0], 300)) and kept[0] > 0, "the oldest go, in order, and nothing between"
    assert "took too much room" in caplog.text


def test_all_processes_share_the_room(tmp_path: Path) -> None:
    for start in range(0, 200, 20):
        with closing(spool(tmp_path)) as one:
            fill(one, range(start, start + 20))
    assert taken(tmp_path) <= TOTAL
    assert ids(tmp_path)[-1] == 199


_WRITER = """
import sys, time
from pathlib import Path
from hushgate.events.spool import Spool
from hushgate.visit import Visit
spool = Spool(Path(sys.argv[1]), max_bytes=1000, days=1, total_bytes=8000)
spool.append(Visit(id="777"))
print("ready", flush=True)
for line in sys.stdin:
    spool.append(Visit(id=line.strip()))
    print("done", flush=True)
"""


@contextmanager
def writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process with a file in use."""
    command = [sys.executable, "-c", _WRITER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "ready\n"
        try:
            yield other
        finally:
            other.kill()


def test_the_file_that_another_process_writes_to_stays_though_it_is_the_oldest(tmp_path: Path) -> None:
    with writer(tmp_path) as other, closing(spool(tmp_path)) as one:
        fill(one, range(200))
        assert ids(tmp_path)[0] == 777
        assert other.stdin and other.stdout
        other.stdin.write("778\n")
        other.stdin.flush()
        assert other.stdout.readline() == "done\n"
        assert ids(tmp_path)[:2] == [777, 778]
        assert taken(tmp_path) <= TOTAL + FILE
        other.send_signal(signal.SIGKILL)
        other.wait()
        fill(one, range(200, 220))
    assert 777 not in ids(tmp_path), "of a process that is dead it is a file like any other"
    assert taken(tmp_path) <= TOTAL


def test_a_file_in_use_stays_however_old_it_is(tmp_path: Path) -> None:
    with closing(spool(tmp_path)) as one, closing(spool(tmp_path)) as other:
        fill(one, range(1))
        (old,) = tmp_path.glob("*.jsonl")
        os.utime(old, (1, 1))
        fill(other, range(1, 2))
        assert ids(tmp_path) == [0, 1]
        one.close()
        os.utime(old, (1, 1))
        other.close()
        fill(other, range(2, 3))
        assert ids(tmp_path) == [1, 2]


def test_a_file_takes_a_quarter_of_the_room_at_the_most(tmp_path: Path) -> None:
    with closing(Spool(tmp_path, max_bytes=10**9, days=1, total_bytes=4000)) as one:
        fill(one, range(60))
        assert 2000 < taken(tmp_path) <= 4000


def test_what_cannot_be_removed_is_logged_and_the_visit_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "unlink", refused)
    with closing(spool(tmp_path)) as one:
        fill(one, range(100))
        assert one.failures == 0 and ids(tmp_path) == list(range(100))
    assert "cannot be removed: Operation not permitted" in caplog.text


def test_where_files_cannot_be_locked_the_oldest_goes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("hushgate.events.sweep.fcntl.flock", refused)
    with closing(spool(tmp_path)) as one:
        fill(one, range(100))
        assert one.failures == 0 and taken(tmp_path) <= TOTAL


@pytest.mark.parametrize("gone", ["2.jsonl", "1.jsonl"])
def test_readers_pass_over_a_file_that_goes_while_they_read(tmp_path: Path, gone: str) -> None:
    for name in "123":
        (tmp_path / f"{name}.jsonl").write_bytes(encode(Visit(id=name)) + b"\n")
    reading = read_spool(tmp_path)
    assert next(reading).id == "1"
    (tmp_path / gone).unlink()
    assert [visit.id for visit in reading] == [name for name in "23" if name not in gone]


def test_a_sweep_survives_a_file_that_goes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one does that another process has removed: here it is a name that leads nowhere."""
    (tmp_path / "0.jsonl").symlink_to(tmp_path / "nowhere")
    with closing(spool(tmp_path)) as one:
        fill(one, range(100))
        assert one.failures == 0 and taken_files(tmp_path) <= TOTAL


def taken_files(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*.jsonl") if file.exists())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_is_not_strewn_with_empty_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def full(path: Path, flags: int, mode: int = 0o777) -> int:
        os.close(real(path, flags, mode))
        return real("/dev/full", os.O_WRONLY)

    with closing(spool(tmp_path)) as one, monkeypatch.context() as patched:
        patched.setattr("hushgate.events.spool.os.open", full)
        assert not any(one.append(Visit(id=str(number))) for number in range(5))
        assert one.failures == 5
    assert not list(tmp_path.glob("*.jsonl"))


def test_the_setting_reaches_every_record(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, gate={"spool_total_bytes": 2**20})
    for record in (rig.house.spool, rig.house.outcomes, rig.house.doors):
        assert record.total_bytes == 2**20 and record.max_bytes == 2**18
    rig.house.close()
