"""A gate that runs elsewhere: it decides as one in process does; and what is done where it is dead, slow, or no gate at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from doors import gate_of
from gates import held, remote, served, visitor
from hushgate import Gate, RemoteGate, SettingsError, TokenExpired, TokenForged, TokenMisdirected
from hushgate.errors import TokenMissing, TokenReplayed
from step_ups import solved
from stories import HEADERS, HOST, SIGNALS, SITE, Rig


def test_it_decides_as_in_process(rig: Rig) -> None:
    bot = {**SIGNALS, "webdriver": True}
    with remote(rig) as gate:
        for signals in (SIGNALS, bot):
            there = gate.admit(visitor(), token=rig.token(signals), action="signup", hostname=HOST)
            here = gate_of(rig).admit(visitor(), token=rig.token(signals), action="signup", hostname=HOST)
            assert (there.decision, there.conversion, there.verdict) == (here.decision, here.conversion, here.verdict)
            assert {finding.check for finding in there.findings} == {finding.check for finding in here.findings}
            assert there.id and there.confidence == here.confidence
        for token in ("", "x", rig.token(action="login")):
            there, here = (one.admit(visitor(), token=token, action="signup") for one in (gate, gate_of(rig)))
            assert (there.decision, there.reason, there.skipped) == (here.decision, here.reason, here.skipped)
        assert gate.admit(visitor("curl/8"), token="", action="signup").ghosted


def test_forms_sent_at_once_with_one_token_open_one_account(rig: Rig) -> None:
    token = rig.token()
    with remote(rig) as gate, ThreadPoolExecutor(8) as pool:
        admissions = list(pool.map(lambda _: gate.admit(visitor(), token=token, action="signup"), range(8)))
        assert all(admission.allowed for admission in admissions)
        assert sorted(pool.map(lambda admission: admission.commit(), admissions)) == [False] * 7 + [True]
        assert "redeemed before" in gate.admit(visitor(), token=token, action="signup").reason


def test_a_lease_is_one_visitors_and_one_sites(rig: Rig) -> None:
    token = rig.token()
    with remote(rig) as gate:
        assert gate.admit(visitor(), token=token, action="signup").allowed
        assert gate.admit(visitor("other/1"), token=token, action="signup").decision != "allow"
    for lease in ("", "x", "x" * 2000, rig.house.leases.write(rig_held("site-other"))):
        response = rig.client.post("/v1/commit", json={"secret": rig.secret, "lease": lease})
        assert response.status_code == 400 and response.get_json()["error"]["field"] == "lease"


def rig_held(site: str) -> Any:
    from hushgate.leases import Held

    return Held(site, "nonce", "holder")


def test_verify_raises_what_it_raises_in_process(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    with remote(rig) as gate:
        token = rig.token()
        for wrong, claim in (({"action": "login"}, "action"), ({"hostname": "evil.example"}, "hostname")):
            with pytest.raises(TokenMisdirected, match=claim) as misdirected:
                gate.verify(token, **wrong)
            assert misdirected.value.claim == claim
        verified = gate.verify(token, action="signup", hostname=HOST, holder="ann")
        assert verified.allowed and verified.claims.site == SITE and verified.lost == []
        assert gate.verify(token, holder="ann").commit() is True
        assert verified.commit() is False
        with pytest.raises(TokenReplayed) as replayed:
            gate.verify(token)
        assert replayed.value.id == verified.id
        with pytest.raises(TokenMissing):
            gate.verify("")
        with pytest.raises(TokenForged):
            gate.verify("x")
        old = rig.token()
        monkeypatch.setattr("hushgate.tokens.time.time", lambda: 4e9)
        with pytest.raises(TokenExpired) as expired:
            gate.verify(old)
        assert expired.value.age > 300


def test_what_is_sent_is_the_visitors_and_no_secret_of_theirs(rig: Rig) -> None:
    seen: list[dict[str, Any]] = []

    def gate_app(environ: dict[str, Any], start: Any) -> Any:
        import io
        import json

        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        seen.append(json.loads(body))
        return rig.client.application.wsgi_app({**environ, "wsgi.input": io.BytesIO(body)}, start)

    with served(gate_app) as url, held(url, rig.secret, budget_ms=20_000) as gate:
        gate.admit(visitor(HTTP_COOKIE="login=1", HTTP_AUTHORIZATION="Basic x"), token="", action="signup")
    (question,) = seen
    assert question["headers"] == {"user-agent": HEADERS["user-agent"]} and question["remoteip"] == "84.128.0.1"


@pytest.mark.parametrize(
    "hostile",
    [
        {"HTTP_X_LONG": "\xff" * 100_000},
        {f"HTTP_X_{number}": "\xff" * 1024 for number in range(100)},
        {"HTTP_" + "X" * 60_000: "y" * 60_000},
        {"HTTP_X_HALF": "\ud800"},
        {"REMOTE_ADDR": "nobody"},
        {"REMOTE_ADDR": ""},
        {"wsgi.url_scheme": "gopher"},
    ],
)
def test_nobody_can_make_the_gate_refuse_the_question(rig: Rig, hostile: dict[str, str]) -> None:
    """A refusal would count as a lost gate, which lets in: a visitor must not be able to bring it about."""
    with remote(rig) as gate:
        for token in ("", "\ud800", "y" * 1_000_000, "\x01" * 10_000):
            admission = gate.admit(visitor("curl/8", **hostile), token=token, action="signup")
            assert admission.decision != "allow" and admission.lost == []


def test_from_env_asks_elsewhere_where_a_url_is_set(rig: Rig) -> None:
    with served(rig.client.application) as url:
        environ = {"HUSHGATE_URL": url + "/", "HUSHGATE_SECRET": rig.secret, "HUSHGATE_SITE": SITE}
        gate = Gate.from_env(environ)
        assert isinstance(gate, RemoteGate) and gate.sitekey == SITE
        assert gate.admit(visitor("curl/8"), token="", action="signup").ghosted
        gate.close()


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"HUSHGATE_URL": "gate.example.com"}, "HUSHGATE_URL: 'gate.example.com' will not do: expected an address"),
        ({"HUSHGATE_URL": "http://g"}, "HUSHGATE_SECRET: there is none"),
        ({"HUSHGATE_URL": "http://g", "HUSHGATE_SECRET": "geheim"}, "HUSHGATE_SECRET: the value will not do"),
        ({"HUSHGATE_URL": "http://g", "HUSHGATE_BUDGET_MS": "0"}, "HUSHGATE_BUDGET_MS: '0' will not do"),
        ({"HUSHGATE_URL": "http://g", "HUSHGATE_GATE_LOST": "maybe"}, "expected one of allow"),
    ],
)
def test_bad_settings_are_named_and_secrets_not_repeated(environ: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Gate.from_env(environ)
    assert why in str(caught.value) and "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "decision"),
    [("test-human", "allow"), ("test-bot", "ghost"), ("test-throttle", "throttle"), ("test-deny", "deny")],
)
def test_test_keys_force_each_decision(rig: Rig, key: str, decision: str) -> None:
    with served(rig.client.application) as url, held(url, "test-secret", budget_ms=20_000) as gate:
        admission = gate.admit(visitor(), token=rig.token({}, site=key), action="signup")
        assert admission.decision == decision and admission.commit() is True
        assert gate.admit(visitor(), token=rig.token(), action="signup").decision != "allow"


def test_the_key_that_challenges_offers_a_step_up(rig: Rig) -> None:
    with served(rig.client.application) as url, held(url, "test-secret", budget_ms=20_000) as gate:
        admission = gate.admit(visitor(), token=rig.token({}, site="test-challenge"), action="signup")
        offer = gate.step_up.offer(admission)
        assert (admission.decision, offer.kind, offer.problem) == ("challenge", "proof-of-work", "")
        again = gate.step_up.answer(offer.ticket, solved(offer.challenge))
        assert gate.admit(visitor(), token=again, action="signup").allowed


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"secret": ""}, 401, "secret"),
        ({"secret": "x"}, 401, "secret"),
        ({"secret": None}, 400, "secret"),
        ({"action": 1}, 400, "action"),
        ({"action": "sign up!"}, 400, "action"),
        ({"headers": {"a": 1}}, 400, "headers"),
        ({"headers": []}, 400, "headers"),
        ({"remoteip": "nobody"}, 400, "remoteip"),
        ({"scheme": "gopher"}, 400, "scheme"),
        ({"form": {"a": {}}}, 400, "form"),
    ],
)
def test_what_is_wrong_in_a_question_is_named(rig: Rig, changes: dict[str, Any], status: int, field: str) -> None:
    question = {"secret": rig.secret, "response": rig.token(), "action": "signup", **changes}
    response = rig.client.post("/v1/admit", json=question)
    assert response.status_code == status and response.get_json()["error"]["field"] == field


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"secret": "x"'])
@pytest.mark.parametrize("path", ["admit", "verify", "commit", "outcome"])
def test_any_body_is_refused_in_words(rig: Rig, path: str, body: bytes) -> None:
    response = rig.client.post(f"/v1/{path}", data=body, content_type="application/json")
    assert response.status_code == 400 and response.get_json()["error"]["code"] == "bad-field"
