"""What became of signups: told in process and over HTTP, kept once, joined to the visits, and what it says of each check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import run
from hushgate import BadField, Gate
from hushgate.events.outcomes import Labelled, read
from hushgate.events.precision import Measured, measure
from hushgate.keys import new_key
from hushgate.visit import read_visit
from hushgate.wire import OUTCOMES
from stories import SIGNALS, SITE, Rig, open_rig, person


def gate_of(rig: Rig) -> Gate:
    house = rig.house
    return Gate(house.config, state=house.state, spool=house.spool, outcomes=house.outcomes, metrics=house.metrics)


def visited(rig: Rig, **signals: Any) -> str:
    return str(rig.visit({**SIGNALS, **signals}).get_json()["id"])


def told(rig: Rig, **fields: Any) -> Any:
    return rig.client.post("/v1/outcome", json={"secret": rig.secret, **fields})


def test_an_outcome_is_kept_with_its_visit_and_counts_once(rig: Rig) -> None:
    gate, one, other = gate_of(rig), visited(rig), visited(rig)
    for _ in range(3):
        assert gate.outcome(one, "confirmed") is True
        assert told(rig, id=one, outcome="paid").get_json() == {"success": True}
    gate.outcome(other, "bounced")
    labelled = {label.visit.id: label for label in read(rig.data)}
    assert labelled[one].outcomes == ("confirmed", "paid") and labelled[one].person is True
    assert labelled[other].outcomes == ("bounced",) and labelled[other].person is False
    assert labelled[one].visit.judged is not None


def test_the_log_says_nothing_of_who_it_was(rig: Rig) -> None:
    visit = visited(rig)
    gate_of(rig).outcome(visit, "paid")
    (file,) = (rig.data / "outcomes").glob("*.jsonl")
    (line,) = map(json.loads, file.read_text().splitlines())
    assert line == {"id": visit, "at": line["at"], "site": SITE, "outcome": "paid"}
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": "0" * 23, "outcome": "payed"}, "outcome"),
        ({"id": "0" * 23, "outcome": ""}, "outcome"),
        ({"id": "0" * 23}, "outcome"),
        ({"id": "0" * 22, "outcome": "paid"}, "id"),
        ({"id": "../../etc/passwd", "outcome": "paid"}, "id"),
        ({"id": "0" * 23 + "\n", "outcome": "paid"}, "id"),
        ({"id": None, "outcome": "paid"}, "id"),
        ({"outcome": "paid"}, "id"),
    ],
)
def test_what_is_no_outcome_is_refused_with_the_fields_name(rig: Rig, fields: dict[str, Any], field: str) -> None:
    response = told(rig, **fields)
    assert response.status_code == 400 and response.get_json()["error"]["field"] == field
    if "outcome" in fields and isinstance(fields.get("id"), str):
        with pytest.raises(BadField) as caught:
            gate_of(rig).outcome(fields["id"], fields["outcome"])
        assert caught.value.field == field
        assert field == "id" or "confirmed, active, paid, bounced, reported" in str(caught.value)
    assert not (rig.data / "outcomes").exists()


def test_an_admission_without_a_visit_has_no_outcome(rig: Rig) -> None:
    assert gate_of(rig).outcome(None, "paid") is False


def test_one_site_cannot_speak_of_anothers_visits(rig: Rig) -> None:
    visit = visited(rig)
    assert rig.client.post("/v1/outcome", json={"secret": "x", "id": visit, "outcome": "paid"}).status_code == 401
    test_site = {"secret": "test-secret", "id": visit, "outcome": "reported"}
    assert rig.client.post("/v1/outcome", json=test_site).status_code == 200
    assert list(read(rig.data)) == []


def test_a_torn_line_and_a_strange_one_are_passed_over(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    gate_of(rig).outcome(visited(rig), "paid")
    (file,) = (rig.data / "outcomes").glob("*.jsonl")
    with file.open("ab") as out:
        out.write(b'{"id": "x"}\n\xff\n{"id": "0')
    assert len(list(read(rig.data))) == 1
    assert caplog.text.count("is not an outcome") == 2


@pytest.mark.parametrize(
    ("outcomes", "is_person"),
    [
        (("confirmed",), True),
        (("confirmed", "bounced"), False),
        (("bounced", "active"), True),
        (("active", "reported"), False),
        (("bounced", "paid"), True),
        (("paid", "reported"), None),
    ],
)
def test_the_weightiest_outcome_decides(outcomes: Any, is_person: bool | None) -> None:
    assert Labelled(read_visit("{}"), outcomes).person is is_person
    assert Labelled(read_visit("{}"), outcomes[::-1]).person is is_person


def test_precision_is_measured_for_each_check() -> None:
    def flagged(check: str, *outcomes: Any) -> Labelled:
        findings = [{"check": check, "tier": "note", "weight": 0, "saw": ""}]
        judged = {"verdict": "human", "decision": "allow", "score": 0, "confidence": "low", "findings": findings}
        return Labelled(read_visit(json.dumps({**person(), "judged": judged})), outcomes)

    visits = [flagged("a", "paid")] + [flagged("a", "bounced")] * 3 + [flagged("b", "paid", "reported")]
    everybody, checks = measure([*visits, Labelled(read_visit("{}"), ("paid",))])
    assert (everybody.bots, everybody.people, everybody.unclear) == (3, 1, 1)
    assert checks["a"].precision == 0.75 and checks["b"].precision is None
    low, high = checks["a"].bounds
    assert low == pytest.approx(0.3006, abs=1e-3) and high == pytest.approx(0.9544, abs=1e-3)
    assert Measured().bounds == (0.0, 1.0)


def test_the_command_prints_how_right_each_check_was(folder: Path) -> None:
    here = {"HUSHGATE_DATA": str(folder)}
    assert "no visit on record has an outcome" in run("outcomes", env=here).output
    rig = open_rig(folder, keys=new_key())
    gate = gate_of(rig)
    for outcome in OUTCOMES:
        gate.outcome(visited(rig, webdriver=outcome == "reported"), outcome)
    lines = run("outcomes", env=here).output.splitlines()
    rows = {line.split()[0]: line.split() for line in lines if line.strip()}
    assert rows["(everybody)"][1:4] == ["2", "3", "0"]
    assert rows["webdriver"][1:5] == ["1", "0", "0", "100%"]
    assert "measure in observe mode" in lines[-1]
    assert run("outcomes", "--site", "other", env=here).output.startswith("no visit")
    rig.house.close()
