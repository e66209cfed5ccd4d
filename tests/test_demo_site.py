"""The demo site, as visitors meet it: a person and a ghost hear the same, and only one of them exists."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from demo_shop import FORM, Demo
from hushgate import Admission


def shape(value: Any) -> Any:
    """A JSON value with every string replaced by its kind."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return (
        re.sub(r"[0-9a-f]", "x", value)
        if isinstance(value, str) and re.fullmatch(r"[0-9a-f-]{36}", value)
        else type(value)
    )


def cookie_shape(response: TestResponse) -> str:
    cookie = response.headers["Set-Cookie"]
    return re.sub(r"=[\w.~-]{40,};", "=token;", re.sub(r"Expires=[^;]+", "Expires=then", cookie))


def test_a_person_and_a_ghost_get_the_same_answer(demo: Demo) -> None:
    person, ghost = demo.person(), demo.ghost(email="other.names1@example.com")
    assert person.status == ghost.status == "200 OK"
    assert [name for name, _ in person.headers] == [name for name, _ in ghost.headers]
    assert shape(person.get_json()) == shape(ghost.get_json())
    assert list(person.get_json()) == list(ghost.get_json())
    assert cookie_shape(person) == cookie_shape(ghost)
    assert len(person.get_json()["token"]) == len(ghost.get_json()["token"])


def test_the_same_holds_for_a_plain_form(demo: Demo) -> None:
    person, ghost = demo.person(script=False), demo.ghost(script=False, email="other@example.com")
    assert (
        (person.status_code, person.headers["Location"])
        == (ghost.status_code, ghost.headers["Location"])
        == (303, "/welcome")
    )
    assert [name for name, _ in person.headers] == [name for name, _ in ghost.headers]


def test_a_ghost_sets_nothing_in_motion(demo: Demo) -> None:
    demo.ghost()
    assert demo.effects() == []
    assert demo.rows("SELECT * FROM conversions") == []
    assert b"jordan" not in (demo.file.parent / "ghosts.sqlite-wal").read_bytes().lower()


def test_a_person_sets_everything_in_motion(demo: Demo) -> None:
    demo.person()
    assert demo.effects() == ["row", "mail", "slack", "crm"]


def test_a_ghost_can_log_in_to_nothing_in_particular(demo: Demo) -> None:
    def welcome(response: TestResponse) -> TestResponse:
        demo.client.set_cookie("fernpost_login", response.get_json()["token"])
        return demo.client.get("/welcome")

    ghost = welcome(demo.ghost())
    person = welcome(demo.person())
    assert ghost.status_code == person.status_code == 200
    assert ghost.get_data(as_text=True) == person.get_data(as_text=True)


def test_a_login_that_is_not_ours_leads_back_to_the_signup(demo: Demo) -> None:
    demo.client.set_cookie("fernpost_login", "made.up.token")
    assert demo.client.get("/welcome").headers["Location"] == "/"


def test_a_second_signup_hears_that_the_address_is_taken(demo: Demo) -> None:
    demo.person()
    demo.ghost(email="bot@example.com")
    person, ghost = demo.person(), demo.ghost(email="bot@example.com")
    assert person.status_code == ghost.status_code == 409
    assert person.get_json() == ghost.get_json()
    assert list(person.get_json()["errors"]) == ["email"]
    assert demo.effects() == ["row", "mail", "slack", "crm"]


def test_a_ghost_takes_no_address_from_a_person(demo: Demo) -> None:
    demo.ghost()
    assert demo.person().status_code == 200
    assert demo.ghost().status_code == 409


def test_a_form_that_is_sent_twice_is_one_signup(demo: Demo) -> None:
    first = demo.person(attempt="0" * 32)
    second = demo.person(attempt="0" * 32)
    assert first.status_code == second.status_code == 200
    assert first.get_json()["user"] == second.get_json()["user"]
    assert demo.effects() == ["row", "mail", "slack", "crm"] and len(demo.gate.tokens) == 1
    assert demo.person(attempt="0" * 32, password="Another-Pass").status_code == 409


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("name", "a\x00b"),
        ("name", "\u202egnp.exe"),
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "a b@example.com"),
        ("email", "<x>@example.com"),
        ("password", "short"),
        ("password", "x" * 129),
    ],
)
def test_a_mistake_is_named_with_its_field(demo: Demo, name: str, value: str) -> None:
    response = demo.client.post("/signup", data={**FORM, name: value}, headers={"Accept": "application/json"})
    assert response.status_code == 422
    assert list(response.get_json()["errors"]) == [name]
    assert demo.gate.tokens == [] and demo.effects() == []


def test_an_empty_post_is_answered(demo: Demo) -> None:
    response = demo.client.post("/signup")
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.get_data(as_text=True)


def test_a_challenge_opens_the_account_once_the_address_is_confirmed(demo: Demo) -> None:
    demo.gate.admission = Admission("challenge", "suppress", "no verdict: the form came without a token")
    response = demo.sign_up()
    assert (response.status_code, response.get_json()) == (202, {"ok": True, "next": "confirm"})
    assert demo.effects() == ["confirmation"]
    ((link,),) = demo.rows("SELECT link FROM outbox")
    token = link.partition("token=")[2]
    assert demo.client.get(link).status_code == 200 and demo.effects() == ["confirmation"]
    assert demo.client.post("/confirm", data={"token": token}).headers["Location"] == "/welcome"
    assert demo.effects() == ["row", "confirmation", "mail", "slack", "crm"]
    assert demo.client.post("/confirm", data={"token": token}).status_code == 303
    assert demo.client.post("/confirm", data={"token": "made-up"}).status_code == 410
    assert len(demo.rows("SELECT 1 FROM users")) == len(demo.rows("SELECT 1 FROM conversions")) == 1


@pytest.mark.parametrize(("decision", "status"), [("throttle", 429), ("deny", 403)])
def test_the_other_decisions_say_what_to_do(demo: Demo, decision: Any, status: int) -> None:
    demo.gate.admission = Admission(decision, "suppress", "because")
    response = demo.sign_up()
    assert response.status_code == status and response.get_json()["errors"]["form"]
    assert demo.effects() == []
