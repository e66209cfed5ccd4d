"""What the operator's Prometheus reads, and that nobody else learns anything: not a number, and not that there are any."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushgate.config import parse
from hushgate.errors import SettingsError
from hushgate.house import open_house
from hushgate.keys import new_key
from hushgate.web.app import create_app
from stories import DRIVEN, METRICS_TOKEN, Rig

VARIABLE = "HUSHGATE_METRICS_TOKEN"
SHOWN = {"authorization": f"Bearer {METRICS_TOKEN}"}
_STRANGERS = {
    "nothing": {},
    "no token": {"authorization": "Bearer"},
    "an empty token": {"authorization": "Bearer "},
    "another": {"authorization": f"Bearer {METRICS_TOKEN[:-1]}q"},
    "more": {"authorization": f"Bearer {METRICS_TOKEN}q"},
    "its beginning": {"authorization": f"Bearer {METRICS_TOKEN[:-1]}"},
    "another scheme": {"authorization": f"Basic {METRICS_TOKEN}"},
    "no scheme": {"authorization": METRICS_TOKEN},
    "bytes": {"authorization": "Bearer \xff\xfe"},
    "parameters": {"authorization": "Bearer a*=utf-8''%ff, b=\""},
    "this machine": {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "host": "localhost"},
}


def asked(
    rig: Rig, path: str, headers: dict[str, str], method: str = "GET"
) -> tuple[int, list[tuple[str, str]], bytes]:
    """All that can be seen of an answer."""
    answer = rig.client.open(path, method=method, headers=headers)
    return answer.status_code, sorted(answer.headers), answer.data


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_who_shows_the_token_reads_the_counters(rig: Rig, scheme: str) -> None:
    rig.visit(DRIVEN)
    answer = rig.client.get("/metrics", headers={"authorization": f"{scheme} {METRICS_TOKEN}"})
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    assert 'hushgate_verdicts_total{decision="ghost"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert rig.client.head("/metrics", headers=SHOWN).status_code == 200


@pytest.mark.parametrize("headers", _STRANGERS.values(), ids=_STRANGERS)
def test_to_everybody_else_it_is_a_path_that_does_not_exist(rig: Rig, headers: dict[str, str]) -> None:
    rig.visit(DRIVEN)
    assert asked(rig, "/metrics", headers) == asked(rig, "/nowhere", headers)
    assert asked(rig, "/metrics", headers)[0] == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("form", ["/{}", "/{}/", "http://localhost//{}", "/{}?token=x", "/{}/x"])
def test_no_method_and_no_spelling_tells_that_it_is_there(rig: Rig, method: str, form: str) -> None:
    there, nowhere = (asked(rig, form.format(name), {}, method) for name in ("metrics", "nowhere"))
    assert there[0] in (404, 308)  # two slashes are told to be one, whatever follows
    assert str(there).replace("metrics", "nowhere") == str(nowhere)


def test_without_a_token_set_there_are_none_for_anybody(tmp_path: Path) -> None:
    house = open_house(parse({"gate": {"data": str(tmp_path)}}, {"HUSHGATE_KEYS": new_key()}, "test settings"))
    client = create_app(house).test_client()
    for headers in ({}, SHOWN, {"authorization": "Bearer "}, {"authorization": "Bearer None"}):
        assert client.get("/metrics", headers=headers).status_code == 404
    house.close()


def test_nothing_that_anybody_may_read_changes_with_a_verdict(rig: Rig) -> None:
    rules = rig.client.application.url_map.iter_rules()
    paths = [str(rule) for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments]
    assert {"/", "/healthz", "/readyz", "/openapi.json"} <= set(paths)
    before = [asked(rig, path, {}) for path in (*paths, "/metrics")]
    rig.redeem(rig.token(DRIVEN))
    assert [asked(rig, path, {}) for path in (*paths, "/metrics")] == before


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("", "expected letters"),
        ("geheim", "at least 32"),
        ("geheim" * 8, "repeats itself"),
        (f"{METRICS_TOKEN} geheim", "expected letters"),
        (f"{METRICS_TOKEN}\ngeheim", "expected letters"),
        (f"{METRICS_TOKEN}é-geheim", "expected letters"),
    ],
)
def test_a_weak_token_is_refused_and_not_repeated(token: str, why: str) -> None:
    with pytest.raises(SettingsError, match=f"{VARIABLE}: the value will not do: .*{why}") as caught:
        parse({}, {VARIABLE: token}, "test settings")
    assert "geheim" not in str(caught.value)


def test_the_token_does_not_belong_in_the_settings_file() -> None:
    with pytest.raises(SettingsError, match=f"gate.metrics_token: .*Set {VARIABLE} in the environment"):
        parse({"gate": {"metrics_token": METRICS_TOKEN}}, {}, "test settings")
