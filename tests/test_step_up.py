"""Step-up: who is offered one, and what passing it is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from doors import Says, door_of, word
from hushgate import RemoteGate
from hushgate.errors import StateLost, StepLost, StepRefused
from hushgate.wire import Offer
from step_ups import WORK, Desk, open_gate, solved
from stories import DRIVEN, HOST, SITE, Rig


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


def test_only_a_challenge_is_offered_a_step_up(desk: Desk) -> None:
    ghost = desk.admit(desk.rig.token(DRIVEN))
    assert ghost.ghosted and ghost.step_up == ""
    assert desk.gate.step_up.offer(ghost) == Offer()
    with pytest.raises(StepRefused):
        desk.gate.step_up.answer(ghost.step_up, "")


def test_a_stepped_token_satisfies_a_challenge_and_nothing_stronger(here: Desk) -> None:
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
