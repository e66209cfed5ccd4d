"""Recorded visits: drop a file into visits/people or visits/bots and it is a test.

A false positive is fixed by first adding its recording to visits/people.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hushgate.judge import default_rules, judge_record
from hushgate.rounds import Post
from hushgate.visit import Visit, read_visit

HERE = Path(__file__).parent / "visits"
RULES = default_rules()


def records(kind: str) -> list[Any]:
    files = sorted([*(HERE / kind).glob("*.json"), *(HERE / kind).glob("*.jsonl")])
    found = []
    for file in files:
        for number, line in enumerate(filter(str.strip, file.read_text().splitlines()), 1):
            found.append(pytest.param(read_visit(line), id=f"{file.stem}-{number}"))
    return found


def seen_of(visit: Visit) -> tuple[set[str], set[str]]:
    """The names of the checks that flagged a visit, and of those that did not judge it."""
    result = judge_record(visit, RULES)
    return {finding.check for finding in result.judged.findings}, {skip.check for skip in result.skipped}


PEOPLE_SEEN = [seen_of(param.values[0]) for param in records("people")]


@pytest.mark.parametrize("visit", records("people"))
def test_people_are_let_in(visit: Visit) -> None:
    result = judge_record(visit, RULES)
    assert result.judged.verdict == (visit.expect or "human"), result.judged.findings
    assert result.judged.verdict != "bot" and result.judged.decision == "allow" and result.conversion == "count"


@pytest.mark.parametrize("visit", records("bots"))
def test_bots_are_bots(visit: Visit) -> None:
    result = judge_record(visit, RULES).judged
    assert result.verdict == (visit.expect or "bot"), result.findings
    scored = {finding.check for finding in result.findings if finding.weight}
    assert scored - {"signals-left-out"}, "a bot must not be one only because its record lacks a signal"


def test_there_are_recordings() -> None:
    assert records("people") and records("bots")


@pytest.mark.parametrize(
    "post",
    [post for post in RULES.watch.posts if post.weight and post.check.family != "robots"],
    ids=lambda post: post.check.name,
)
def test_every_check_has_looked_at_a_person_and_let_them_pass(post: Post) -> None:
    name = post.check.name
    assert any(name not in findings and name not in skipped for findings, skipped in PEOPLE_SEEN), (
        "no record has what it reads"
    )
