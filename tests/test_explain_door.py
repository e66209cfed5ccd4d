"""What ``hushgate explain`` says of a visit that has no story."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from doors import gate_of
from hushgate.cli import main
from hushgate.testing import token
from stories import HEADERS, HOST, open_rig


def test_explain_tells_what_the_door_said_of_a_token_that_was_minted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hushgate report` names such visits, and there is no story of any of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUSHGATE_DATA", str(tmp_path))
    rig = open_rig(tmp_path)
    gate = gate_of(rig)
    environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "84.128.0.1"}
    minted = token(gate, "ghost", hostname=HOST)
    admission = gate.admit(SimpleNamespace(environ=environ), token=minted, action="signup")
    rig.house.close()
    assert admission.ghosted and admission.id
    said = CliRunner().invoke(main, ["explain", admission.id])
    assert said.exit_code == 0 and f"The visit {admission.id} is not on record" in said.output
    assert "its token was minted" in said.output and "signup: ghost; enforcing would ghost." in said.output
    assert f"  verdict: ghost, {admission.reason}" in said.output
