"""A gate that runs elsewhere: it decides as one in process does; and what is done where it is dead, slow, or no gate at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gates import (
    Manner,
    dripping,
    dripping_headers,
    hanging_up,
    held,
    ill_mannered,
    page,
    remote,
    running_gate,
    saying,
    served,
    silent,
    took,
)
from hushgate import Gate, GateLost, RemoteGate, SettingsError, TokenExpired, TokenForged, TokenMisdirected
from hushgate.errors import TokenMissing, TokenReplayed
from hushgate.keys import new_key
from hushgate.remote.breaker import Breaker
from servers import free_port
from stories import HEADERS, HOST, SIGNALS, SITE, Rig, open_rig

SECRET = "hgs_" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


def visitor(agent: str = HEADERS["user-agent"], **environ: Any) -> Any:
    return SimpleNamespace(environ={"HTTP_USER_AGENT": agent, "REMOTE_ADDR": "84.128.0.1", **environ})


def gate_of(rig: Rig) -> Gate:
    house = rig.house
    return Gate(house.config, state=house.state, spool=house.spool, atlas=house.atlas, metrics=house.metrics)


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


BAD: dict[str, tuple[Manner, str]] = {
    "silent": (silent, "timeout"),
    "dripping": (dripping, "timeout"),
    "dripping headers": (dripping_headers, "timeout"),
    "hanging up": (hanging_up, "connection"),
    "no http": (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "connection"),
    "half an answer": (saying(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{"succes'), "timeout"),
    "a page": (page("200 OK", b"<!doctype html><h1>It works", "text/html"), "rubbish"),
    "another shape": (page("200 OK", b'{"ok": true}'), "rubbish"),
    "deep": (page("200 OK", b"[" * 100_000), "rubbish"),
    "endless": (page("200 OK", b" " * 1_000_000), "rubbish"),
    "no utf-8": (page("200 OK", b'{"success": "\xff"}'), "rubbish"),
    "an invented decision": (page("200 OK", b'{"decision": "yes"}'), "rubbish"),
    "a redirect": (page("302 Found", b"{}"), "rubbish"),
    "somebody else's 404": (page("404 Not Found", b"<h1>nginx"), "rubbish"),
    "an error": (page("500 Internal Server Error", b"{}"), "server-error"),
    "overload": (page("503 Service Unavailable", b"<h1>"), "server-error"),
}


@pytest.mark.parametrize(("manner", "why"), BAD.values(), ids=BAD.keys())
def test_a_bad_gate_is_decided_about_by_the_policys_row(manner: Manner, why: str) -> None:
    with ill_mannered(manner) as url, held(url, SECRET, budget_ms=300, gate_lost="challenge") as gate, took(10):
        admission = gate.admit(visitor(), token="t", action="signup")
        assert (admission.decision, admission.conversion, admission.lost) == ("challenge", "suppress", ["gate"])
        assert admission.verdict is None and "no verdict" in admission.reason and admission.commit() is True
        assert gate.outcome("0" * 23, "paid") is False
        with pytest.raises(GateLost):
            gate.verify("t")
        assert counted(gate, "gate_lost", why=why) >= 1
        assert counted(gate, "no_data", row="gate_lost") == 1


def counted(gate: RemoteGate, name: str, **labels: str) -> float:
    return gate.metrics.registry.get_sample_value(f"hushgate_{name}_total", labels) or 0.0


def test_a_dead_gate_lets_in_unless_told_otherwise_and_is_left_alone() -> None:
    with held(f"http://127.0.0.1:{free_port()}", SECRET) as gate:
        assert all(gate.admit(visitor(), token="", action="signup").allowed for _ in range(6))
        assert counted(gate, "gate_lost", why="connection") == 3
        assert counted(gate, "gate_lost", why="resting") == 3
        assert counted(gate, "no_data", row="gate_lost") == 6


def test_a_name_that_nobody_knows_is_a_dead_gate() -> None:
    with held("http://no-such-host.invalid", SECRET, budget_ms=2000) as gate, took(10):
        assert gate.admit(visitor(), token="", action="signup").lost == ["gate"]


def test_the_gates_own_policy_is_remembered_for_when_it_is_lost(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, policy={"gate_lost": "throttle", "login": {"gate_lost": "deny"}})
    with remote(rig) as gate:
        for action in ("signup", "login"):
            gate.admit(visitor(), token="", action=action)
    assert [gate.admit(visitor(), token="", action=action).decision for action in ("signup", "login", "other")] == [
        "throttle",
        "deny",
        "allow",
    ]
    rig.house.close()


def test_a_site_that_observes_lets_in_without_its_gate(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, policy={"gate_lost": "deny"}, mode="observe")
    with remote(rig) as gate:
        gate.admit(visitor(), token="", action="signup")
    assert gate.admit(visitor(), token="", action="signup").allowed
    assert gate_of(rig).without("signup", "x").would == "deny"
    rig.house.close()


def test_a_wrong_secret_is_told_in_the_log_and_by_the_row(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    with served(rig.client.application) as url, held(url, SECRET, budget_ms=20_000) as gate:
        for _ in range(5):
            assert gate.admit(visitor(), token="", action="signup").lost == ["gate"]
        assert counted(gate, "gate_lost", why="refused") == 5
    assert "secret-refused" in caplog.text and SECRET not in caplog.text


def test_a_lost_commit_is_decided_by_the_row_and_never_asked_twice(rig: Rig) -> None:
    for row, expected in (("allow", True), ("deny", False)):
        with remote(rig, gate_lost=row) as gate:
            admission = gate.admit(visitor(), token=rig.token(), action="signup")
        assert admission.allowed and admission.commit() is expected


def test_a_late_answer_is_never_taken_for_the_next_ones(rig: Rig) -> None:
    """The first question runs out of time; its answer comes while the second waits."""
    go = threading.Event()

    def slow_once(environ: dict[str, Any], start: Any) -> Any:
        if not go.is_set():
            go.wait(20)
        return rig.client.application.wsgi_app(environ, start)

    with served(slow_once) as url, held(url, rig.secret, budget_ms=300) as gate:
        token = rig.token()
        assert gate.admit(visitor(), token=token, action="signup").lost == ["gate"]
        go.set()
        gate._client._transport.budget = 20.0
        assert gate.admit(visitor("curl/8"), token="", action="signup").ghosted


def test_connections_are_kept_and_a_gate_that_came_back_is_found(tmp_path: Path) -> None:
    rig, port = open_rig(tmp_path, keys=(keys := new_key())), free_port()
    with held(f"http://127.0.0.1:{port}", rig.secret, budget_ms=20_000) as gate:
        with running_gate(rig, keys, port):
            for _ in range(5):
                assert gate.admit(visitor("curl/8"), token="", action="signup").ghosted
            (kept,) = gate._client._transport._idle
            _in_a_child(lambda: gate._client._transport._take() is None and gate.admit(visitor(), token="", action="x"))
            assert gate._client._transport._idle[0] is kept and not kept.stale
            admission = gate.admit(visitor(), token=rig.token(), action="signup")
        assert gate.admit(visitor(), token="", action="signup").lost == ["gate"]
        with running_gate(rig, keys, port):
            assert admission.allowed and admission.commit() is True and admission.commit() is False
    rig.house.close()


def _in_a_child(work: Callable[[], Any]) -> None:
    """Two processes must not speak on one connection."""
    child = os.fork()
    if child == 0:
        os._exit(0 if work() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_breaker_lets_one_question_through_after_a_rest() -> None:
    now = [100.0]
    breaker = Breaker(3, 5.0, lambda: now[0])
    for _ in range(3):
        assert breaker.ask()
        breaker.failed()
    assert not breaker.ask()
    now[0] += 5
    assert [breaker.ask(), breaker.ask()] == [True, False]
    breaker.failed()
    now[0] += 5
    assert breaker.ask()
    breaker.succeeded()
    assert breaker.ask() and breaker.ask()


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
