"""``hushgate calibrate``: counts, intervals, ratios, weights, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import command_line
from hushgate.calibration import Figure, Side, Tally, shipped, weight_of, wilson, write
from hushgate.registry import all_checks
from hushgate.scoring import Thresholds
from hushgate.visit import read_visit
from stories import person


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    """The same, with people and bots in it."""
    put("visits/people/a.jsonl", *[person() for _ in range(30)])
    put("visits/bots/b.json", *[person(webdriver=True) for _ in range(20)], person())
    return folder


def put(name: str, *records: dict[str, Any]) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text("".join(json.dumps(record) + "\n" for record in records))


def run(*words: str, code: int = 0) -> Result:
    return command_line.run("calibrate", *words, code=code)


def row(output: str, check: str) -> str:
    return next(line for line in output.splitlines() if line.startswith(f"{check} "))


@pytest.mark.parametrize(
    ("fired", "judged", "low", "high"),
    # R's binom::binom.wilson gives the same.
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 1000, 0.00018, 0.00565),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(fired: int, judged: int, low: float, high: float) -> None:
    assert wilson(fired, judged) == pytest.approx((low, high), abs=5e-5)


def test_a_weight_follows_from_the_ratio_as_scores_are_joined() -> None:
    assert weight_of(1000) == Thresholds().bot and weight_of(20) == Thresholds().suspect
    assert [weight_of(ratio) for ratio in (0, 0.5, 1)] == [0, 0, 0]
    for one, other in ((3.0, 7.0), (20.0, 50.0), (2.0, 400.0)):
        joined = 100 * (1 - (1 - weight_of(one) / 100) * (1 - weight_of(other) / 100))
        assert joined == pytest.approx(weight_of(one * other), abs=2)


def test_what_few_records_show_earns_little() -> None:
    few, many = Figure("x", Side(0, 30, 30), Side(5, 10, 10)), Figure("x", Side(0, 9000, 9000), Side(500, 1000, 1000))
    assert few.earned < 50 < many.earned < many.limit
    assert Figure("x", Side(0, 9000, 9000), Side(0, 1000, 1000)).earned == 0
    assert not few.measured and many.measured


def test_what_fires_on_many_people_is_capped() -> None:
    common = Figure("x", Side(300, 9000, 9000), Side(1000, 1000, 1000))
    assert common.earned == common.limit == 15


def test_it_counts_by_folder_and_prints_what_each_check_earns() -> None:
    output = run("visits").output
    assert "30 people, 21 bots" in output
    assert "0/30 0-11 %" in row(output, "webdriver") and "20/21 77-99 %" in row(output, "webdriver")
    assert "hard 99" in row(output, "webdriver")
    assert "never" not in row(output, "webdriver") and "not judged" in row(output, "robot-false")
    assert "people: 0 ghosted, 30 human" in output and "20 bot" in output
    assert len([check for check in all_checks() if row(output, check.name)]) == len(all_checks())


def test_json_has_the_same_and_the_bounds_that_it_follows_from() -> None:
    document = json.loads(run("--json", "visits").output)
    found = {one["check"]: one for one in document["checks"]}
    webdriver = found["webdriver"]
    assert (webdriver["people"]["fired"], webdriver["bots"]["fired"], webdriver["bots"]["judged"]) == (0, 20, 21)
    assert webdriver["least_ratio"] == pytest.approx(webdriver["bots"]["low"] / webdriver["people"]["high"])
    assert webdriver["earned"] == weight_of(webdriver["least_ratio"])
    assert found["robot-false"]["ratio"] is None


def test_a_label_may_stand_in_the_record() -> None:
    put("mixed.jsonl", {**person(), "expect": "human"}, {**person(webdriver=True), "expect": "bot"})
    assert "1 people, 1 bots" in run("mixed.jsonl").output
    put("visits/people/doubted.jsonl", {**person(), "expect": "suspect"})
    assert "31 people" in run("visits").output


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.jsonl", '{"expect": "human"}\n{}', "'x.jsonl', line 2: expect: nothing says who made this visit"),
        ("x.jsonl", '{"expect": "suspect"}', "'x.jsonl', line 1: expect: nothing says who made this visit"),
        ("x.jsonl", '{"expect": "robot"}', "at `$.expect`"),
        ("x.jsonl", '{"expect": "bot", "headers": []}', "at `$.headers`"),
        ("x.jsonl", "no JSON", "'x.jsonl', line 1: not a visit on record"),
        ("people/x.jsonl", '{"expect": "bot"}', 'line 1: expect: says "bot", and the file is in a folder of people'),
        ("bots/x.jsonl", "{}", "0 people and 1 bots: a weight needs both"),
        ("\x1b[2Jx.jsonl", "{}", "'\\x1b[2Jx.jsonl', line 1"),
    ],
)
def test_bad_input_is_named_by_file_line_and_field(name: str, text: str, said: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text)
    assert said in run(name, code=2).output


def test_a_folder_with_nothing_in_it_is_an_error() -> None:
    Path("empty").mkdir()
    assert "no *.json and no *.jsonl" in run("empty", code=2).output
    assert "does not exist" in run("nowhere", code=2).output


def test_it_says_which_defaults_the_records_speak_against() -> None:
    put("visits/people/driven.jsonl", *[person(webdriver=True) for _ in range(5)])
    output = run("visits").output
    assert "! webdriver is hard, and fires on over 0.3% of the people" in output
    assert "! webdriver weighs 99, and fires on over 2% of the people: 15 at most" in output
    assert "! " not in run("visits/people/a.jsonl", "visits/bots").output


def test_hostile_records_are_counted_like_others() -> None:
    nasty = "\x1b[2J<script>{{7*7}}=cmd|' /C calc'!A0"
    put("visits/bots/nasty.json", person(user_agent=nasty, platform=nasty, headers={"user-agent": nasty}))
    output = run("visits").output
    assert "\x1b" not in output and "<script>" not in output


def test_the_shipped_figures_are_written_and_read_back(folder: Path) -> None:
    tally = Tally()
    tally.add(read_visit(json.dumps(person())), person=True)
    write(tally.result("a command", ["a source"]), folder / "calibration.json")
    text = (folder / "calibration.json").read_text()
    assert json.loads(text)["sources"] == ["a source"] and len(text.splitlines()) == len(all_checks()) + 2
    assert shipped().people > 14_000
