"""Clients that tell a person's story without being one: none of them is judged human, and none learns of it.

Each posts through the real gate, with a fresh session and a good seal. What they lack is a browser of their own for that session.
"""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest

from hushgate.signals import SIGNALS as SHAPES
from hushgate.visit import Visit, read_visit
from stories import HEADERS, HOST, MAC, SIGNALS, Rig, judged, person

PEOPLE = Path(__file__).parent / "visits" / "people"
ROOMS = {"iframe", "frame", "worker", "shared_worker"}
TOR = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
WEBVIEW = "Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36"
CHROME_FACTS = {"engine": {"eval_length": 33, "error_shape": "v8", "product_sub": "20030107", "chrome": True}}
DRIVEN = {"mouse": 3, "pressureless": 3, "presses": {"n": 3, "centred": 3, "held_p50": 0.4, "moves_before_min": 0}}
CLAIMS: dict[str, dict[str, Any]] = {
    "resists-fingerprinting": {"user_agent": TOR, "timezone": "UTC", "webgl": None},
    "masks-graphics": {"user_agent": IPAD, "webgl": {"vendor": "Apple Inc.", "renderer": "Apple GPU"}},
    "desktop-site": {"user_agent": IPAD, "platform": "MacIntel", "hardware": {"concurrency": 8, "touch_points": 5}},
    "webview": {"user_agent": WEBVIEW, "platform": "Linux aarch64", "client_hints": None},
    "brave": {"engine": {**CHROME_FACTS["engine"], "features": ["navigator.brave"]}},
}


def verdict(rig: Rig, payload: str, headers: dict[str, str] | None = None, **more: Any) -> str:
    """The verdict on a sealed payload, by a fresh session."""
    response = rig.post("/v1/verdict", rig.seal(rig.open(), payload), headers, **more)
    assert response.status_code == 200, response.text
    return str(rig.redeem(response.get_json()["token"])["verdict"])


def driven(claim: dict[str, Any]) -> dict[str, Any]:
    """A driver's visit with the traits of a privacy class on top."""
    interaction = {**SIGNALS["interaction"], **DRIVEN}
    told = {name: value for name, value in {**SIGNALS, **claim}.items() if value is not None}
    return {**told, "interaction": interaction}


@pytest.mark.parametrize("name", CLAIMS)
def test_claiming_a_privacy_class_buys_nothing(rig: Rig, name: str) -> None:
    claim = CLAIMS[name]
    headers = {**HEADERS, "user-agent": claim.get("user_agent", HEADERS["user-agent"])}
    assert verdict(rig, rig.payload(driven(claim)), headers) != "human"


def test_claiming_them_all_buys_nothing(rig: Rig) -> None:
    claim = {**CLAIMS["brave"], **CLAIMS["desktop-site"], **CLAIMS["masks-graphics"], "timezone": "UTC"}
    assert verdict(rig, rig.payload(driven(claim)), {**HEADERS, "user-agent": IPAD, "sec-gpc": "1"}) != "human"


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_alone_establishes_no_class(name: str) -> None:
    claim = CLAIMS[name]
    result = judged(person(headers={"user-agent": claim.get("user_agent", HEADERS["user-agent"])}, **claim))
    assert [skip for skip in result.skipped if "not fair to" in skip.why] == []


def left_out(rig: Rig, names: set[str], reason: str | None = None) -> str:
    told = json.loads(rig.payload({name: value for name, value in SIGNALS.items() if name not in names}))
    if reason is not None:
        told["signals"].update({name: {"e": reason} for name in names})
    return json.dumps(told)


def test_leaving_out_every_signal_is_not_human(rig: Rig) -> None:
    rig.open()
    assert verdict(rig, json.dumps({"v": 1, "signals": {}, "page": {}})) != "human"


@pytest.mark.parametrize("name", sorted(set(SIGNALS) & set(SHAPES)))
def test_leaving_out_any_signal_is_not_human(rig: Rig, name: str) -> None:
    response = rig.post("/v1/verdict", rig.seal(rig.open(), left_out(rig, {name})))
    assert rig.redeem(response.get_json()["token"])["verdict"] != "human"


FAMILIES = {
    "hands": {"interaction"},
    "driver": {"automation"},
    "rooms": ROOMS,
    "page": {"screen", "permissions", "plugins", "webgl"},
    "identity": {"user_agent", "platform", "vendor", "client_hints", "languages"},
    "engine": {"engine", "hardware", "clock", "timezone"},
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("reason", ["privacy", "not allowed", "", "unsupported"])
def test_excuses_that_no_collector_makes_are_not_human(rig: Rig, family: str, reason: str) -> None:
    response = rig.post("/v1/verdict", rig.seal(rig.open(), left_out(rig, FAMILIES[family], reason)))
    assert rig.redeem(response.get_json()["token"])["verdict"] != "human"


@pytest.mark.parametrize("family", ["hands", "driver", "identity", "engine"])
@pytest.mark.parametrize("reason", ["timeout", "none", "error: TypeError"])
def test_good_excuses_for_what_always_answers_are_not_human(rig: Rig, family: str, reason: str) -> None:
    response = rig.post("/v1/verdict", rig.seal(rig.open(), left_out(rig, FAMILIES[family], reason)))
    assert rig.redeem(response.get_json()["token"])["verdict"] != "human"


def recorded() -> list[Any]:
    return [pytest.param(read_visit(file.read_text()), id=file.stem) for file in sorted(PEOPLE.glob("*.json"))]


def replayed(visit: Visit, signals: dict[str, Any]) -> str:
    """The sealed text as it was recorded, told again to the session that was opened last."""
    told = {name: {"v": value, "ms": 1} for name, value in signals.items()}
    told.update({name: {"e": reason} for name, reason in visit.missing.items()})
    page = {"version": "1.0.0", "when": "submit", "open_ms": visit.timing.page_open_ms, "clock": time.time() * 1000}
    return json.dumps({"v": 1, "signals": told, "page": page})


def headers_of(visit: Visit) -> dict[str, str]:
    drop = {"host", "content-length", "origin", "referer", "content-type"}
    mine = {name: value for name, value in visit.headers.items() if name not in drop}
    return {**mine, "origin": f"https://{HOST}", "content-type": "text/plain;charset=UTF-8"}


@pytest.mark.parametrize("visit", recorded())
@pytest.mark.parametrize("quiz", ["answers of another session", "no answers"])
def test_a_persons_payload_in_another_session_is_not_human(rig: Rig, visit: Visit, quiz: str) -> None:
    signals = dict(visit.signals)
    if quiz == "no answers":
        signals.pop("quiz", None)
    else:
        rig.post("/v1/session", {"sitekey": "site-test"}, headers_of(visit))
        rig.open()
        signals["quiz"] = list(rig.quiz)
    opened = rig.post("/v1/session", {"sitekey": "site-test", "action": "signup"}, headers_of(visit)).get_json()
    response = rig.post("/v1/verdict", rig.seal(opened, replayed(visit, signals)), headers_of(visit))
    assert response.status_code == 200, response.text
    assert rig.redeem(response.get_json()["token"])["verdict"] != "human"


def test_a_persons_payload_from_another_browser_is_not_human(rig: Rig) -> None:
    headers = {**HEADERS, "user-agent": MAC}
    assert verdict(rig, rig.payload(SIGNALS), headers) != "human"


def test_a_persons_payload_by_a_library_without_a_browsers_headers_is_not_human(rig: Rig) -> None:
    headers = {"user-agent": HEADERS["user-agent"], "accept": "*/*", "origin": HEADERS["origin"]}
    assert verdict(rig, rig.payload(SIGNALS), headers) != "human"


def test_a_persons_payload_from_another_address_is_not_human(rig: Rig) -> None:
    """The session's answers are not those of the recording; the address alone is no reason to doubt a person who moves."""
    opened = rig.open()
    payload = rig.payload(SIGNALS)
    rig.open()
    response = rig.post("/v1/verdict", rig.seal(rig.open(), payload), environ_overrides={"REMOTE_ADDR": "203.0.113.77"})
    assert opened and rig.redeem(response.get_json()["token"])["verdict"] != "human"


def test_a_session_that_another_browser_opened_is_told(rig: Rig) -> None:
    opened = rig.post("/v1/session", {"sitekey": "site-test"}, {**HEADERS, "accept-language": "ru-RU,ru"}).get_json()
    response = rig.post("/v1/verdict", rig.seal(opened, rig.payload(SIGNALS)))
    answer = rig.redeem(response.get_json()["token"])
    assert "session-told-otherwise" in {finding["check"] for finding in answer["findings"]}
    assert answer["verdict"] != "human"


def test_a_form_that_is_older_than_its_session_is_told(rig: Rig) -> None:
    old = copy.deepcopy(SIGNALS)
    old["interaction"]["form_ms"] = 60_000.0
    response = rig.post("/v1/verdict", rig.seal(rig.open(), rig.payload(old)))
    answer = rig.redeem(response.get_json()["token"])
    assert "form-older-than-session" in {finding["check"] for finding in answer["findings"]}


def test_the_same_person_in_their_own_session_is_human(rig: Rig) -> None:
    assert rig.redeem(rig.token())["verdict"] == "human"
