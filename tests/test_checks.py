"""Every check: its examples, its words, and that it survives any evidence."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import hushgate.checks
from hushgate.engine import man, run
from hushgate.evidence import Missing, from_example
from hushgate.registry import Check, Tier, all_checks, check
from hushgate.visit import Finding
from stories import judged, person

CHECKS = all_checks()
ALL = man(CHECKS, {})
FLAGS = [pytest.param(one, example, id=f"{one.name}-{i}") for one in CHECKS for i, example in enumerate(one.flags)]
PASSES = [pytest.param(one, example, id=f"{one.name}-{i}") for one in CHECKS for i, example in enumerate(one.passes)]


def found(one: Check, example: dict[str, object]) -> list[Finding]:
    report = run(man([one], {}), from_example(example))
    assert not [skip for skip in report.skipped if "failed" in skip.why]
    return [finding for _, finding in report.findings]


@pytest.mark.parametrize(("one", "example"), FLAGS)
def test_flags(one: Check, example: dict[str, object]) -> None:
    findings = found(one, example)
    assert [finding.check for finding in findings] == [one.name]
    assert findings[0].saw.strip()


@pytest.mark.parametrize("one", [c for c in CHECKS if c.tier is not Tier.NOTE], ids=lambda one: one.name)
def test_there_is_a_case_that_it_alone_flags(one: Check) -> None:
    """A check that never fires without another adds nothing to it. All checks look at each of its examples."""
    seen = [{finding.check for _, finding in run(ALL, from_example(e)).findings if finding.weight} for e in one.flags]
    assert {one.name} in seen


@pytest.mark.parametrize(("one", "example"), PASSES)
def test_passes(one: Check, example: dict[str, object]) -> None:
    assert found(one, example) == []


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.name)
def test_a_check_is_complete(one: Check) -> None:
    assert one.flags and one.passes
    assert one.wrong_about and one.title and one.why
    assert any(not isinstance(from_example(example)[need], Missing) for example in one.passes for need in one.needs)


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.name)
def test_missing_evidence_is_skipped_with_a_reason(one: Check) -> None:
    report = run(man([one], {}), from_example({}))
    assert report.findings == []
    if one.needs:
        assert report.skipped and report.skipped[0].why


@pytest.mark.parametrize("one", [c for c in CHECKS if c.tier is not Tier.NOTE], ids=lambda one: one.name)
def test_an_ordinary_person_passes(one: Check) -> None:
    assert one.name not in {finding.check for finding in judged(person()).judged.findings}


@pytest.mark.parametrize("one", [c for c in CHECKS if c.counts], ids=lambda one: one.name)
def test_a_check_sees_nothing_where_its_counts_are_0(one: Check) -> None:
    for example in [example for any_check in CHECKS for example in (*any_check.flags, *any_check.passes)]:
        interaction = {**example.get("interaction", {}), **dict.fromkeys(one.counts, 0)}
        evidence = from_example({**example, "interaction": interaction})
        given = {name: evidence[name] for name in (*one.needs, *one.optional)}
        if not any(isinstance(given[name], Missing) for name in one.needs):
            known = {name: value for name, value in given.items() if not isinstance(value, Missing)}
            assert one.judge(**known) is None


def test_a_check_that_counts_what_no_interaction_has_fails_at_import() -> None:
    said: Any = {"title": "x", "tier": Tier.NOTE, "flags": [], "passes": [], "wrong_about": "x"}
    with pytest.raises(TypeError, match="yawns are not counts"):
        check("x", **said, counts=("yawns",))(lambda interaction: None)


def test_every_file_of_checks_has_one() -> None:
    files = {file.stem for file in Path(next(iter(hushgate.checks.__path__))).glob("*.py")} - {"__init__"}
    assert files == {one.family for one in CHECKS}


def test_an_unknown_parameter_fails_at_import() -> None:
    with pytest.raises(TypeError, match="there is no evidence called colour"):
        check("x", title="x", tier=Tier.NOTE, flags=[], passes=[], wrong_about="x")(lambda colour: None)


def test_a_failing_check_is_neither_clean_nor_a_finding() -> None:
    def broken(user_agent: str) -> str | None:
        raise ZeroDivisionError

    one = Check("broken", "", Tier.HARD, 95, broken, ("user_agent",), (), [], [], "", "x")
    report = run(man([one], {}), from_example({"user_agent": "x"}))
    assert report.findings == [] and report.judged == set()
    assert report.skipped[0].why == "the check failed (ZeroDivisionError)"


def test_no_check_names_a_tool_but_in_a_list() -> None:
    """Checks are built for the mechanism; names of tools stand in data files, and only for what names itself."""
    tools = ("puppeteer", "playwright", "selenium", "undetected", "nodriver", "stealth-plugin")
    for file in Path(next(iter(hushgate.checks.__path__))).glob("*.py"):
        names = {node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)}
        assert not [name for name in names if isinstance(name, str) and any(tool in name.lower() for tool in tools)], (
            file
        )
