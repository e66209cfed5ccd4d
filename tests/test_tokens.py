"""Tokens: redeemed over HTTP and in process, leased, spent, rotated, and what is decided without one."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from doors import gate_of
from hushgate import TokenExpired, TokenForged, TokenMisdirected, TokenMissing, TokenReplayed
from hushgate.errors import StateLost
from hushgate.keys import new_key
from stories import HEADERS, HOST, SIGNALS, SITE, Rig, open_rig


def test_keys_rotate_without_a_lost_token_or_session(tmp_path: Path) -> None:
    old = new_key()
    before = open_rig(tmp_path, keys=old)
    session, token = before.open(), before.token()
    after = open_rig(
        tmp_path,
        keys=f"{new_key()},{old}",
        secrets=before.house.config.sites[SITE].secrets and list(before.house.config.sites[SITE].secrets),
    )
    after.secret = before.secret
    assert after.post("/v1/verdict", before.seal(session, before.payload(SIGNALS))).status_code == 200
    assert after.redeem(token)["success"] is True
    gone = open_rig(tmp_path, keys=new_key())
    with pytest.raises(TokenForged):
        gone.house.tokens.read(token)
    for rig in (before, after, gone):
        rig.house.close()


def test_a_token_is_redeemed_once_or_again_by_the_same_key(rig: Rig) -> None:
    token = rig.token()
    assert rig.redeem(token, idempotency_key="a")["success"] is True
    assert rig.redeem(token, idempotency_key="a")["success"] is True
    assert rig.redeem(token, idempotency_key="b")["error-codes"] == ["timeout-or-duplicate"]
    assert rig.redeem(token)["error-codes"] == ["timeout-or-duplicate"]


def test_the_same_secret_redeems_a_token_once_where_it_names_no_key(rig: Rig) -> None:
    token = rig.token()
    assert rig.redeem(token)["success"] is True
    assert rig.redeem(token)["error-codes"] == ["timeout-or-duplicate"]
    assert rig.redeem(token, idempotency_key="a")["error-codes"] == ["timeout-or-duplicate"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "missing-input-secret"),
        ({"secret": "nonsense"}, "invalid-input-secret"),
        ({"secret": ""}, "missing-input-secret"),
        ({"secret": "SECRET"}, "missing-input-response"),
        ({"secret": "SECRET", "response": "nonsense"}, "invalid-input-response"),
        ({"secret": "SECRET", "response": "TOKEN", "action": "login"}, "action-mismatch"),
    ],
)
@pytest.mark.parametrize("shape", ["form", "json", "multipart"])
def test_siteverify_says_what_is_wrong_and_answers_200(rig: Rig, fields: dict[str, str], code: str, shape: str) -> None:
    known = {"SECRET": rig.secret, "TOKEN": rig.token()}
    filled = {name: known.get(value, value) for name, value in fields.items()}
    more: dict[str, dict[str, Any]] = {
        "form": {"data": filled},
        "json": {"json": filled},
        "multipart": {"data": filled, "content_type": "multipart/form-data"},
    }
    response = rig.client.post("/v1/siteverify", **more[shape])
    assert response.status_code == 200
    assert response.get_json()["success"] is False and response.get_json()["error-codes"] == [code]


def test_a_wrong_redemption_does_not_burn_the_token(rig: Rig) -> None:
    token = rig.token()
    rig.client.post("/v1/siteverify", data={"secret": "nonsense", "response": token})
    rig.redeem(token, action="login")
    assert rig.redeem(token)["success"] is True


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"secret": 1}'])
def test_siteverify_takes_any_body(rig: Rig, body: bytes) -> None:
    response = rig.client.post("/v1/siteverify", data=body, content_type="application/json")
    assert response.status_code == 200 and response.get_json()["success"] is False


@pytest.mark.parametrize(
    ("key", "verdict", "decision"),
    [
        ("test-human", "human", "allow"),
        ("test-suspect", "suspect", "allow"),
        ("test-challenge", "suspect", "challenge"),
        ("test-throttle", "suspect", "throttle"),
        ("test-bot", "bot", "ghost"),
        ("test-deny", "bot", "deny"),
    ],
)
def test_test_keys_have_every_outcome(rig: Rig, key: str, verdict: str, decision: str) -> None:
    token = rig.token({}, site=key)
    answer = rig.client.post("/v1/siteverify", data={"secret": "test-secret", "response": token}).get_json()
    assert (answer["verdict"], answer["decision"]) == (verdict, decision)
    assert rig.redeem(rig.token({}, site=key))["error-codes"] == ["invalid-input-response"]


def test_test_keys_are_off_unless_switched_on(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, gate={"test_keys": False})
    assert rig.post("/v1/session", {"sitekey": "test-human"}).status_code == 403
    answer = rig.client.post("/v1/siteverify", data={"secret": "test-secret", "response": rig.token()}).get_json()
    assert answer["error-codes"] == ["invalid-input-secret"]
    rig.house.close()


def test_keys_rotate_between_two_tries_of_one_form(tmp_path: Path) -> None:
    old = new_key()
    before = open_rig(tmp_path, keys=old)
    after = open_rig(tmp_path, keys=f"{new_key()},{old}")
    request = SimpleNamespace(
        environ={"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "84.128.0.1", "wsgi.url_scheme": "https"}
    )
    for token, gates in ((before.token(), (before, after)), (after.token(), (after, after))):
        answers = [gate_of(rig).admit(request, token=token, action="signup") for rig in gates]
        assert [answer.decision for answer in answers] == ["allow", "allow"], answers[-1].reason
        assert [answer.commit() for answer in reversed(answers)] == [True, False]
    for rig in (before, after):
        rig.house.close()


def test_in_process_verification_holds_the_token_to_its_claims(rig: Rig) -> None:
    gate = gate_of(rig)
    token = rig.token()
    for claim, wrong in (("action", {"action": "login"}), ("hostname", {"hostname": "evil.example"})):
        with pytest.raises(TokenMisdirected) as caught:
            gate.verify(token, **wrong)
        assert caught.value.claim == claim
    verified = gate.verify(token, action="signup", hostname=HOST)
    assert verified.allowed and not verified.ghosted and verified.verdict == "human"
    with pytest.raises(TokenReplayed) as replay:
        gate.verify(token, action="signup", hostname=HOST)
    assert replay.value.id == verified.id


def test_a_leased_token_comes_back_to_its_holder_until_it_is_spent(rig: Rig) -> None:
    gate = gate_of(rig)
    token = rig.token()
    gate.verify(token, holder="ann")
    again = gate.verify(token, holder="ann")
    with pytest.raises(TokenReplayed):
        gate.verify(token, holder="bob")
    assert again.commit() is True and again.commit() is False
    with pytest.raises(TokenReplayed):
        gate.verify(token, holder="ann")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", TokenMissing),
        ("x", TokenForged),
        ("a.b.c", TokenForged),
        ("y" * 5000, TokenForged),
        ("\u044f", TokenForged),
    ],
)
def test_no_token_is_none(rig: Rig, text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        gate_of(rig).verify(text)


def test_an_old_token_is_refused_with_its_age(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    token = rig.token()
    now = time.time()
    monkeypatch.setattr("hushgate.tokens.time.time", lambda: now + 400)
    with pytest.raises(TokenExpired) as caught:
        gate_of(rig).verify(token)
    assert caught.value.age > 300
    assert rig.redeem(token)["error-codes"] == ["timeout-or-duplicate"]


class Lost:
    """A state store that is gone. The real ones, killed in mid-flight, are in test_state.py."""

    kind = "lost"

    def __getattr__(self, name: str) -> Any:
        def lost(*_: Any, **__: Any) -> Any:
            raise StateLost("the state store is gone")

        return (lambda: None) if name == "close" else lost


@pytest.mark.parametrize(("policy", "status"), [("judge", 200), ("refuse", 503)])
def test_without_state_the_policy_decides_and_the_verdict_says_so(tmp_path: Path, policy: str, status: int) -> None:
    rig = open_rig(tmp_path, gate={"state_lost": policy})
    object.__setattr__(rig.house, "state", Lost())
    response = rig.visit()
    assert response.status_code == status
    assert rig.client.get("/readyz").status_code == 503
    assert "hushgate_state_lost_total" in rig.counters()
    if status == 200:
        redeemed = rig.redeem(response.get_json()["token"])
        assert redeemed["success"] is True and redeemed["lost"] == ["state", "state"]


def test_forms_sent_at_once_with_one_token_open_one_account(rig: Rig) -> None:
    gate, token = gate_of(rig), rig.token()
    environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "84.128.0.1"}
    request = SimpleNamespace(environ=environ)
    admissions = [gate.admit(request, token=token, action="signup") for _ in range(5)]
    assert all(admission.allowed for admission in admissions)
    assert [admission.commit() for admission in admissions] == [True, False, False, False, False]
    assert gate.admit(request, token=token, action="signup").decision == "challenge"


def test_a_signup_without_a_usable_token_is_decided_by_the_policys_row(rig: Rig) -> None:
    gate = gate_of(rig)
    request = SimpleNamespace(environ={"HTTP_USER_AGENT": "curl/8", "REMOTE_ADDR": "84.128.0.1"})
    person = SimpleNamespace(environ={"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "84.128.0.1"})
    assert gate.admit(request, token="", action="signup").ghosted
    for token, why in (
        ("", "there is no token"),
        ("x", "not a token of this gate"),
        (rig.token(action="login"), "the token's action"),
    ):
        admission = gate.admit(person, token=token, action="signup")
        assert (admission.decision, admission.conversion, admission.verdict) == ("challenge", "suppress", None)
        assert why in admission.reason
        assert admission.commit() is True
    metrics = rig.counters()
    assert 'hushgate_no_data_total{row="missing"} 2.0' in metrics and 'row="misdirected"' in metrics


@pytest.mark.parametrize("seconds", [-30, -1, 0, 1, 250])
def test_clocks_of_two_machines_may_differ(rig: Rig, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    token = rig.token()
    now = time.time()
    monkeypatch.setattr("hushgate.tokens.time.time", lambda: now + seconds)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + seconds)
    assert rig.redeem(token)["success"] is True
