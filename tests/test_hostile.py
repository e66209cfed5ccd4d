"""Hostile bodies: never a 5xx, never a verdict of human by accident, never over 20 ms of CPU for one body."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushgate.signals import SIGNALS as SHAPES
from stories import HEADERS, SIGNALS, SITE, Rig

CPU_MS = 20
NASTY = [
    '"><script>alert(1)</script>',
    "'; DROP TABLE users; --",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\r\nX-Injected: 1",
    "%n%n%s${jndi:ldap://x}{{7*7}}",
    "\u202e\u0000\u2028",
    "A" * 300,
    "(" * 250,
]
_ACCEPTED = (200, 400, 403, 409, 413, 429)


def timed(rig: Rig, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    started = time.process_time()
    response = rig.post(path, body, headers)
    assert (time.process_time() - started) * 1000 < CPU_MS or _slow_twice(rig, path, body, headers)
    assert response.status_code in _ACCEPTED, response.text
    return response


def _slow_twice(rig: Rig, path: str, body: Any, headers: dict[str, str] | None) -> bool:
    """A garbage collection or a first import may fall into one call; the same cost twice is the body's."""
    started = time.process_time()
    rig.post(path, body, headers)
    return (time.process_time() - started) * 1000 < CPU_MS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"NaN",
        b'{"session": NaN}',
        b"\xff\xfe\x00",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"session": "\\ud800", "payload": "{}", "seal": "x"}',
        b'{"session": "x", "payload": 3, "seal": "x"}',
        b'{"session": "x"}',
        b"{" + b'"k":1,' * 9000 + b'"z":1}',
        json.dumps({"session": "x" * 5000, "payload": "{}", "seal": "x"}).encode(),
    ],
)
@pytest.mark.parametrize("path", ["/v1/session", "/v1/verdict"])
def test_bodies_that_are_none(rig: Rig, path: str, body: bytes) -> None:
    response = timed(rig, path, body)
    assert response.status_code in (400, 403, 413)
    assert response.get_json()["error"]["field"]


PAYLOADS = [
    "",
    "null",
    "[]",
    "{}",
    '{"v": 1}',
    '{"v": 2, "signals": {}}',
    '{"v": 1, "signals": []}',
    '{"v": 1, "signals": {"user_agent": null}}',
    '{"v": 1, "signals": {"user_agent": {"v": NaN}}}',
    '{"v": 1, "signals": {"screen": {"v": {"width": 1e999}}}}',
    '{"v": 1, "signals": {"screen": {"v": {"width": 99999999999999999999999}}}}',
    '{"v": 1, "signals": {"user_agent": {"v": "\\ud800"}}}',
    '{"v": 1, "signals": {"languages": {"v": ' + json.dumps(["x"] * 5000) + "}}}",
    '{"v": 1, "signals": {"worker": ' + '{"v":' * 3000 + "1" + "}" * 3000 + "}}",
    '{"v": 1, "signals": {' + ",".join(f'"s{i}": {{"v": 1}}' for i in range(2000)) + "}}",
    '{"v": 1, "signals": {"user_agent": {"e": {"a": 1}}}}',
    '{"v": 1, "signals": {}, "page": {"open_ms": -1}}',
    '{"v": 1, "signals": {}, "page": 7}',
    '{"v": "1", "signals": {}}',
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_that_are_none(rig: Rig, payload: str) -> None:
    response = timed(rig, "/v1/verdict", rig.seal(rig.open(), payload))
    if response.status_code == 200:
        assert rig.redeem(response.get_json()["token"])["verdict"] != "human"
    else:
        assert response.get_json()["error"]["field"].startswith(("payload", "body"))


def test_a_user_agent_of_8_kb_costs_little_and_is_not_human(rig: Rig) -> None:
    long = "Mozilla/5.0 (" + "Windows NT 10.0; " * 480 + ")"
    response = timed(rig, "/v1/verdict", rig.seal(rig.open(), rig.payload(SIGNALS)), {**HEADERS, "user-agent": long})
    assert rig.redeem(response.get_json()["token"])["verdict"] != "human"
    refused = timed(rig, "/v1/verdict", rig.seal(rig.open(), rig.payload({**SIGNALS, "user_agent": long})))
    assert refused.get_json()["error"]["field"] == "payload.signals.user_agent.v"


@pytest.mark.parametrize("text", NASTY)
def test_nasty_strings_in_every_text(rig: Rig, text: str) -> None:
    for name in ("user_agent", "platform", "vendor", "timezone"):
        timed(rig, "/v1/verdict", rig.seal(rig.open(), rig.payload({**SIGNALS, name: text})))
    nested = {
        "languages": [text[:60]],
        "webgl": {"vendor": text[:250], "renderer": text[:250]},
        "client_hints": {"brands": [{"brand": text[:250], "version": text[:250]}], "platform": text[:250]},
        "automation": {"globals": [text[:120]]},
        "permissions": {"notification": text[:250], "query": text[:250]},
    }
    for name, value in nested.items():
        timed(rig, "/v1/verdict", rig.seal(rig.open(), rig.payload({**SIGNALS, name: value})))
    printable = text.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "").replace("\0", "")
    if printable:
        headers = {**HEADERS, "user-agent": printable, "sec-ch-ua": printable, "accept-language": printable}
        timed(rig, "/v1/verdict", rig.seal(rig.open(), rig.payload(SIGNALS)), headers)


@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("value", [None, 0, -1, 1.5, "", "x", [], {}, [[]], [None], {"": None}, True, 10**400])
def test_any_value_in_any_signal(rig: Rig, name: str, value: Any) -> None:
    timed(rig, "/v1/verdict", rig.seal(rig.open(), rig.payload({**SIGNALS, name: value})))


def test_claiming_that_nothing_could_be_collected_is_not_human(rig: Rig) -> None:
    for reason in ("timeout", "blocked", "unsupported", "csp", "off"):
        payload = json.dumps({"v": 1, "signals": {name: {"e": reason} for name in SHAPES}, "page": {}})
        token = rig.post("/v1/verdict", rig.seal(rig.open(), payload)).get_json()["token"]
        assert rig.redeem(token)["verdict"] != "human"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_SETTINGS
@given(body=JSON | st.binary(max_size=200))
def test_any_body_anywhere(rig: Rig, body: Any) -> None:
    for path in ("/v1/session", "/v1/verdict", "/v1/siteverify"):
        response = rig.post(path, body if isinstance(body, bytes) else json.dumps(body))
        assert response.status_code < 500


@_SETTINGS
@given(signals=st.dictionaries(st.sampled_from(sorted(SHAPES)), JSON, max_size=6))
def test_any_signals(rig: Rig, signals: dict[str, Any]) -> None:
    response = rig.post("/v1/verdict", rig.seal(rig.open(), rig.payload(signals)))
    assert response.status_code in (200, 400, 429)
    if response.status_code == 200:
        assert rig.redeem(response.get_json()["token"])["verdict"] != "human"


def test_another_sites_key_does_not_fit(rig: Rig) -> None:
    envelope = rig.seal(rig.open(site="test-human"), rig.payload({**SIGNALS, "webdriver": True}))
    session = rig.open(site=SITE)
    response = rig.post("/v1/verdict", {**envelope, "session": session["session"]})
    assert response.status_code == 403


@pytest.mark.parametrize("days", [-4000, -2, 2, 4000])
def test_a_wrong_clock_is_no_error(rig: Rig, days: int) -> None:
    payload = rig.payload(SIGNALS, clock=(time.time() + days * 86_400) * 1000)
    token = rig.post("/v1/verdict", rig.seal(rig.open(), payload)).get_json()["token"]
    assert "clock-wrong" in {finding["check"] for finding in rig.redeem(token)["findings"]}


@pytest.mark.parametrize(
    "signals",
    [
        {
            name: SIGNALS[name]
            for name in (
                "user_agent",
                "platform",
                "languages",
                "timezone",
                "screen",
                "hardware",
                "webdriver",
                "engine",
                "automation",
            )
        },
        {**SIGNALS, "user_agent": "", "platform": "", "engine": {}, "screen": {}, "hardware": {}},
        {**SIGNALS, "interaction": {"bound": True, "filled": 3}},
    ],
)
def test_leaving_out_and_answering_with_nothing_is_not_human(rig: Rig, signals: dict[str, Any]) -> None:
    assert rig.redeem(rig.token(signals))["verdict"] != "human"


@pytest.mark.parametrize("body", [b"Content-Disposition: form-data; " + b"a=b;" * 15_000, b"--x\r\n" * 900])
def test_a_multipart_body_costs_little(rig: Rig, body: bytes) -> None:
    started = time.process_time()
    response = rig.client.post("/v1/siteverify", data=b"--x\r\n" + body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 200 and response.get_json()["success"] is False
    assert (time.process_time() - started) * 1000 < CPU_MS
