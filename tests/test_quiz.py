"""The quiz: real browsers pass it, a script without one does not, and what follows from its seed follows anywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.serving import make_server

from browsers import need, opened
from hushgate.events.spool import read_spool
from hushgate.evidence import Missing
from hushgate.judge import default_rules, judge_record
from hushgate.quiz import QUIZ_VERSION, ask, make_seed, mark, read_seed, write_seed
from hushgate.quiz.draw import COMPUTED, HOST, SEED_BYTES, drawn
from hushgate.quiz.kinds import KINDS
from hushgate.quiz.traits import PER_QUIZ, table
from hushgate.scoring import Thresholds
from hushgate.visit import Visit
from hushgate.web.app import create_app
from machine import skip_without
from quizzes import answers
from stories import CHROME, SIGNALS, SITE, Rig, judged, open_rig, person

HERE = Path(__file__).parent
FORGERS = HERE.parent / "collector_js" / "test" / "forgers"
PERSON = HERE / "visits" / "people" / "chromium-x11.json"
TIMES = 100
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
SEEDS = [make_seed(f"nonce-{number}", b"key" * 8) for number in range(200)]
seeds = st.binary(min_size=SEED_BYTES, max_size=SEED_BYTES)


def quiz_findings(visit: Visit) -> list[str]:
    """The names of what the quiz's checks found, judged again from the record."""
    found = judge_record(visit, default_rules()).judged.findings
    return [finding.check for finding in found if finding.check.startswith("quiz-")]


# What follows from a seed


@given(seed=seeds)
def test_every_seed_draws_a_quiz_that_can_be_passed(seed: bytes) -> None:
    quiz = ask(seed)
    asked = [box for box in quiz[1:] if len(box) == 3]
    assert quiz[0] == HOST and len(asked) == COMPUTED + PER_QUIZ
    assert all(0 <= box[0] < number for number, box in enumerate(quiz[1:], 1) if not isinstance(box, str))
    assert len(json.dumps(quiz)) < 2500
    for engine in ("blink", "gecko"):
        marks = mark(seed, answers(seed, engine))
        assert (marks.right, marks.blank, marks.wrong) == (COMPUTED, 0, 0)
        assert all(engine in owners for owners in marks.traits)


@given(seed=seeds)
def test_every_answer_is_a_length_that_a_box_may_have(seed: bytes) -> None:
    for kind, numbers in drawn(seed):
        assert kind.name == "matrix" or all(1 <= number <= 700 for number in kind.answer(numbers)), kind.name


@given(seed=seeds)
def test_no_answer_stands_in_the_question(seed: bytes) -> None:
    """Who sends back what is written in the boxes is wrong about most of them."""
    written = [box[1] for box in ask(seed)[1:] if len(box) == 3]
    said = [style.rpartition("width:")[2].split(";")[0] or style for style in written]
    assert mark(seed, said).right < COMPUTED - 1


def test_a_quiz_is_drawn_anew_for_each_session_and_key() -> None:
    assert len({json.dumps(ask(seed)) for seed in SEEDS}) == len(SEEDS)
    assert make_seed("n", b"a" * 32) != make_seed("n", b"b" * 32)
    assert make_seed("n", b"a" * 32) == make_seed("n", b"a" * 32)
    assert {kind.name for seed in SEEDS for kind, _ in drawn(seed)} == {kind.name for kind in KINDS}


def test_each_question_of_a_quiz_is_of_another_kind() -> None:
    for seed in SEEDS:
        kinds = [kind.name for kind, _ in drawn(seed)]
        assert len(set(kinds)) == COMPUTED and sum(kind.layout for kind, _ in drawn(seed)) >= 4


@given(seed=seeds, said=st.lists(st.text(max_size=140), max_size=64))
def test_any_answers_are_marked(seed: bytes, said: list[str]) -> None:
    marks = mark(seed, said)
    assert marks.right + marks.blank + marks.wrong == COMPUTED


@pytest.mark.parametrize("text", ["", ".", "1.", "1.AAAA", "2." + "A" * 84, "1." + "!" * 84, "1." + "A" * 400])
def test_a_seed_that_is_none_is_not_judged(text: str) -> None:
    assert read_seed(text) is None
    result = judged(person(opened={"quiz": text}, quiz=["1px"] * 8))
    assert "quiz-wrong" not in {finding.check for finding in result.judged.findings}
    assert any("another version" in skip.why for skip in result.skipped)


def test_a_seed_is_read_as_it_was_written() -> None:
    assert write_seed(SEEDS[0]).startswith(f"{QUIZ_VERSION}.")
    assert read_seed(write_seed(SEEDS[0])) == SEEDS[0]


# How a record is judged


def record(said: list[str] | None, seed: bytes = SEEDS[7], **changes: Any) -> Visit:
    visit = person(opened={"quiz": write_seed(seed)}, **({"quiz": said} if said is not None else {}), **changes)
    if said is None:
        visit["missing"] = {"quiz": "left out"}
    return Visit(
        **{name: visit[name] for name in ("signals", "headers", "opened") if name in visit},
        missing=visit.get("missing", {}),
    )


def test_a_record_from_before_the_quiz_is_judged_as_it_was() -> None:
    result = judged(person())
    assert result.judged.verdict == "human"
    assert "quiz-wrong" in {skip.check for skip in result.skipped}
    assert not [finding for finding in result.judged.findings if finding.check.startswith("quiz-")]


@pytest.mark.parametrize("seed", SEEDS[:40])
def test_right_answers_say_nothing_against_anybody(seed: bytes) -> None:
    assert quiz_findings(record(answers(seed), seed)) == []
    gecko = {
        "user_agent": FIREFOX,
        "client_hints": None,
        "worker": None,
        "shared_worker": None,
        "frame": None,
        "iframe": None,
    }
    assert quiz_findings(record(answers(seed, "gecko"), seed, **gecko)) == []


def test_another_sessions_answers_are_wrong() -> None:
    for number, seed in enumerate(SEEDS[:-1]):
        assert set(quiz_findings(record(answers(SEEDS[number + 1]), seed))) & {"quiz-wrong", "quiz-blank"}


def test_an_engine_under_another_name_is_found() -> None:
    found = [quiz_findings(record(answers(seed, "gecko"), seed)) for seed in SEEDS]
    assert all(names == ["quiz-other-engine"] for names in found)


def test_newer_versions_are_not_judged_by_the_table() -> None:
    newer = CHROME.replace("Chrome/142", f"Chrome/{table().versions['blink'] + 1}")
    assert quiz_findings(record(answers(SEEDS[3], "gecko"), SEEDS[3], user_agent=newer)) == []


def test_a_session_that_another_version_opened_asks_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr("hushgate.sessions.QUIZ_VERSION", "")
        session = rig.post("/v1/session", {"sitekey": SITE, "action": "signup"}).get_json()
    payload = rig.payload(SIGNALS)
    assert rig.post("/v1/verdict", rig.seal(session, payload)).status_code == 200
    visit = list(read_spool(rig.data / "spool"))[-1]
    assert "quiz" not in visit.opened and quiz_findings(visit) == []


def test_what_was_asked_is_on_record(rig: Rig) -> None:
    rig.visit()
    visit = list(read_spool(rig.data / "spool"))[-1]
    assert visit.opened["quiz"].startswith(f"{QUIZ_VERSION}.") and len(visit.signals["quiz"]) == COMPUTED + PER_QUIZ
    assert quiz_findings(visit) == []
    assert not isinstance(read_seed(visit.opened["quiz"]), (Missing, type(None)))


# Real browsers, and scripts without one

_PAGE = '<!doctype html><title>quiz</title><style>*{{width:7px!important;transform:none!important}}</style><script src="/v1/hushgate.js" data-sitekey="{site}" data-action="signup"></script><script src="/page.js"></script>'
_SCRIPT = f"""
(async () => {{
  for (let number = 0; number < {TIMES}; number++) await hushgate.execute().catch(() => {{}});
  fetch("/done", {{ method: "POST" }});
}})();
"""
_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; require-trusted-types-for 'script'"


class Gate:
    """A real gate on a port of its own, and a page with a strict policy that asks for verdicts by itself."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.done = threading.Event()
        app: Flask = create_app(rig.house)
        page = _PAGE.format(site=SITE)
        app.add_url_rule("/page", view_func=lambda: Response(page, headers={"Content-Security-Policy": _POLICY}))
        app.add_url_rule("/page.js", endpoint="script", view_func=lambda: Response(_SCRIPT, mimetype="text/javascript"))
        app.add_url_rule("/done", endpoint="done", methods=["POST"], view_func=self._finish)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def _finish(self) -> Response:
        self.done.set()
        return Response("")

    def visits(self) -> list[Visit]:
        return list(read_spool(self.rig.data / "spool"))

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    rig = open_rig(tmp_path, hostnames=["127.0.0.1"])
    gate = Gate(rig)
    yield gate
    gate.close()
    rig.house.close()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_real_browser_passes_every_time(gate: Gate, browser: str) -> None:
    need(browser)
    with opened(browser, f"{gate.url}/page"):
        assert gate.done.wait(90), "the browser did not ask for its verdicts"
    visits = gate.visits()
    assert len(visits) == TIMES
    for visit in visits:
        assert quiz_findings(visit) == [], (visit.opened, visit.signals["quiz"])
        marks = mark(read_seed(visit.opened["quiz"]) or b"", visit.signals["quiz"])
        assert marks.right == COMPUTED


@pytest.mark.parametrize("means", ["node", "jsdom", "both", "silent", "excused"])
def test_a_script_without_a_browser_is_never_taken_for_a_person(gate: Gate, means: str) -> None:
    """It sends a person's recorded visit, which is judged human as it was recorded (test_visits.py)."""
    node, jsdom = shutil.which("node"), FORGERS.parents[1] / "node_modules" / "jsdom"
    if not node or not jsdom.is_dir():
        skip_without("node, or what it needs in collector_js/node_modules (npm install)")
    command = ["node", str(FORGERS / "forger.mjs"), gate.url, str(PERSON), means, str(TIMES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    visits = gate.visits()
    assert len(visits) == TIMES
    for visit in visits:
        assert visit.judged is not None and visit.judged.verdict != "human", visit.signals.get("quiz")
        weights = [finding.weight for finding in visit.judged.findings if finding.check.startswith("quiz-")]
        assert max(weights) >= Thresholds().suspect, "the quiz alone must be enough"
