"""A backend whose gate runs elsewhere, and which has no keys: signups go on, nothing of a ghost is kept, and the log says why."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gates import SECRET, counted, remote, visitor
from hushgate import Gate, RemoteGate, SettingsError
from hushgate.errors import StateLost
from hushgate.ghost import AbsentGhosts
from hushgate.integrations.desk import Desk
from hushgate.keys import new_key
from stories import HOST, SITE, Rig, open_rig

FIELDS = {"email": "g@example.com"}


pytestmark = pytest.mark.usefixtures("folder")


def _bare(**environ: str) -> RemoteGate:
    gate = Gate.from_env({"HUSHGATE_URL": "http://127.0.0.1:9", "HUSHGATE_SECRET": SECRET, **environ})
    assert isinstance(gate, RemoteGate)
    return gate


def test_the_pace_of_people_needs_no_keys(tmp_path: Path) -> None:
    gate = _bare()
    with gate.ghosts.pace("signup") as beat:
        beat.ghost = False

    async def waited() -> None:
        async with gate.ghosts.pace("signup") as beat:
            beat.drop()

    asyncio.run(waited())
    gate.close()
    assert not [*tmp_path.iterdir()]


def test_a_ghost_that_cannot_be_kept_is_decided_by_the_row_counted_and_told_once(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    with remote(rig) as gate:
        admission = gate.admit(visitor("curl/8"), token="", action="signup")
        assert admission.ghosted
        for _ in range(3):
            ghost = gate.ghosts.keep(FIELDS, who=FIELDS["email"], admission=admission)
            assert (ghost.decision, ghost.id, ghost.fields, ghost.reason) == ("challenge", "", {}, admission.reason)
        assert counted(gate, "ghosts_lost", site=SITE) == 3
    (line,) = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert "HUSHGATE_KEYS: no key is set" in line and "no site has the key" not in line
    assert "quarantine_lost" in line and FIELDS["email"] not in line


@pytest.mark.parametrize(("row", "expected"), [("deny", "deny"), ("allow", "allow"), ("ghost", "challenge")])
def test_the_row_is_that_of_the_gates_own_policy(tmp_path: Path, row: str, expected: str) -> None:
    rig = open_rig(tmp_path, policy={"newsletter": {"quarantine_lost": row}})
    with remote(rig) as gate:
        gate.admit(visitor("curl/8"), token="", action="newsletter")
        assert gate.ghosts.keep(FIELDS, who="g", action="newsletter").decision == expected
        assert gate.ghosts.keep(FIELDS, who="g").decision == "challenge", "another action, of which nothing was told"
    rig.house.close()


def test_afterwards_there_is_no_ghost_and_no_error_but_for_the_operator() -> None:
    gate = _bare()
    ghosts, asked = gate.ghosts, list[dict[str, Any]]()
    assert isinstance(ghosts, AbsentGhosts)
    assert ghosts.find("g@example.com") is None and not ghosts.is_ghost("0" * 32)

    def proves(fields: dict[str, Any]) -> bool:
        asked.append(fields)
        return True

    assert ghosts.fiction.login("g@example.com", proves) is None and asked == [{}]
    assert ghosts.fiction.profile("x") is None and ghosts.fiction.resend("g@example.com") is False
    with pytest.raises(StateLost, match="no quarantine"):
        ghosts.quarantine.all()
    with pytest.raises(SettingsError, match="HUSHGATE_KEYS"):
        ghosts.id()
    gate.close()


def test_an_integration_says_at_its_start_that_ghosts_have_no_keys(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = tmp_path / "here.toml"
    settings.write_text(f'[sites.{SITE}]\nhostnames = ["{HOST}"]\n')
    keyed = {"HUSHGATE_KEYS": new_key(), "HUSHGATE_CONFIG": str(settings), "HUSHGATE_DATA": str(tmp_path)}
    for environ, warned in (({}, True), ({"HUSHGATE_KEYS": new_key()}, True), (keyed, False)):
        caplog.clear()
        where = {"HUSHGATE_URL": "http://127.0.0.1:9", "HUSHGATE_SECRET": SECRET, "HUSHGATE_SITE": SITE}
        desk = Desk.open({**where, **environ})
        desk.gate.close()
        assert any("gate.ghosts keeps nothing" in one.getMessage() for one in caplog.records) is warned
        assert not any(value in caplog.text for name, value in environ.items() if name == "HUSHGATE_KEYS")
