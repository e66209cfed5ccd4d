"""A ticket tells nothing and is of use to its own site alone, for ten minutes; a page asks and answers with it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from gates import visitor
from hushgate import Gate
from hushgate.errors import StepRefused
from step_ups import Desk, page, solved
from stories import DRIVEN, HEADERS, SITE


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


def test_a_ticket_of_another_site_is_refused(here: Desk) -> None:
    _, admission = here.challenged()
    site = replace(here.rig.house.config.sites[SITE], key="site-other")
    here.rig.house.config.sites["site-other"] = site
    other = Gate(here.rig.house.config, site="site-other", state=here.rig.house.state, spool=here.rig.house.spool)
    assert other.step_up.offer(admission).problem == "step-refused"


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
    answers = [page(here, "offer", ticket=token) for token in (here.rig.token(), here.rig.token(DRIVEN), "x", "")]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    assert answers[0].get_json()["problem"] == "step-refused"


def test_a_page_cannot_say_where_a_mail_goes(here: Desk) -> None:
    _, admission = here.challenged()
    refused = page(here, "offer", ticket=admission.step_up, email="victim@example.com")
    assert refused.status_code == 400 and refused.get_json()["error"]["field"] == "email"
