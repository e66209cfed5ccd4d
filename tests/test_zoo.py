"""The zoo in small: a few bots and a person against the real demo, and the page that says what came of it.

The whole of it is ``make zoo``, which writes docs/detection.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from machine import skip_without
from zoo.outcome import Outcome, run_zoo
from zoo.report import report
from zoo.subjects import Subject, absent, chosen, subjects

HERE = Path(__file__).parent / "zoo"
SMALL = [subject for subject in subjects() if subject.small]


def made(name: str = "a-bot", kind: Literal["bot", "person"] = "bot", **more: object) -> tuple[Subject, Outcome]:
    subject = Subject(name, kind, "http_py", f"what {name} does")
    outcome = Outcome(name, kind, 1, gl=True)
    for field, value in more.items():
        setattr(outcome, field, value)
    return subject, outcome


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """One demo, and everybody's visit to it."""
    return {
        outcome.subject: outcome for outcome in run_zoo(SMALL, tmp_path_factory.mktemp("zoo"), 1, gl=True, ask=False)
    }


@pytest.mark.parametrize("name", [subject.name for subject in SMALL])
def test_the_small_zoo_comes_out_as_it_should(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    if outcome.lacking:
        skip_without(*outcome.lacking)
    assert outcome.ran, outcome.error
    assert outcome.as_wanted, outcome.findings


def test_every_subject_has_a_driver_and_a_name_of_its_own() -> None:
    names = [subject.name for subject in subjects()] + [entry.name for entry in absent()]
    assert len(names) == len(set(names))
    for subject in subjects():
        assert list((HERE / "drivers").glob(f"{subject.driver}.*")), subject.name
        assert {"bot", "person"} >= {subject.kind}


def test_a_name_that_nobody_has_is_an_error() -> None:
    assert [subject.name for subject in chosen(["curl"])] == ["curl"]
    with pytest.raises(ValueError, match="'nobody-\\*'"):
        chosen(["curl", "nobody-*"])


def test_the_page_says_what_was_seen_and_by_whom() -> None:
    finding = {"check": "webdriver", "weight": 99, "saw": "x", "tier": "hard"}
    others = {"botd": {"bot": True, "saw": ["kind"]}, "fpscanner": {"error": "no worker"}}
    bot = made(verdict="bot", decision="ghost", score=99.0, findings=[finding], beside=others)
    person = made("a-person", "person", verdict="human", decision="allow", score=0.0, counted=True)
    page = report([bot[1], person[1]], [bot[0], person[0]], [], 1)
    assert (
        "| `a-bot` | what a-bot does | bot | 99 | ghost | The browser says that it is driven | bot (kind) | failed |"
        in page
    )
    assert "| `a-person` | what a-person does | human | 0 | allow, counted |  | not run | not run |" in page
    assert "| Hushgate | 1 of 1 | 0 of 1 | 1 of 1 |" in page
    assert "| BotD | 1 of 1 | 0 of 0 |" in page


def test_what_did_not_run_is_named_with_the_reason() -> None:
    lacking, failed = made(lacking=["firefox"]), made("another", error="Traceback\nOSError: it broke")
    page = report([lacking[1], failed[1]], [lacking[0], failed[0]], absent(), 1)
    assert "| `a-bot` | what a-bot does | not on this machine: firefox |" in page
    assert "| `another` | what another does | OSError: it broke |" in page
    assert all(f"| `{entry.name}` |" in page for entry in absent())


def test_a_text_from_a_browser_cannot_end_a_cell_or_begin_a_tag() -> None:
    hostile = {"botd": {"bot": True, "saw": ["a|b<script>\n|"]}}
    bot = made(verdict="bot", decision="ghost", score=99.0, beside=hostile)
    row = next(line for line in report([bot[1]], [bot[0]], [], 1).splitlines() if line.startswith("| `a-bot`"))
    assert "a\\|b&lt;script> \\|" in row
