"""The tokens that customers test with force each outcome, where test keys are on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import flask
import pytest
from werkzeug.test import EnvironBuilder

from gates import remote
from hushgate import Gate
from hushgate.errors import HushgateError
from hushgate.keys import new_key
from hushgate.testing import token
from stories import Rig


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with closing(opened(tmp_path, "true")) as gate:
        yield gate


def opened(folder: Path, test_keys: str) -> Gate:
    settings = folder / "hushgate.toml"
    settings.write_text('[sites.shop]\nhostnames = ["shop.example"]\nmode = "enforce"\n')
    return Gate.from_env(
        {
            "HUSHGATE_CONFIG": str(settings),
            "HUSHGATE_DATA": str(folder),
            "HUSHGATE_KEYS": new_key(),
            "HUSHGATE_TEST_KEYS": test_keys,
        }
    )


def asked(gate: Gate, held: str, **more: Any) -> Any:
    request = flask.Request(
        EnvironBuilder(path="/signup", method="POST", headers=[("User-Agent", "test")]).get_environ()
    )
    return gate.admit(request, token=held, **{"action": "signup", "email": "jo@example.com", **more})


@pytest.mark.parametrize("decision", ["allow", "challenge", "throttle", "ghost", "deny"])
def test_a_token_forces_each_outcome_once(gate: Gate, decision: Any) -> None:
    held = token(gate, decision)
    told = asked(gate, held)
    assert told.decision == decision and told.ghosted is (decision == "ghost")
    if decision in ("allow", "ghost"):
        assert told.commit()
        assert asked(gate, held).decision != decision, "a token opens one account"


def test_a_token_of_another_action_is_not_taken(gate: Gate) -> None:
    assert asked(gate, token(gate, "allow", action="login")).decision == "challenge"
    assert asked(gate, token(gate, "allow", action="login"), action="login").decision == "allow"


def test_nobody_forces_an_outcome_where_test_keys_are_off(tmp_path: Path, rig: Rig) -> None:
    other = tmp_path / "off"
    other.mkdir()
    with closing(opened(other, "false")) as strict, pytest.raises(HushgateError, match="HUSHGATE_TEST_KEYS"):
        token(strict, "ghost")
    with remote(rig) as elsewhere, pytest.raises(HushgateError, match="test site keys"):
        token(elsewhere, "ghost")
