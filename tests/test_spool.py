"""The spool: one line a visit, rotation, a full disk, a crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hushgate.events.spool import Spool, read_spool
from hushgate.judge import default_rules, judge_record
from hushgate.visit import Visit, encode, read_visit
from stories import SIGNALS, Rig


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


def test_a_visit_is_on_record_as_the_contract_says(rig: Rig) -> None:
    answer = rig.visit({**SIGNALS, "webdriver": True}).get_json()
    (record,) = lines(rig.data / "spool")
    assert record["id"] == answer["id"] and record["site"] == "site-test" and record["action"] == "signup"
    assert record["signals"]["user_agent"] == SIGNALS["user_agent"]
    assert record["headers"]["user-agent"] == SIGNALS["user_agent"]
    assert record["judged"]["verdict"] == "bot"
    assert record["timing"]["open_to_verdict_ms"] >= 0


def test_what_was_recorded_is_judged_the_same_again(rig: Rig) -> None:
    for signals in (SIGNALS, {**SIGNALS, "webdriver": True}, {**SIGNALS, "platform": "Linux x86_64"}, {}):
        rig.visit(signals)
    visits = list(read_spool(rig.data / "spool"))
    assert len(visits) == 4
    for visit in visits:
        again = judge_record(visit, default_rules()).judged
        assert visit.judged is not None
        assert (again.verdict, again.score, again.findings) == (
            visit.judged.verdict,
            visit.judged.score,
            visit.judged.findings,
        )


def test_no_secret_header_is_recorded(rig: Rig) -> None:
    rig.client.set_cookie("session", "geheim")
    rig.visit(headers={"origin": "https://www.example.com", "authorization": "Bearer geheim", "user-agent": "x"})
    assert "geheim" not in "".join(file.read_text() for file in (rig.data / "spool").glob("*"))


def test_files_rotate_by_size_and_old_ones_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=400, days=1, total_bytes=10**6)
    for number in range(20):
        assert spool.append(Visit(id=str(number), action="x" * 60))
    assert len(list(tmp_path.glob("*.jsonl"))) > 3
    assert [line["id"] for line in lines(tmp_path)] == [str(number) for number in range(20)]
    old = next(iter(sorted(tmp_path.glob("*.jsonl"))))
    os.utime(old, (1, 1))
    spool.close()
    Spool(tmp_path, max_bytes=400, days=1, total_bytes=10**6).append(Visit(id="new"))
    assert not old.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_stops_no_verdict_and_is_reported(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open
    monkeypatch.setattr("hushgate.events.spool.os.open", lambda path, flags, mode=0o777: real("/dev/full", os.O_WRONLY))
    assert rig.visit().status_code == 200
    assert "hushgate_spool_failures_total 1.0" in rig.counters()
    assert "could not be written" in rig.client.get("/readyz").get_json()["problems"]["spool"]
    monkeypatch.undo()
    assert rig.visit().status_code == 200
    assert len(lines(rig.data / "spool")) == 1


_CRASH = """
import os, signal, sys
from pathlib import Path
from hushgate.events.spool import Spool
from hushgate.visit import Visit
spool = Spool(Path(sys.argv[1]), max_bytes=10**9, days=1, total_bytes=10**10)
for number in range(1000):
    spool.append(Visit(id=str(number)))
    print(number, flush=True)
    if number == 400:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_crash_loses_no_answered_visit(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _CRASH, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [line["id"] for line in lines(tmp_path)] == done.stdout.split()


def test_a_torn_line_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "1.jsonl").write_bytes(encode(Visit(id="a")) + b"\nnonsense\n" + encode(Visit(id="b"))[:9])
    assert [visit.id for visit in read_spool(tmp_path)] == ["a"]
    assert "is not a visit on record" in caplog.text


def test_a_record_reads_back_as_it_was_written() -> None:
    visit = Visit(id="a", headers={"b": "1", "a": "2"}, signals={"x": [1, None]}, missing={"y": "timeout"})
    assert read_visit(encode(visit)) == visit
    assert list(read_visit(encode(visit)).headers) == ["b", "a"]
