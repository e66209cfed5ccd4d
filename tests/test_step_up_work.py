"""A proof of work is worth one step-up of one visit, and nothing else is worth as much."""

from __future__ import annotations

import base64
import json
from typing import Any

import altcha
import pytest

from hushgate.errors import StepRefused
from hushgate.stepup.work import tries
from step_ups import WORK, Desk, solved
from stories import SIGNALS


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
