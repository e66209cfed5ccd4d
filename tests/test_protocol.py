"""The wire: sessions, seals and verdicts, as docs/protocol.md says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from hushgate.events.spool import read_spool
from hushgate.tokens import TOKEN_MAX
from hushgate.web import metrics
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


@pytest.mark.parametrize("origin", [f"http://127.0.0.1:8000/{chr(7)}", "null", f"https://{'x' * 500}.example"])
def test_a_page_that_is_not_the_sites_is_logged_once_for_the_operator(
    rig: Rig, caplog: pytest.LogCaptureFixture, origin: str
) -> None:
    for _ in range(3):
        rig.post("/v1/session", {"sitekey": SITE}, {"origin": origin})
    rig.post("/v1/session", {"sitekey": SITE}, {})
    (line,) = [record.getMessage() for record in caplog.records if record.name == "hushgate.origins"]
    assert ascii(origin[:100]) in line and line.isascii() and line.isprintable() and len(line) < 400
    assert f"whose hostnames are {HOST}" in line and f"add its hostname to hostnames in [sites.{SITE}]" in line


@pytest.mark.parametrize("key", ["site-tset", f"x{chr(10)}{chr(27)}[31m", "x" * 3000])
def test_a_key_that_no_site_has_is_logged_once_for_the_operator(
    rig: Rig, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    for _ in range(3):
        rig.post("/v1/session", {"sitekey": key})
    lines = [record.getMessage() for record in caplog.records if record.name == "hushgate.origins"]
    if len(key) < 100:
        assert len(lines) == 1 and ascii(key) in lines[0] and ascii(f"https://{HOST}") in lines[0]
    assert all(line.isascii() and line.isprintable() and len(line) < 500 for line in lines)


def test_a_flood_of_keys_that_no_site_has_does_not_fill_the_log(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(30):
        rig.post("/v1/session", {"sitekey": f"site-{number}"})
    assert 1 <= sum(record.name == "hushgate.origins" for record in caplog.records) <= 8


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
    assert "hushgate_unknown_signals_total 1.0" in rig.counters()


def test_keys_whose_stamps_are_out_of_order_are_judged(rig: Rig) -> None:
    """So a person's are who types through fcitx5: each further press of a key carries the time of the first."""
    handed_back = {"n": 32, "p10": -2532.0, "p50": 72.0, "p90": 315.0, "cv": -2.26}
    response = rig.visit({**SIGNALS, "interaction": {**SIGNALS["interaction"], "flight": handed_back}})
    assert response.status_code == 200
    assert rig.redeem(response.get_json()["token"])["verdict"] == "human"


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


@pytest.mark.parametrize(
    "odd",
    [
        {"screen": {**SIGNALS["screen"], "outer_width": 4e9}},
        {"interaction": {**SIGNALS["interaction"], "form_ms": -3.0}},
    ],
)
def test_a_measure_that_is_out_of_range_costs_its_signal_and_not_the_signup(rig: Rig, odd: dict[str, Any]) -> None:
    response = rig.visit({**SIGNALS, **odd})
    assert response.status_code == 200
    assert next(read_spool(rig.data / "spool")).missing[next(iter(odd))] == "unreadable: out of range"
    assert rig.redeem(response.get_json()["token"])["decision"] == "allow"


def test_a_large_body_is_refused(rig: Rig) -> None:
    response = rig.post("/v1/verdict", "x" * 70_000)
    assert response.status_code == 413 and error(response)["code"] == "too-large"


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
    routes = {str(rule).translate({60: "{", 62: "}"}) for rule in rig.client.application.url_map.iter_rules()}
    assert {path for path in described["paths"] if "." not in path} <= routes | {metrics.PATH}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/v1/rooms", "/v1/integrity.json"])
def test_operators_routes_answer(rig: Rig, path: str) -> None:
    assert rig.client.get(path).status_code == 200


def test_errors_are_json_everywhere(rig: Rig) -> None:
    assert error(rig.client.get("/nowhere"))["code"] == "not-found"
    wrong = rig.client.get("/v1/verdict")
    assert wrong.status_code == 405 and error(wrong)["code"] == "method-not-allowed"
    assert error(rig.client.get("/nowhere"))["message"] == "there is nothing at this path"
    assert "method" in error(wrong)["message"]


def test_who_opens_the_gate_in_a_browser_reads_what_it_is(rig: Rig) -> None:
    answer = rig.client.get("/")
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    assert "Hushgate" in answer.text and "/healthz" in answer.text and "/openapi.json" in answer.text
    assert answer.headers["content-security-policy"] == "default-src 'none'"


def test_the_frame_may_run_the_script_that_stands_in_it_and_no_other(rig: Rig) -> None:
    answer = rig.client.get("/v1/rooms")
    inline = answer.data.split(b"<script>")[1].split(b"</script>")[0]
    digest = base64.b64encode(hashlib.sha256(inline).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy == f"default-src 'none'; script-src 'sha256-{digest}'; worker-src blob:"
    policy = rig.client.get("/v1/stepup").headers["content-security-policy"]
    assert policy == "default-src 'none'; script-src 'self'; worker-src 'self'"


def test_a_frame_that_a_browser_has_kept_finds_its_script_under_its_name_of_before(rig: Rig) -> None:
    assert rig.client.get("/v1/room.js").data == rig.client.get("/v1/rooms.js").data
