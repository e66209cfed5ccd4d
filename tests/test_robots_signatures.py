"""Agents are known by the requests that they sign (Web Bot Auth)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents import AGENT, Signer
from hushgate.robots import Lookout
from hushgate.robots.signatures import read_directory, thumbprint
from hushgate.visit import Robot
from stories import CHROME


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def knowing(tmp_path: Path, signer: Signer) -> Lookout:
    """A lookout that has the signer's directory."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / f"{AGENT}.json").write_text(signer.directory)
    return Lookout(tmp_path)


def test_a_signed_request_is_named_by_its_key(knowing: Lookout, signer: Signer) -> None:
    robot = knowing.recognise("84.128.0.1", signer.sign())
    assert robot == Robot(AGENT, AGENT, verified=True, by=f"by its signature, with a key of {AGENT}")


@pytest.mark.parametrize(
    "change",
    [
        {"host": "www.other.example"},
        {"signature-agent": '"https://somebody.example"'},
        {"signature": "sig1=:AAAA:"},
        {"signature": "%"},
    ],
)
def test_a_signature_that_does_not_fit_is_false(knowing: Lookout, signer: Signer, change: dict[str, str]) -> None:
    robot = knowing.recognise("84.128.0.1", {**signer.sign(), **change})
    assert robot and robot.verified is False and robot.name == AGENT


def test_an_old_signature_is_false(knowing: Lookout, signer: Signer) -> None:
    old = datetime.now(UTC) - timedelta(hours=1)
    robot = knowing.recognise("84.128.0.1", signer.sign(now=old))
    assert robot and robot.verified is False


def test_a_signature_for_any_host_is_false(knowing: Lookout, signer: Signer) -> None:
    robot = knowing.recognise("84.128.0.1", signer.sign(parts=("signature-agent",)))
    assert robot and robot.verified is False and "does not cover" in robot.by


def test_a_key_that_is_not_known_convicts_nobody(knowing: Lookout) -> None:
    robot = knowing.recognise("84.128.0.1", Signer().sign())
    assert robot and robot.verified is None and "in no directory" in robot.by


def test_what_is_signed_but_not_known_here_convicts_nobody(knowing: Lookout, signer: Signer) -> None:
    headers = signer.sign(parts=("@authority", "@method", "@path", "signature-agent"))
    unknown = knowing.recognise("84.128.0.1", headers)
    assert unknown and unknown.verified is None and "not known here" in unknown.by
    robot = knowing.recognise("84.128.0.1", headers, line=("POST", "/v1/verdict"))
    assert robot and robot.verified


def test_an_agent_cannot_sign_in_the_name_of_another(tmp_path: Path, knowing: Lookout, signer: Signer) -> None:
    other = Signer()
    (tmp_path / "keys" / "other.example.json").write_text(other.directory)
    signed = other.sign()
    ahead = f'sig0=("@authority");keyid="{thumbprint(signer.x)}";tag="x", {signed["signature-input"]}'
    headers = {**signed, "signature-input": ahead, "signature": f"sig0=:AAAA:, {signed['signature']}"}
    robot = Lookout(tmp_path).recognise("84.128.0.1", headers)
    assert robot and robot.verified and robot.name == "other.example"


def test_other_signatures_are_not_ours_to_judge(knowing: Lookout, signer: Signer) -> None:
    assert knowing.recognise("84.128.0.1", signer.sign(tag="something-else")) is None


@pytest.mark.parametrize(
    "header",
    ["", "sig1", 'sig1=();tag="web-bot-auth"', 'x;keyid="";tag="web-bot-auth"', '"' * 900 + 'tag="web-bot-auth"'],
)
def test_no_header_breaks_it(knowing: Lookout, header: str) -> None:
    robot = knowing.recognise("84.128.0.1", {"user-agent": CHROME, "signature-input": header})
    assert robot is None or robot.verified is None


@pytest.mark.parametrize("text", ["", "{}", '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}', "[1]"])
def test_a_directory_that_cannot_be_used_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=rf"{AGENT}: no directory of keys"):
        read_directory(text.encode(), AGENT)


def test_the_id_of_a_key_is_that_of_the_standard() -> None:
    # RFC 8037, appendix A.3
    assert thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
