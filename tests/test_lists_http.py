"""A backend keeps the entries of its own site over HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest

from doors import Door
from list_entries import block
from stories import SITE, Rig


def bearer(rig: Rig) -> dict[str, str]:
    return {"Authorization": f"Bearer {rig.secret}"}


def test_a_backend_keeps_its_own_entries_over_http(rig: Rig) -> None:
    shared = block(Door(rig), "AS64501")
    question = {"list": "block", "value": "203.0.113.7", "reason": "spam", "by": "support", "until": "7d"}
    added = rig.client.post("/v1/lists", json=question, headers=bearer(rig))
    assert added.status_code == 200, added.text
    [entry] = added.get_json()["entries"]
    assert (entry["site"], entry["by"], entry["kind"]) == (SITE, "support", "address") and entry["until"] > time.time()
    assert rig.client.post("/v1/lists", json={**question, "value": "AS64500", "secret": rig.secret}).status_code == 200
    listed = rig.client.get("/v1/lists", headers=bearer(rig)).get_json()["entries"]
    assert {one["value"] for one in listed} == {"203.0.113.7", "AS64500", "AS64501"}
    removed = rig.client.delete(f"/v1/lists/{entry['id']}", headers=bearer(rig))
    assert removed.get_json()["entries"] == [entry]
    for one in (entry["id"], shared.id, "nothing"):
        assert rig.client.delete(f"/v1/lists/{one}", headers=bearer(rig)).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"list": "block", "value": "203.0.113.0/40"}, 400, "value"),
        ({"list": "grey", "value": "203.0.113.7"}, 400, "list"),
        ({"list": "block"}, 400, "value"),
        ({"list": "block", "value": "203.0.113.7", "until": "never"}, 400, "until"),
        ({"list": "block", "value": "203.0.113.7", "kind": "planet"}, 400, "kind"),
        ({"list": "block", "value": "203.0.113.7", "decision": "allow"}, 400, "decision"),
        ([], 400, "body"),
    ],
)
def test_a_bad_entry_over_http_names_the_field(rig: Rig, body: Any, status: int, field: str) -> None:
    response = rig.client.post("/v1/lists", json=body, headers=bearer(rig))
    assert (response.status_code, response.get_json()["error"]["field"]) == (status, field), response.text


def test_lists_over_http_want_the_sites_secret(rig: Rig) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": rig.secret}):
        assert rig.client.get("/v1/lists", headers=headers).status_code == 401
        assert rig.client.delete("/v1/lists/x", headers=headers).status_code == 401
        question = {"list": "block", "value": "203.0.113.7"}
        assert rig.client.post("/v1/lists", json=question, headers=headers).status_code == 401
