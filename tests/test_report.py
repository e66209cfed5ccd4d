"""The door's log, and the report that is made of it: what enforcing would have done, to whom, layer by layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from command_line import run
from doors import Door
from hushgate.events.doors import FOLDER, Entered, Spoken, read_doors, summarise
from hushgate.keys import new_key
from hushgate.signup.lists import open_book
from hushgate.visit import Decision
from stories import DRIVEN, HOST, SITE, open_rig


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Door]:
    rig = open_rig(tmp_path, mode="observe", limits={"address": "2/hour"})
    yield Door(rig)
    rig.house.close()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    settings = tmp_path / "hushgate.toml"
    settings.write_text(
        f'[gate]\ndata = "{tmp_path}"\n[sites.{SITE}]\nname = "Fernpost"\nhostnames = ["{HOST}"]\n'
        f'[sites.{SITE}.layers]\ndecoy = "off"\n'
    )
    monkeypatch.setenv("HUSHGATE_CONFIG", str(settings))
    monkeypatch.setenv("HUSHGATE_KEYS", new_key())

    return lambda *words, code=0: run("report", *words, code=code).output


def _signups(site: Door) -> None:
    for n in range(3):
        site.signup(email=f"ann{n}@mail.example")
    for n in range(2):
        site.signup(f"198.51.100.{n}", email="x@y.example", token=site.rig.token(DRIVEN))
    site.signup("198.51.100.9", token="")


def test_where_nothing_was_ever_written_the_folder_is_named_and_what_to_set(
    tmp_path: Path, command: Callable[..., str]
) -> None:
    said = command()
    assert f"under {tmp_path}. Either gate.admit was never asked, or it writes elsewhere: set HUSHGATE_DATA" in said


def test_the_report_says_what_enforcing_would_have_done_and_to_whom(site: Door, command: Callable[..., str]) -> None:
    _signups(site)
    said = command()
    assert f"Fernpost ({SITE}), observing: 6 signups" in said
    assert "done                allow 6 (100.0%)" in said
    assert "enforcing would     allow 2 (33.3%)  challenge 1 (16.7%)  throttle 1 (16.7%)  ghost 2 (33.3%)" in said
    rows = {line.split()[0]: line.split() for line in said.splitlines() if line}
    assert rows["verdict"][:7] == ["verdict", "observe", "1", "0", "2", "0", "3"]
    assert rows["limits"][:7] == ["limits", "observe", "0", "1", "0", "0", "1"]
    assert rows["decoy"][1] == "off"
    assert "judged human, and would be throttled, ghosted or denied: 1" in said
    assert "limits: more than 2 in an hour from this address" in said
    assert "mail.example 1" in said and "ann" not in said.replace("unknown", "") and "203.0.113.7" not in said


def test_the_report_as_json(site: Door, command: Callable[..., str]) -> None:
    _signups(site)
    [line] = command("--json", "--site", SITE).splitlines()
    told = json.loads(line)
    assert (told["signups"], told["would"]["ghost"], told["done"]) == (6, 2, {"allow": 6})
    assert told["layers"]["limits"]["modes"] == {"observe": 1} and told["layers"]["verdict"]["verdicts"]["bot"] == 2
    assert {(row["layer"], row["code"]) for row in told["said"]} == {
        ("limits", "over-address"),
        ("verdict", "bot"),
        ("verdict", "missing"),
    }
    assert [person["prefix"] for person in told["people"]] == ["203.0.113.0/24"]


def test_with_nothing_on_record_it_says_so(tmp_path: Path, command: Callable[..., str]) -> None:
    (tmp_path / FOLDER).mkdir()
    assert "no signup in the last 24h is on record" in command()
    assert command("--json") == ""


@pytest.mark.parametrize("words", [("--last", "soon"), ("--site", "nobody")])
def test_a_bad_question_is_refused(command: Callable[..., str], words: tuple[str, str]) -> None:
    assert words[1] in command(*words, code=2)


def test_a_form_that_was_sent_again_is_one_signup_and_old_ones_are_left_out(site: Door, tmp_path: Path) -> None:
    token = site.rig.token()
    for _ in range(3):
        site.signup(token=token)
    [entered] = read_doors(tmp_path)
    assert entered.site == SITE and list(read_doors(tmp_path, entered.at + 1)) == []
    assert list(read_doors(tmp_path, site="other")) == []


def test_a_word_that_was_lifted_stops_nobody(site: Door, tmp_path: Path) -> None:
    site.rig.house.room(open_book).add("allow", "203.0.113.7", by="ann")
    site.signup(token=site.rig.token(DRIVEN))
    [entered] = read_doors(tmp_path)
    assert entered.would == "allow" and entered.standing == []
    assert [word.lifted for word in entered.words if word.layer == "verdict"] == ["lists"]


def test_what_a_visitor_wrote_cannot_move_the_cursor(command: Callable[..., str], site: Door) -> None:
    site.signup("198.51.100.1", email="a@\x1b[2Jevil", token="")
    said = command()
    assert "\x1b" not in said


def test_a_signup_on_record_holds_no_mail_address_and_no_whole_address(site: Door, tmp_path: Path) -> None:
    site.signup("203.0.113.7", email="ann.smith@mail.example")
    lines = b"".join(file.read_bytes() for file in (tmp_path / "door").glob("*.jsonl"))
    assert b"203.0.113.0/24" in lines and b"mail.example" in lines
    assert b"203.0.113.7" not in lines and b"ann.smith" not in lines


def test_a_log_that_cannot_be_written_stops_no_signup(site: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> bool:
        raise RuntimeError("anything")

    monkeypatch.setattr(site.gate.house.doors, "append", full)
    assert site.signup().allowed


def test_alone_is_what_no_other_layer_had_a_word_against() -> None:
    def entered(*words: tuple[str, Decision]) -> Entered:
        spoken = [Spoken(layer, decision, "c", "r", True) for layer, decision in words]
        return Entered(1.0, "s", "signup", "allow", "allow", spoken, verdict="human")

    both = entered(("verdict", "ghost"), ("mail", "challenge"))
    layers = summarise([both, entered(("mail", "challenge"), ("verdict", "allow"))])["s"].layers
    assert (layers["mail"].alone, layers["verdict"].alone, layers["mail"].decisions["challenge"]) == (1, 0, 2)
