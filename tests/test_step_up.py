"""Step-up: who is offered one, what a proof of work is worth, and what it is not worth to anybody else."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altcha
import pytest

from doors import Says, door_of, word
from gates import remote, visitor
from hushgate import Admission, Gate, RemoteGate
from hushgate.errors import StateLost, StepLost, StepRefused
from hushgate.stepup.work import tries
from hushgate.wire import Offer
from stories import HEADERS, HOST, SIGNALS, SITE, Rig, open_rig

WORK: dict[str, Any] = {"kind": "proof-of-work", "easiest": 4, "hardest": 8}
GREY: dict[str, Any] = {"policy": {"human": "challenge"}, "layers": {"limits": "off"}}
GHOST = {**SIGNALS, "webdriver": True}


def solved(challenge: dict[str, Any] | None) -> str:
    """What a browser sends: the challenge with its solution."""
    assert challenge is not None
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return altcha.Payload(altcha.Challenge.from_dict(challenge), solution).to_base64()


def open_gate(data: Path, **more: Any) -> tuple[Rig, Gate]:
    """A site that challenges people, and asks for a little work."""
    rig = open_rig(data, **{**GREY, "step_up": WORK, **more})
    gate = Gate(rig.house.config, site=SITE, state=rig.house.state, spool=rig.house.spool)
    object.__setattr__(gate, "house", rig.house)
    return rig, gate


@dataclass
class Desk:
    """A site's backend: it admits, and holds a gate in process or elsewhere."""

    rig: Rig
    gate: Gate

    def admit(self, token: str, **more: Any) -> Admission:
        return self.gate.admit(visitor(), token=token, action="signup", **more)

    def challenged(self, **more: Any) -> tuple[str, Admission]:
        token = self.rig.token()
        admission = self.admit(token, **more)
        assert admission.decision == "challenge"
        return token, admission

    def counted(self, event: str, kind: str = "proof-of-work") -> float:
        labels = {"site": SITE, "kind": kind, "event": event}
        return self.rig.house.metrics.registry.get_sample_value("hushgate_step_up_total", labels) or 0.0


@pytest.fixture(params=["in process", "elsewhere"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    rig, gate = open_gate(tmp_path)
    if request.param == "in process":
        yield Desk(rig, gate)
    else:
        with remote(rig) as elsewhere:
            yield Desk(rig, elsewhere)
    rig.house.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    rig, gate = open_gate(tmp_path)
    yield Desk(rig, gate)
    rig.house.close()


def test_whoever_passes_submits_the_form_again_with_a_new_token(desk: Desk) -> None:
    old, admission = desk.challenged()
    offer = desk.gate.step_up.offer(admission)
    assert (offer.kind, offer.problem, offer.fallback) == ("proof-of-work", "", "") and 0 < offer.expires_in <= 600
    new = desk.gate.step_up.answer(offer.ticket, solved(offer.challenge))
    again = desk.admit(new, hostname=HOST)
    assert again.allowed and again.conversion == "count"
    assert (again.id, again.verdict, again.score) == (admission.id, admission.verdict, admission.score)
    assert "stepped up by proof-of-work" in again.reason
    assert again.commit() and not again.commit()
    assert desk.admit(old).log["code"] == "replayed"
    assert desk.counted("asked") == desk.counted("passed") == 1


def test_the_new_token_says_so_to_siteverify_and_verify(desk: Desk) -> None:
    _, admission = desk.challenged()
    offer = desk.gate.step_up.offer(admission)
    new = desk.gate.step_up.answer(offer.ticket, solved(offer.challenge))
    assert desk.gate.verify(new, holder="me").stepped == "proof-of-work"
    redeemed = desk.rig.redeem(new, idempotency_key="me")
    assert (redeemed["success"], redeemed["stepped"]) == (True, "proof-of-work")
    assert redeemed["verdict"] == admission.verdict


def test_a_solution_serves_once(desk: Desk) -> None:
    _, admission = desk.challenged()
    offer = desk.gate.step_up.offer(admission)
    answer = solved(offer.challenge)
    desk.gate.step_up.answer(offer.ticket, answer)
    with pytest.raises(StepRefused):
        desk.gate.step_up.answer(offer.ticket, answer)
    assert desk.counted("refused") == 1


def test_a_visit_has_one_step_up_however_many_offers_it_got(desk: Desk) -> None:
    token, admission = desk.challenged()
    offers = [desk.gate.step_up.offer(admission), desk.gate.step_up.offer(desk.admit(token))]
    desk.gate.step_up.answer(offers[0].ticket, solved(offers[0].challenge))
    with pytest.raises(StepRefused):
        desk.gate.step_up.answer(offers[1].ticket, solved(offers[1].challenge))


def test_a_solution_of_another_visit_or_of_an_earlier_offer_does_not_serve(desk: Desk) -> None:
    _, mine = desk.challenged()
    _, theirs = desk.challenged()
    first, second = desk.gate.step_up.offer(mine), desk.gate.step_up.offer(mine)
    other = desk.gate.step_up.offer(theirs)
    for answer in (solved(other.challenge), solved(first.challenge)):
        with pytest.raises(StepRefused):
            desk.gate.step_up.answer(second.ticket, answer)


def _easier(challenge: dict[str, Any]) -> str:
    parameters = {**challenge["parameters"], "keyPrefix": "", "cost": 1}
    return solved({**challenge, "parameters": parameters})


def _unsigned(challenge: dict[str, Any]) -> str:
    """A challenge of one's own, for this ticket."""
    data = challenge["parameters"]["data"]
    return solved(altcha.create_challenge("PBKDF2/SHA-256", 1, counter=1, data=data, hmac_secret="mine").to_dict())


ATTACKS: dict[str, Any] = {
    "nothing": lambda _: "",
    "rubbish": lambda _: "\ud800\x00{}",
    "not base64": lambda _: "%%%%",
    "no JSON": lambda _: base64.b64encode(b"[" * 5000).decode(),
    "other types": lambda c: base64.b64encode(
        json.dumps(
            {
                "challenge": {"parameters": {**c["parameters"], "nonce": [], "data": []}, "signature": "x"},
                "solution": {"counter": 1, "derivedKey": "é"},
            }
        ).encode()
    ).decode(),
    "an easier challenge": _easier,
    "a challenge of one's own": _unsigned,
    "a wrong number": lambda c: altcha.Payload(
        altcha.Challenge.from_dict(c), altcha.Solution(1, "00" * 32)
    ).to_base64(),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_but_the_work_is_an_answer(here: Desk, attack: str) -> None:
    _, admission = here.challenged()
    offer = here.gate.step_up.offer(admission)
    with pytest.raises(StepRefused):
        here.gate.step_up.answer(offer.ticket, ATTACKS[attack](offer.challenge))
    assert here.gate.step_up.answer(offer.ticket, solved(offer.challenge))


def test_only_a_challenge_is_offered_a_step_up(desk: Desk) -> None:
    ghost = desk.admit(desk.rig.token(GHOST))
    assert ghost.ghosted and ghost.step_up == ""
    assert desk.gate.step_up.offer(ghost) == Offer()
    with pytest.raises(StepRefused):
        desk.gate.step_up.answer(ghost.step_up, "")


def test_a_stepped_token_satisfies_a_challenge_and_nothing_stronger(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, admission = here.challenged()
    offer = here.gate.step_up.offer(admission)
    new = here.gate.step_up.answer(offer.ticket, solved(offer.challenge))
    early = Says("first", word("first", "challenge"), early=True)
    mail = Says("mail", word("mail", "challenge"))
    door_of(here.rig.house, early, mail)
    assert here.admit(new).allowed
    for decision in ("throttle", "ghost", "deny"):
        mail.says = word("mail", decision)
        assert here.admit(new).decision == decision


def test_whoever_came_without_a_token_may_step_up_too(desk: Desk) -> None:
    admission = desk.admit("")
    assert admission.decision == "challenge" and admission.verdict is None
    offer = desk.gate.step_up.offer(admission)
    again = desk.admit(desk.gate.step_up.answer(offer.ticket, solved(offer.challenge)))
    assert again.allowed and again.conversion == "suppress" and again.verdict == "suspect"


def test_the_work_grows_with_the_score() -> None:
    assert [tries(WORK, score) for score in (-1, 0, 50, 100, 101)] == [4, 4, 6, 8, 8]


def test_the_work_does_not_tell_the_score(here: Desk) -> None:
    """What is sent is of one shape: only the number that solves it differs, and that is not sent."""
    sent = []
    for signals in (SIGNALS, {**SIGNALS, "languages": []}):
        admission = here.admit(here.rig.token(signals))
        challenge = here.gate.step_up.offer(admission).challenge
        assert challenge is not None
        parameters = challenge["parameters"]
        sent.append((sorted(parameters), parameters["cost"], parameters["keyLength"], len(parameters["keyPrefix"])))
    assert sent[0] == sent[1]


def test_tickets_are_of_one_length(here: Desk) -> None:
    _, short = here.challenged()
    _, long = here.challenged(email="a" * 200 + "@example.com")
    assert len(short.step_up) == len(long.step_up) == len(here.gate.step_up.offer(long).ticket) <= 2048


def test_long_names_are_cut_and_break_nothing(here: Desk) -> None:
    admission = here.gate.admit(visitor(), token="", action="signup", hostname="x" * 5000, email="ann@example.com")
    assert here.gate.step_up.offer(admission).kind == "proof-of-work"


def test_a_ticket_is_good_for_ten_minutes(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, admission = here.challenged()
    offer = here.gate.step_up.offer(admission)
    answer, now = solved(offer.challenge), time.time()
    monkeypatch.setattr("hushgate.stepup.ticket.time.time", lambda: now + 601)
    with pytest.raises(StepRefused):
        here.gate.step_up.answer(offer.ticket, answer)
    assert here.gate.step_up.offer(admission).problem == "step-refused"


def page(desk: Desk, path: str, headers: dict[str, str] = HEADERS, **question: Any) -> Any:
    """What a page is told."""
    return desk.rig.post(f"/v1/step-up/{path}", question, headers)


def test_a_page_of_the_site_asks_and_answers_by_itself(here: Desk) -> None:
    _, admission = here.challenged()
    asked = page(here, "offer", ticket=admission.step_up)
    assert asked.headers["Access-Control-Allow-Origin"] == HEADERS["origin"]
    offer = asked.get_json()
    answered = page(here, "answer", ticket=offer["ticket"], answer=solved(offer["challenge"])).get_json()
    assert here.admit(answered["token"]).allowed and set(answered) == {"token", "expires_in"}


def test_a_page_elsewhere_is_refused(here: Desk) -> None:
    _, admission = here.challenged()
    for origin in ("https://evil.example", "null"):
        assert page(here, "offer", {**HEADERS, "origin": origin}, ticket=admission.step_up).status_code == 403


def test_a_token_is_no_ticket_so_that_nobody_learns_what_it_says(here: Desk) -> None:
    answers = [page(here, "offer", ticket=token) for token in (here.rig.token(), here.rig.token(GHOST), "x", "")]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    assert answers[0].get_json()["problem"] == "step-refused"


def test_a_page_cannot_say_where_a_mail_goes(here: Desk) -> None:
    _, admission = here.challenged()
    refused = page(here, "offer", ticket=admission.step_up, email="victim@example.com")
    assert refused.status_code == 400 and refused.get_json()["error"]["field"] == "email"


def test_a_ticket_of_another_site_is_refused(here: Desk, tmp_path: Path) -> None:
    from dataclasses import replace

    _, admission = here.challenged()
    site = replace(here.rig.house.config.sites[SITE], key="site-other")
    here.rig.house.config.sites["site-other"] = site
    other = Gate(here.rig.house.config, site="site-other", state=here.rig.house.state, spool=here.rig.house.spool)
    assert other.step_up.offer(admission).problem == "step-refused"


def lose(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise StateLost("gone")

    monkeypatch.setattr(rig.house.state, "spend", lost)


def test_without_the_state_store_the_challenge_stays(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, admission = here.challenged()
    offer = here.gate.step_up.offer(admission)
    lose(here.rig, monkeypatch)
    with pytest.raises(StepLost, match="try again later"):
        here.gate.step_up.answer(offer.ticket, solved(offer.challenge))
    assert here.counted("lost") == 1


def test_without_the_state_store_a_site_may_let_them_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig, gate = open_gate(tmp_path, step_up={**WORK, "lost": "allow"})
    here = Desk(rig, gate)
    _, admission = here.challenged()
    offer = gate.step_up.offer(admission)
    lose(rig, monkeypatch)
    again = here.admit(gate.step_up.answer(offer.ticket, solved(offer.challenge)))
    assert again.allowed and again.lost == ["step-up"]
    rig.house.close()


def test_a_site_that_offers_none_gives_no_ticket(tmp_path: Path) -> None:
    rig, gate = open_gate(tmp_path, step_up={})
    _, admission = Desk(rig, gate).challenged()
    assert admission.step_up == "" and gate.step_up.offer(admission) == Offer()
    rig.house.close()


def test_a_gate_that_is_gone_is_a_problem_and_no_exception() -> None:
    gate = RemoteGate("http://127.0.0.1:9", "hgs_x", sitekey=SITE, budget_ms=200)
    assert gate.step_up.offer("a ticket").problem == "gate-lost"
    with pytest.raises(StepLost):
        gate.step_up.answer("a ticket", "123456")
    gate.close()
