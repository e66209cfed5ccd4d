"""What a robot's word means for its visit: one that is verified is refused, one that is false is found, and an operator may let one in."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents import AGENT, Signer
from hushgate.registry import all_checks
from stories import HEADERS, judged, open_rig, person


def test_a_verified_robot_is_a_bot_and_is_refused() -> None:
    robot = {"name": "Googlebot", "operator": "Google", "verified": True, "by": "by its published range"}
    result = judged({**person(), "robot": robot})
    assert (result.judged.verdict, result.judged.decision, result.conversion) == ("bot", "deny", "suppress")
    assert result.judged.findings[0].saw == "Googlebot, verified by its published range"


def test_the_word_of_a_robot_that_could_not_be_asked_is_not_judged() -> None:
    result = judged({**person(), "robot": {"name": "YandexBot", "operator": "Yandex", "by": "DNS did not answer"}})
    why = {skip.check: skip.why for skip in result.skipped}
    assert why["robot-false"] == "YandexBot could not be verified: DNS did not answer"
    assert result.judged.verdict == "human"


def test_a_false_robot_is_found() -> None:
    robot = {
        "name": "GPTBot",
        "operator": "OpenAI",
        "verified": False,
        "by": "OpenAI publishes no range with its address",
    }
    result = judged({**person(), "robot": robot})
    assert [finding.check for finding in result.judged.findings if finding.weight] == ["robot-false"]


def test_the_gate_names_a_signed_agent_and_an_operator_may_let_it_in(tmp_path: Path) -> None:
    signer = Signer()
    keys = tmp_path / "robots" / "keys"
    keys.mkdir(parents=True)
    (keys / f"{AGENT}.json").write_text(signer.directory)
    rig = open_rig(tmp_path, policy={"robot": "allow"})
    signed = {name: value for name, value in signer.sign("localhost").items() if name.startswith("signature")}
    answer = rig.visit(headers={**HEADERS, **signed}).get_json()
    told = rig.redeem(answer["token"])
    rig.house.close()
    assert answer["conversion"] == "suppress"
    assert (told["verdict"], told["decision"], told["success"]) == ("bot", "allow", True)
    assert told["findings"][0]["check"] == "robot-verified"


def test_a_broken_list_stops_the_gate_with_its_name(tmp_path: Path) -> None:
    ranges = tmp_path / "robots" / "ranges"
    ranges.mkdir(parents=True)
    (ranges / "mine.txt").write_text("here\n")
    with pytest.raises(Exception, match="'here' is no network"):
        open_rig(tmp_path)


def test_robots_have_checks_of_their_own() -> None:
    assert {check.name for check in all_checks() if check.family == "robots"} == {"robot-verified", "robot-false"}
