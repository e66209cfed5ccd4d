"""Turnstile and hCaptcha, verified by fakes on local servers that speak the documented protocol: the real ones cannot be had here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from captchas import SECRET, SITEKEY, Captcha, captcha
from hushgate.config import parse
from hushgate.errors import SettingsError, StepLost, StepRefused
from hushgate.wire import Offer
from step_ups import Desk, open_gate
from stories import HOST


@pytest.fixture(params=["turnstile", "hcaptcha"])
def service(request: pytest.FixtureRequest) -> Iterator[Captcha]:
    with captcha(request.param) as service:
        yield service


@contextmanager
def opened(data: Path, service: Captcha, ms: int = 20_000, **step_up: Any) -> Iterator[Desk]:
    settings = {f"{service.name}_url": service.url, "step_up_ms": ms}
    table = {"kind": service.name, "sitekey": SITEKEY, **step_up}
    environ = {f"HUSHGATE_{service.name.upper()}_SECRET": SECRET}
    rig, gate = open_gate(data, gate=settings, environ=environ, step_up=table)
    yield Desk(rig, gate)
    rig.house.close()


@pytest.fixture
def here(tmp_path: Path, service: Captcha) -> Iterator[Desk]:
    with opened(tmp_path, service) as here:
        yield here


def offered(here: Desk) -> Offer:
    return here.gate.step_up.offer(here.challenged()[1])


def solve(service: Captcha, offer: Offer, **more: Any) -> str:
    """What the widget gives, on the page that the offer was made to."""
    answer = f"answer-{len(service.solved)}"
    bound = {"action": offer.action, "cdata": offer.cdata} if service.name == "turnstile" else {}
    service.solved[answer] = {"hostname": HOST, **bound, **more}
    return answer


def test_whoever_solves_the_widget_is_let_in(here: Desk, service: Captcha) -> None:
    offer = offered(here)
    assert (offer.kind, offer.sitekey, offer.action) == (service.name, SITEKEY, "signup") and SECRET not in repr(offer)
    new = here.gate.step_up.answer(offer.ticket, solve(service, offer))
    admission = here.admit(new)
    assert admission.allowed and admission.verified and admission.verified.stepped == service.name
    expected = {"secret", "response"} | ({"sitekey"} if service.name == "hcaptcha" else set())
    assert set(service.asked[0]) == expected, "the visitor's address stays here"


def test_an_answer_serves_one_ticket(here: Desk, service: Captcha) -> None:
    first, second = offered(here), offered(here)
    answer = solve(service, first)
    here.gate.step_up.answer(first.ticket, answer)
    for offer in (first, second):
        with pytest.raises(StepRefused):
            here.gate.step_up.answer(offer.ticket, answer)


@pytest.mark.parametrize("answer", ["", "made-up", "a\nb", "\u044f" * 1000])
def test_what_the_widget_did_not_give_is_refused(here: Desk, service: Captcha, answer: str) -> None:
    with pytest.raises(StepRefused):
        here.gate.step_up.answer(offered(here).ticket, answer)


def test_an_answer_from_another_host_is_refused(here: Desk, service: Captcha) -> None:
    offer = offered(here)
    with pytest.raises(StepRefused):
        here.gate.step_up.answer(offer.ticket, solve(service, offer, hostname="evil.example"))


@pytest.mark.parametrize("more", [{"action": "login"}, {"cdata": "another"}, {"cdata": ""}])
def test_a_turnstile_answer_for_something_else_is_refused(tmp_path: Path, more: dict[str, str]) -> None:
    with captcha("turnstile") as service, opened(tmp_path, service) as here:
        offer = offered(here)
        with pytest.raises(StepRefused):
            here.gate.step_up.answer(offer.ticket, solve(service, offer, **more))


@pytest.mark.parametrize(
    "trouble",
    [
        {"error": "internal-error"},
        {"error": "invalid-input-secret"},
        {"rubbish": b"<html>"},
        {"rubbish": b"[[[["},
        {"status": 503, "rubbish": b"{}"},
        {"url": "gone"},
    ],
    ids=str,
)
def test_a_service_that_fails_leaves_the_challenge_and_is_counted(
    tmp_path: Path, service: Captcha, trouble: dict[str, Any]
) -> None:
    if "url" in trouble:
        service.url = "http://127.0.0.1:9/siteverify"
    with opened(tmp_path, service) as here:
        vars(service).update({name: value for name, value in trouble.items() if name != "url"})
        offer = offered(here)
        with pytest.raises(StepLost):
            here.gate.step_up.answer(offer.ticket, solve(service, offer))
        assert here.counted("lost", service.name) == 1
        if "url" not in trouble:
            vars(service).update({"error": "", "rubbish": b"", "status": 200})
            assert here.gate.step_up.answer(offer.ticket, solve(service, offer))


def test_a_service_that_is_slow_is_not_waited_for(tmp_path: Path, service: Captcha) -> None:
    service.hold.clear()
    with opened(tmp_path, service, ms=50) as here:
        offer = offered(here)
        with pytest.raises(StepLost):
            here.gate.step_up.answer(offer.ticket, solve(service, offer))
        service.hold.set()


def test_a_service_that_is_gone_is_left_alone_and_a_site_may_let_them_in(tmp_path: Path, service: Captcha) -> None:
    service.rubbish = b"?"
    with opened(tmp_path, service, lost="allow") as here:
        for _ in range(5):
            offer = offered(here)
            assert here.admit(here.gate.step_up.answer(offer.ticket, solve(service, offer))).lost == ["step-up"]
    assert len(service.asked) == 3


def test_settings_that_lack_something_are_refused() -> None:
    table = {"hostnames": ["a.example"], "step_up": {"kind": "turnstile", "fallback": "hcaptcha"}}
    with pytest.raises(SettingsError) as caught:
        parse({"sites": {"a": table}}, {}, "x.toml")
    problems = [str(problem) for problem in caught.value.problems]
    assert (
        "environment: HUSHGATE_TURNSTILE_SECRET: there is none, and sites.a.step_up asks for turnstile. Set it"
        in problems
    )
    assert any("x.toml: sites.a.step_up.sitekey: there is none" in problem for problem in problems)
    assert any("one sitekey" in problem for problem in problems)
