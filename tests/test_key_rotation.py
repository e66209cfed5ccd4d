"""Keys are replaced in an order in which nobody is refused, and none is dropped before it is said what that costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

import command_line
from ghost_house import open_site
from hushgate.events.doors import FOLDER
from hushgate.ghost import Ghost
from hushgate.house import House
from hushgate.keys import new_key, read_keys
from hushgate.leases import Held
from hushgate.signup.mail.kept import keep
from step_ups import Desk, open_gate, solved
from stories import SIGNALS, SITE

OLD, NEW = new_key(), new_key()
OLD_ID, NEW_ID = (key.partition(":")[0] for key in (OLD, NEW))
STEPS = (OLD, f"{OLD},{NEW}", f"{NEW},{OLD}", NEW)
"""What HUSHGATE_KEYS is, restart by restart."""
MAIL = "jordan@example.com"


pytestmark = pytest.mark.usefixtures("folder")


def run(*words: str, keys: str | None = None, code: int = 0, answer: str | None = None) -> Result:
    return command_line.run("keys", *words, code=code, env={"HUSHGATE_KEYS": keys}, input=answer)


def printed(result: Result) -> str:
    (line,) = result.stdout.splitlines()
    assert line.startswith("HUSHGATE_KEYS=")
    return line.removeprefix("HUSHGATE_KEYS=")


def ids(keys: str) -> list[str]:
    return [key.id for key in read_keys(keys).keys]


@pytest.mark.parametrize("turned", [False, True], ids=["the later one reads", "the earlier one reads"])
@pytest.mark.parametrize("step", range(len(STEPS) - 1))
def test_what_one_process_made_another_reads_while_they_are_restarted(tmp_path: Path, step: int, turned: bool) -> None:
    earlier, later = (Desk(*open_gate(tmp_path, keys=keys)) for keys in STEPS[step : step + 2])
    maker, reader = (later, earlier) if turned else (earlier, later)
    _page(maker, reader)
    _signup(maker, reader)
    _ticket(maker.rig.house, reader.rig.house)
    for desk in (maker, reader):
        desk.rig.house.close()


def _page(maker: Desk, reader: Desk) -> None:
    """Opened at one, its story sent to the other, its token redeemed where the page came from."""
    session = maker.rig.open()
    story = reader.rig.seal(session, maker.rig.payload(SIGNALS))
    answer = reader.rig.post("/v1/verdict", story)
    assert answer.status_code == 200, answer.text
    assert maker.rig.house.tokens.read(answer.get_json()["token"]).verdict == "human"


def _signup(maker: Desk, reader: Desk) -> None:
    """A form with a token of one, at the backend of the other; and the step-up to and fro."""
    admission = reader.admit(maker.rig.token())
    assert admission.decision == "challenge" and admission.verdict == "human", admission.reason
    offer = maker.gate.step_up.offer(admission.step_up)
    new = reader.gate.step_up.answer(offer.ticket, solved(offer.challenge))
    again = maker.admit(new)
    assert again.allowed, again.reason
    assert reader.admit(new).commit() and not again.commit()


def _ticket(maker: House, reader: House) -> None:
    held = Held(SITE, "nonce", "me")
    assert reader.leases.read(maker.leases.write(held)) == held


@pytest.mark.parametrize("step", range(len(STEPS) - 1))
def test_ghosts_of_each_are_known_to_the_other_while_they_are_restarted(tmp_path: Path, step: int) -> None:
    earlier, later = (open_site(tmp_path, keys) for keys in STEPS[step : step + 2])
    for maker, reader, mail in ((earlier, later, MAIL), (later, earlier, "other@example.com")):
        ghost = maker.keep({"email": mail}, who=mail)
        assert reader.is_ghost(ghost.id)
        found = reader.quarantine.find(mail)
        assert isinstance(found, Ghost) and found.fields == {"email": mail}
    earlier.close()
    later.close()


def test_the_commands_walk_through_these_steps_and_the_key_in_use_changes_once() -> None:
    behind = printed(run("rotate", keys=OLD))
    fresh = ids(behind)[1]
    assert ids(behind) == [OLD_ID, fresh]
    used = printed(run("use", fresh, keys=behind))
    assert ids(used) == [fresh, OLD_ID]
    assert printed(run("use", fresh, keys=used)) == used, "a second time changes nothing"
    assert ids(printed(run("drop", OLD_ID, "--yes", keys=used))) == [fresh]


def test_each_command_says_what_comes_next(folder: Path) -> None:
    added = run("rotate", keys=OLD)
    fresh = ids(printed(added))[1]
    assert f"hushgate keys use {fresh}" in added.stderr and "restart" in added.stderr
    (folder / "hushgate.toml").write_text('[sites.shop]\nhostnames = ["shop.example"]\nghost_days = 30\n')
    used = run("use", fresh, keys=printed(added))
    assert f"after 30 days (ghost_days), with hushgate keys drop {OLD_ID}" in used.stderr


@pytest.mark.parametrize(
    ("words", "keys", "said"),
    [
        (["rotate"], None, "HUSHGATE_KEYS: no key is set. Make one with `hushgate keys new`"),
        (["rotate"], " , ", "no key is set"),
        (["use", NEW_ID], None, "no key is set"),
        (["rotate"], "abcd:c2hvcnQ", "key 1: the secret has 5 bytes"),
        (["rotate", "--keep", "0"], OLD, "No such option"),
        (["use", "kffffff"], OLD, f"no key in HUSHGATE_KEYS has the id 'kffffff'; there are {OLD_ID}"),
        (["drop", "kffffff", "--yes"], OLD, "no key in HUSHGATE_KEYS has the id"),
        (["drop", OLD_ID, "--yes"], OLD, f"{OLD_ID} is the key in use"),
        (["drop", OLD_ID, "--yes"], f"{OLD},{NEW}", f"{OLD_ID} is the key in use"),
    ],
)
def test_what_would_leave_no_key_or_the_wrong_one_is_refused(words: list[str], keys: str | None, said: str) -> None:
    result = run(*words, keys=keys, code=2)
    assert said in result.stderr and result.stdout == ""
    for key in (OLD, NEW):
        assert key.partition(":")[2] not in result.output, "a secret is told only where it is asked for"


def test_a_key_is_not_dropped_before_it_is_said_what_is_sealed_under_it(folder: Path) -> None:
    data = folder / "hushgate-data"
    site = open_site(data, OLD)
    ghost = site.keep({"email": MAIL}, who=MAIL)
    site.close()
    rig, _ = open_gate(data, keys=OLD)
    kept = keep(rig.house.ring, rig.house.config.sites[SITE], MAIL)
    rig.house.close()
    _on_record(data, kept)
    refused = run("drop", OLD_ID, keys=STEPS[2], code=1, answer="n\n")
    assert refused.stdout == "" and f"LOST: sealed under {OLD_ID}: 1 in the quarantine" in refused.stderr
    assert f"LOST: hashed under {OLD_ID}: the mail address of 1 on record" in refused.stderr
    assert "12 hours" in refused.stderr and str(data) in refused.stderr
    assert ids(printed(run("drop", OLD_ID, keys=STEPS[2], answer="y\n"))) == [NEW_ID]
    assert open_site(data, f"{NEW},{OLD}").quarantine.show(ghost.id).fields == {"email": MAIL}, "nothing was removed"


def _on_record(data: Path, kept: str) -> None:
    entry = {"at": 1.0, "site": SITE, "action": "signup", "decision": "allow", "would": "allow", "words": []}
    (data / FOLDER).mkdir(parents=True, exist_ok=True)
    (data / FOLDER / "2026-11-21.jsonl").write_text(json.dumps({**entry, "email": kept}) + "\n")


def test_a_key_that_nothing_is_sealed_under_is_dropped_and_no_file_is_made_for_it(folder: Path) -> None:
    result = run("drop", NEW_ID, "--yes", keys=f"{OLD},{NEW}")
    assert ids(printed(result)) == [OLD_ID] and "LOST" not in result.stderr
    assert not list(folder.rglob("*.sqlite*"))
