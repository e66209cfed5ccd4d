"""The demo site's pages and the operator's panel: nothing from a browser becomes markup, and what happened behind is shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from demo_shop import FORM, HOSTILE, Demo, FakeGate, ghosts_in
from hushgate import Gate
from hushgate_demo import launch
from hushgate_demo.app import create_app
from hushgate_demo.settings import Settings


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
