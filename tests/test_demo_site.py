"""The demo site, as visitors and operator meet it: a person and a ghost hear the same, and only one of them exists."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hushgate import Admission, Gate
from hushgate.config import parse
from hushgate.ghost import Ghosts, Hooks
from hushgate.house import open_ghosts
from hushgate.keys import new_key
from hushgate.visit import Finding, Skip
from hushgate_demo import launch
from hushgate_demo.app import create_app
from hushgate_demo.hooks import is_real, on_restore
from hushgate_demo.settings import Settings

CHEAP = "pbkdf2:sha256:1"
HOSTILE = "<script>alert(1)</script>'\"--"
FORM = {"name": "Jordan Ellis", "email": "jordan.ellis@example.com", "password": "Tr1cky-Pass"}
BOT = Admission(
    decision="ghost",
    conversion="suppress",
    reason="bot, score 99, confidence high",
    id="v1",
    verdict="bot",
    score=99.0,
    confidence="high",
    findings=[Finding("quoted-user-agent", "hard", 100, HOSTILE)],
    skipped=[Skip("worker", "worker was not collected: csp")],
)
PERSON = Admission("allow", "count", "human, score 0, confidence none", "v2", "human", 0.0, "none")


@dataclass
class FakeGate:
    """Decides as it is told, and remembers the tokens that it was shown."""

    ghosts: Ghosts
    admission: Admission = PERSON
    tokens: list[str] = field(default_factory=list)

    def admit(self, request: Any, *, token: str, action: str, email: str) -> Admission:
        assert request.environ and action == "signup" and email
        self.tokens.append(token)
        return self.admission


@dataclass
class Demo:
    gate: FakeGate
    client: FlaskClient
    file: Path

    def sign_up(self, *, script: bool = True, **fields: str) -> TestResponse:
        """One signup from a browser of its own."""
        headers = {"Accept": "application/json"} if script else {}
        client = self.client.application.test_client()
        return client.post("/signup", data={**FORM, **fields}, headers=headers)

    def ghost(self, *, script: bool = True, **fields: str) -> TestResponse:
        self.gate.admission = BOT
        return self.sign_up(script=script, **fields)

    def person(self, *, script: bool = True, **fields: str) -> TestResponse:
        self.gate.admission = PERSON
        return self.sign_up(script=script, **fields)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.file) as db:
            return db.execute(sql).fetchall()

    def effects(self) -> list[str]:
        users = ["row" for _ in self.rows("SELECT 1 FROM users")]
        return users + [kind for (kind,) in self.rows("SELECT kind FROM outbox ORDER BY serial")]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    gate = FakeGate(ghosts_in(tmp_path))
    app = create_app(cast(Gate, gate), Settings(tmp_path, gate_url="http://127.0.0.1:8100", unique=True, hash=CHEAP))
    return Demo(gate, app.test_client(), tmp_path / "fernpost.sqlite")


def ghosts_in(data: Path) -> Ghosts:
    """The real ghosts of a site, with hooks that find the demo's accounts."""
    site = {"hostnames": ["127.0.0.1"], "mode": "enforce"}
    document = {"gate": {"data": str(data)}, "sites": {"fernpost": site}}
    config = parse(document, {"HUSHGATE_KEYS": new_key()}, "test settings")
    return open_ghosts(config, config.sites["fernpost"], Hooks(on_restore, is_real))


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


def test_nothing_from_a_browser_becomes_markup(demo: Demo) -> None:
    page = demo.client.post("/signup", data={**FORM, "name": HOSTILE, "password": ""}).get_data(as_text=True)
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    token = demo.person(name=HOSTILE).get_json()["token"]
    demo.client.set_cookie("fernpost_login", token)
    assert "<script>alert" not in demo.client.get("/welcome").get_data(as_text=True)
    assert "<script>alert" not in demo.client.get(f"/confirm?token={HOSTILE}").get_data(as_text=True)


def test_the_panel_sets_text_and_never_markup() -> None:
    script = (Path(launch.__file__).parent / "static" / "panel.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\.style\b", script)


@pytest.mark.parametrize("path", ["/", "/confirm", "/confirm?token=x"])
def test_the_pages_live_under_a_strict_policy(demo: Demo, path: str) -> None:
    response = demo.client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self' http://127.0.0.1:8100;" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    page = response.get_data(as_text=True)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


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


def test_the_operator_sees_what_happened_behind(demo: Demo) -> None:
    demo.person()
    demo.ghost(email="bot@example.com")
    response = demo.client.get("/operator.json")
    state = response.get_json()
    assert response.headers["X-Demo-Only"] == "true" and "Demo only" in state["note"]
    assert state["latest"]["decision"] == "ghost" and not any(state["latest"]["effects"].values())
    assert state["latest"]["findings"][0]["saw"] == HOSTILE and state["latest"]["skipped"][0]["check"] == "worker"
    effects = state["entries"][1]["effects"]
    assert effects == {
        "row": True,
        "mail": True,
        "slack": True,
        "crm": True,
        "confirmation": False,
        "conversion": False,
    }
    assert state["totals"]["signups"] == 2 and state["totals"]["ghosts"] == state["totals"]["let_in"] == 1
    assert [entry["row"] for entry in demo.client.get("/operator/log.json?after=1").get_json()["entries"]] == [0]


def test_the_panel_can_be_left_out(tmp_path: Path) -> None:
    client = create_app(cast(Gate, FakeGate(ghosts_in(tmp_path))), Settings(tmp_path, operator=False)).test_client()
    assert client.get("/operator.json").status_code == 404
    assert "operator" not in client.get("/").get_data(as_text=True)


def test_a_conversion_is_counted_once(demo: Demo) -> None:
    user = demo.person().get_json()["user"]["id"]
    for body in (f'{{"event": "sign_up", "user_id": "{user}"}}',) * 2 + (
        "[]",
        "{",
        '{"event": "x"}',
        '{"event": []}',
        "null",
    ):
        assert demo.client.post("/analytics", data=body).status_code == 204
    assert demo.rows("SELECT account FROM conversions") == [(user,)]
    assert demo.client.get("/operator.json").get_json()["totals"]["conversions"] == 1


@pytest.mark.parametrize("after", ["-99999999999999999999999", "99999999999999999999999", "x", "-1"])
def test_the_log_takes_any_number(demo: Demo, after: str) -> None:
    assert demo.client.get(f"/operator/log.json?after={after}").status_code == 200


@pytest.mark.parametrize("body", ["[" * 16000, '{"a":' * 3000, "null", ""])
def test_the_analytics_take_any_body(demo: Demo, body: str) -> None:
    assert demo.client.post("/analytics", data=body).status_code == 204
