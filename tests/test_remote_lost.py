"""A gate elsewhere that is dead, slow, or no gate at all: the policy's row decides, in time, and nobody is told another's answer."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gates import (
    SECRET,
    Manner,
    counted,
    dripping,
    dripping_headers,
    hanging_up,
    held,
    ill_mannered,
    page,
    remote,
    running_gate,
    saying,
    secured,
    served,
    silent,
    took,
    visitor,
    whole_question,
)
from hushgate import Gate, GateLost
from hushgate.breaker import Breaker
from hushgate.keys import new_key
from hushgate.seldom import Seldom
from servers import free_port
from stories import SITE, Rig, open_rig

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
        assert (admission.log["code"], [word.code for word in admission.reasons]) == ("gate-lost", ["gate-lost"])
        assert gate.outcome("0" * 23, "paid") is False
        with pytest.raises(GateLost):
            gate.verify("t")
        assert counted(gate, "gate_lost", why=why) >= 1
        assert counted(gate, "no_data", row="gate_lost") == 1


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
    house = rig.house
    assert Gate(house.config, state=house.state).without("signup", "x").would == "deny"
    rig.house.close()


def test_a_wrong_secret_is_no_outage_in_the_logs_and_by_the_row(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    code = "secret-refused"
    with served(rig.client.application) as url, held(url, SECRET, budget_ms=20_000) as gate:
        for _ in range(5):
            admission = gate.admit(visitor(), token="", action="signup")
            assert admission.allowed and admission.lost == ["gate"]
            assert (admission.log["code"], [word.code for word in admission.reasons]) == (code, [code])
        assert counted(gate, "gate_lost", why=code) == 5 == counted(gate, "no_data", row="gate_lost")
    own, gates = (_lines(caplog, name) for name in ("hushgate.remote.client", "hushgate.web.backends"))
    assert len(own) == 1 and "HUSHGATE_SECRET" in own[0] and "is well, and refuses this backend" in own[0]
    assert len(gates) == 1 and "belongs to no site" in gates[0] and SECRET not in caplog.text


def test_siteverify_and_the_lists_tell_the_gates_log_of_a_wrong_secret_too(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.client.post("/v1/siteverify", data={"secret": SECRET, "response": "x"})
    rig.client.get("/v1/lists", headers={"Authorization": f"Bearer {SECRET}"})
    assert len(_lines(caplog, "hushgate.web.backends")) == 1 and SECRET not in caplog.text


def test_a_wrong_secret_is_told_when_the_site_starts(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    with served(rig.client.application) as url:
        for secret, lines in ((rig.secret, 0), (SECRET, 1)):
            with held(url, secret, budget_ms=20_000) as gate:
                gate.look_around()
                for thread in threading.enumerate():
                    if thread.name == "hushgate-secret":
                        thread.join()
            assert len(_lines(caplog, "hushgate.remote.client")) == lines


def test_a_gate_that_is_silent_at_the_start_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    with ill_mannered(silent) as url, held(url, SECRET, budget_ms=20_000) as gate, took(10):
        gate.look_around()
    assert not [line for line in _lines(caplog, "hushgate.remote.client") if "refuses" in line]


def test_a_secret_and_a_token_of_two_sites_are_named_in_the_gates_log(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    token = rig.token({}, site="test-human")
    with remote(rig) as gate:
        for _ in range(2):
            assert gate.admit(visitor(), token=token, action="signup").decision == "challenge"
    assert rig.redeem(token)["error-codes"] == ["invalid-input-response"]
    (line,) = _lines(caplog, "hushgate.verify")
    assert f"a token of the site test-human was brought to the site {SITE}" in line and rig.secret not in caplog.text
    assert not _lines(caplog, "hushgate.web.backends")


@pytest.mark.parametrize("told", ["site-other", "x\n\x1b[31m", "y" * 500])
def test_a_secret_of_another_site_than_the_backends_own_is_named_in_the_gates_log(
    rig: Rig, caplog: pytest.LogCaptureFixture, told: str
) -> None:
    with served(rig.client.application) as url, held(url, rig.secret, sitekey=told, budget_ms=20_000) as gate:
        for _ in range(2):
            assert gate.admit(visitor(), token=rig.token(), action="signup").allowed, "the secret decides"
    (line,) = _lines(caplog, "hushgate.web.backends")
    assert SITE in line and ascii(told[:64]) in line and line.isprintable() and rig.secret not in caplog.text


def test_a_line_passes_seldom_and_for_so_many_things_at_the_most() -> None:
    now = [100.0]
    seldom = Seldom(60, 2, lambda: now[0])
    assert [seldom.may(about) for about in ("a", "a", "b", "c")] == [True, False, True, False]
    now[0] += 60
    assert [seldom.may(about) for about in ("c", "a", "b")] == [True, True, False]


def _lines(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == name and one.levelname in ("ERROR", "WARNING")]


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


def test_a_kept_connection_that_closes_is_no_lost_gate(rig: Rig) -> None:
    """The gate restarts between two signups, and says so only when it is asked: a question that harms nobody is asked again."""
    first = threading.Event()

    def manner(connection: socket.socket, _: threading.Event) -> None:
        question = whole_question(connection)
        if first.is_set():
            answer = rig.client.post("/v1/admit", data=question).data
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        else:
            first.set()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            whole_question(connection)  # and no answer to it

    with ill_mannered(manner) as place, held(place, rig.secret, budget_ms=20_000) as gate:
        assert gate.admit(visitor(), token="", action="signup").lost == ["gate"]
        assert gate.admit(visitor("curl/8"), token="", action="signup").ghosted


def test_https_is_spoken_and_its_certificate_checked(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with secured(rig.client.application, tmp_path) as (url, certificate):
        with held(url, rig.secret, budget_ms=20_000) as gate:
            assert gate.admit(visitor("curl/8"), token="", action="signup").lost == ["gate"]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with held(url, rig.secret, budget_ms=20_000) as gate:
            assert gate.admit(visitor("curl/8"), token="", action="signup").ghosted
            admission = gate.admit(visitor(), token=rig.token(), action="signup")
            assert admission.allowed and admission.commit() is True and admission.commit() is False


def test_a_handshake_that_never_ends_is_cut_off() -> None:
    with ill_mannered(silent) as url, held(url.replace("http:", "https:"), SECRET, budget_ms=300) as gate, took(10):
        assert gate.admit(visitor(), token="", action="signup").lost == ["gate"]


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake: the system's resolver cannot be made to hang here."""
    over, real = threading.Event(), socket.getaddrinfo

    def hangs(host: str, port: int, **options: Any) -> Any:
        if not options.get("flags"):  # not the question whether it is an address already
            over.wait(30)
        return real(host, port, **options)

    monkeypatch.setattr("socket.getaddrinfo", hangs)
    with held("http://gate.invalid", SECRET, budget_ms=300) as gate, took(10):
        assert gate.admit(visitor(), token="", action="signup").lost == ["gate"]
        assert counted(gate, "gate_lost", why="timeout") == 1
    over.set()
