"""The wire: sessions, seals, verdicts, tokens and siteverify, as docs/protocol.md says."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openapi_spec_validator import validate

from hushgate import Gate, TokenExpired, TokenForged, TokenMisdirected, TokenMissing, TokenReplayed
from hushgate.errors import StateLost
from hushgate.keys import new_key
from hushgate.tokens import TOKEN_MAX
from stories import HEADERS, HOST, SIGNALS, SITE, Rig, open_rig


def error(response: Any) -> dict[str, str]:
    answer: dict[str, str] = response.get_json()["error"]
    assert set(answer) == {"code", "message", "field"}
    return answer


def test_a_person_gets_a_token_that_only_the_backend_can_read(rig: Rig) -> None:
    answer = rig.visit().get_json()
    assert set(answer) == {"token", "id", "conversion", "expires_in"}
    assert answer["conversion"] == "count"
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", answer["token"]) and len(answer["token"]) <= TOKEN_MAX
    redeemed = rig.redeem(answer["token"])
    assert redeemed["success"] is True and redeemed["error-codes"] == []
    assert (redeemed["verdict"], redeemed["decision"]) == ("human", "allow")
    assert (redeemed["hostname"], redeemed["action"], redeemed["id"]) == (HOST, "signup", answer["id"])
    assert redeemed["challenge_ts"].endswith("Z")


def test_a_bot_gets_an_answer_of_the_same_shape(rig: Rig) -> None:
    person, bot = rig.visit(), rig.visit({**SIGNALS, "webdriver": True})
    assert person.status_code == bot.status_code == 200
    assert list(person.headers.keys()) == list(bot.headers.keys())
    assert list(person.get_json()) == list(bot.get_json())
    assert len(person.get_json()["token"]) == len(bot.get_json()["token"])
    assert bot.get_json()["conversion"] == "suppress"
    redeemed = rig.redeem(bot.get_json()["token"])
    assert redeemed["success"] is False and redeemed["decision"] == "ghost"
    assert redeemed["findings"][0]["check"] == "webdriver"


def test_a_token_has_one_length_however_much_was_found(rig: Rig) -> None:
    worst = {**SIGNALS, "webdriver": True, "platform": "Linux x86_64", "user_agent": "'\u044f" * 120, "languages": []}
    lengths = {len(rig.token(signals)) for signals in (SIGNALS, worst, {})}
    assert len(lengths) == 1
    assert rig.redeem(rig.token(worst))["findings"]


def test_a_site_may_tell_its_pages_nothing(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, disclosure="none")
    assert set(rig.visit().get_json()) == {"token", "id", "expires_in"}
    rig.house.close()


def test_no_preflight_is_needed_and_the_page_may_read_the_answer(rig: Rig) -> None:
    for response in (rig.visit(), rig.post("/v1/verdict", "{}")):
        assert response.headers["Access-Control-Allow-Origin"] == f"https://{HOST}"
        assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"origin": "https://evil.example"}, "origin-refused"),
        ({"origin": "null", "referer": ""}, "origin-refused"),
        ({}, "origin-refused"),
        ({"origin": f"https://{HOST}.evil.example"}, "origin-refused"),
        ({"origin": f"https://evil.example/{HOST}"}, "origin-refused"),
    ],
)
def test_other_pages_are_refused(tmp_path: Path, headers: dict[str, str], code: str) -> None:
    rig = open_rig(tmp_path, gate={"test_keys": False})
    response = rig.post("/v1/session", {"sitekey": SITE}, headers)
    assert response.status_code == 403 and error(response)["code"] == code
    assert "Access-Control-Allow-Origin" not in response.headers
    rig.house.close()


def test_the_referer_stands_in_for_the_origin(rig: Rig) -> None:
    assert rig.post("/v1/session", {"sitekey": SITE}, {"referer": f"https://{HOST}/signup"}).status_code == 200


def test_an_unknown_site_is_refused(rig: Rig) -> None:
    response = rig.post("/v1/session", {"sitekey": "site-other"})
    assert response.status_code == 403 and error(response) == {
        **error(response),
        "code": "unknown-site",
        "field": "sitekey",
    }


def test_a_session_is_spent_once(rig: Rig) -> None:
    envelope = rig.seal(rig.open(), rig.payload(SIGNALS))
    assert rig.post("/v1/verdict", envelope).status_code == 200
    again = rig.post("/v1/verdict", envelope)
    assert again.status_code == 409 and error(again)["code"] == "session-spent"


def test_a_seal_belongs_to_one_payload_and_one_session(rig: Rig) -> None:
    one, other = rig.open(), rig.open()
    envelope = rig.seal(one, rig.payload(SIGNALS))
    swapped = {**envelope, "session": other["session"]}
    altered = {**envelope, "payload": envelope["payload"].replace("Win32", "MacIntel")}
    for wrong in (swapped, altered, {**envelope, "seal": "AAAA"}):
        response = rig.post("/v1/verdict", wrong)
        assert response.status_code == 403 and error(response)["code"] == "seal-broken"
    assert rig.post("/v1/verdict", envelope).status_code == 200


def test_an_altered_session_is_refused(rig: Rig) -> None:
    session = rig.open()
    session["session"] = "A" + session["session"][1:]
    response = rig.post("/v1/verdict", rig.seal(session, rig.payload(SIGNALS)))
    assert error(response)["code"] == "session-forged"


def test_an_old_session_is_refused_and_its_time_is_carried_over(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    session = rig.open()
    now = time.time()
    monkeypatch.setattr("hushgate.sessions.time.time", lambda: now + 50_000)
    response = rig.post("/v1/verdict", rig.seal(session, rig.payload(SIGNALS)))
    assert error(response)["code"] == "session-expired"
    later = rig.open(after=session["session"])
    first = rig.house.sessions.read(session["session"], expired=True).first
    assert rig.house.sessions.read(later["session"]).first == first


def test_a_session_of_another_gate_is_refused(rig: Rig, tmp_path: Path) -> None:
    other = open_rig(tmp_path / "other")
    response = rig.post("/v1/verdict", other.seal(other.open(), other.payload(SIGNALS)))
    assert error(response)["code"] == "session-forged"
    other.house.close()


def test_time_is_the_servers(rig: Rig) -> None:
    envelope = rig.seal(rig.open(), rig.payload(SIGNALS, open_ms=600_000))
    token = rig.post("/v1/verdict", envelope).get_json()["token"]
    assert "filled-too-fast" in {finding["check"] for finding in rig.redeem(token)["findings"]}


def test_another_user_agent_at_the_verdict_is_found(rig: Rig) -> None:
    other = {**HEADERS, "user-agent": HEADERS["user-agent"].replace("142", "141")}
    token = rig.visit(headers=other).get_json()["token"]
    assert "session-changed-hands" in {finding["check"] for finding in rig.redeem(token)["findings"]}


def test_unknown_signals_are_kept_out_and_counted(rig: Rig) -> None:
    assert rig.visit({**SIGNALS, "colour_of_hair": "red"}).status_code == 200
    assert "hushgate_unknown_signals_total 1.0" in rig.client.get("/metrics").text


@pytest.mark.parametrize(
    ("signals", "field"),
    [
        ({"languages": "de"}, "payload.signals.languages.v"),
        ({"languages": ["de", 3]}, "payload.signals.languages.v[1]"),
        ({"client_hints": {"brands": [{"brand": 3}]}}, "payload.signals.client_hints.v.brands[0].brand"),
        ({"timezone": "x" * 1000}, "payload.signals.timezone.v"),
        ({"interaction": {"moves": -1}}, "payload.signals.interaction.v.moves"),
        ({"screen": {"width": "wide"}}, "payload.signals.screen.v.width"),
        ({"worker": {"user_agent": {}}}, "payload.signals.worker.v.user_agent"),
    ],
)
def test_a_wrong_type_is_refused_with_the_fields_name(rig: Rig, signals: dict[str, Any], field: str) -> None:
    response = rig.visit({**SIGNALS, **signals})
    assert response.status_code == 400
    assert error(response)["code"] == "bad-field" and error(response)["field"] == field


def test_a_large_body_is_refused(rig: Rig) -> None:
    response = rig.post("/v1/verdict", "x" * 70_000)
    assert response.status_code == 413 and error(response)["code"] == "too-large"


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


def gate_of(rig: Rig) -> Gate:
    house = rig.house
    return Gate(house.config, state=house.state, spool=house.spool, atlas=house.atlas, metrics=house.metrics)


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
    assert "hushgate_state_lost_total" in rig.client.get("/metrics").text
    if status == 200:
        redeemed = rig.redeem(response.get_json()["token"])
        assert redeemed["success"] is True and redeemed["lost"] == ["state", "state"]


def test_rate_limits_say_when_to_come_back(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, gate={"session_rate": "3/minute"})
    answers = [rig.post("/v1/session", {"sitekey": SITE}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3].headers["Retry-After"]) <= 120
    assert error(answers[3])["code"] == "too-many-requests"
    rig.house.close()


def test_forwarded_addresses_count_only_from_configured_proxies(tmp_path: Path) -> None:
    for proxies, ip in (([], "127.0.0.1"), (["127.0.0.0/8"], "84.128.0.9")):
        rig = open_rig(tmp_path / str(len(proxies)), gate={"trusted_proxies": proxies})
        rig.visit(headers={**HEADERS, "x-forwarded-for": "6.6.6.6, 84.128.0.9"})
        lines = [
            json.loads(line) for file in (rig.data / "spool").glob("*.jsonl") for line in file.read_text().splitlines()
        ]
        assert [line["ip"] for line in lines] == [ip]
        rig.house.close()


def test_the_gate_describes_itself(rig: Rig) -> None:
    described = rig.client.get("/openapi.json").get_json()
    validate(described)
    routes = {str(rule) for rule in rig.client.application.url_map.iter_rules()}
    assert {path for path in described["paths"] if "." not in path} <= routes


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/rooms", "/v1/integrity.json"]
)
def test_operators_routes_answer(rig: Rig, path: str) -> None:
    assert rig.client.get(path).status_code == 200


def test_errors_are_json_everywhere(rig: Rig) -> None:
    assert error(rig.client.get("/nowhere"))["code"] == "not-found"
    wrong = rig.client.get("/v1/verdict")
    assert wrong.status_code == 405 and error(wrong)["code"] == "method-not-allowed"


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
    metrics = rig.client.get("/metrics").text
    assert 'hushgate_no_data_total{row="missing"} 2.0' in metrics and 'row="misdirected"' in metrics


@pytest.mark.parametrize("seconds", [-30, -1, 0, 1, 250])
def test_clocks_of_two_machines_may_differ(rig: Rig, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    token = rig.token()
    now = time.time()
    monkeypatch.setattr("hushgate.tokens.time.time", lambda: now + seconds)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + seconds)
    assert rig.redeem(token)["success"] is True
