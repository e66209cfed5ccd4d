"""What ``hushgate explain`` says of a visit that has no story."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from command_line import run
from doors import gate_of
from hushgate.testing import token
from stories import HEADERS, HOST, open_rig


def test_explain_tells_what_the_door_said_of_a_token_that_was_minted(folder: Path) -> None:
    """`hushgate report` names such visits, and there is no story of any of them."""
    rig = open_rig(folder)
    gate = gate_of(rig)
    environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "84.128.0.1"}
    minted = token(gate, "ghost", hostname=HOST)
    admission = gate.admit(SimpleNamespace(environ=environ), token=minted, action="signup")
    rig.house.close()
    assert admission.ghosted and admission.id
    said = run("explain", admission.id, env={"HUSHGATE_DATA": str(folder)}).output
    assert f"The visit {admission.id} is not on record" in said
    assert "its token was minted" in said and "signup: ghost; enforcing would ghost." in said
    assert f"  verdict: ghost, {admission.reason}" in said
