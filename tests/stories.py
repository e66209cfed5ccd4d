"""A person's browser in data, changed as a test wants it, and a gate to tell it to."""

from __future__ import annotations

import copy
import hmac
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hushgate.config import parse
from hushgate.house import House, open_house
from hushgate.judge import Judgement, default_rules, judge_record
from hushgate.keys import b64, hash_secret, new_key, new_secret, unb64
from hushgate.visit import Visit, read_visit
from hushgate.web.app import create_app
from quizzes import answers_to

SITE = "site-test"
METRICS_TOKEN = "metrics-0123456789-abcdefghijklmnop"
HOST = "www.example.com"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
BRANDS = [
    {"brand": "Chromium", "version": "142"},
    {"brand": "Google Chrome", "version": "142"},
    {"brand": "Not_A Brand", "version": "99"},
]
HEADERS = {
    "host": HOST,
    "connection": "keep-alive",
    "sec-ch-ua-platform": '"Windows"',
    "user-agent": CHROME,
    "sec-ch-ua": '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
    "content-type": "text/plain;charset=UTF-8",
    "sec-ch-ua-mobile": "?0",
    "accept": "*/*",
    "origin": f"https://{HOST}",
    "sec-fetch-site": "same-site",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
    "referer": f"https://{HOST}/",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7",
}
_STORY = {
    "user_agent": CHROME,
    "platform": "Win32",
    "languages": ["de-DE", "de", "en-US", "en"],
    "timezone": "Europe/Berlin",
    "hardware": {"concurrency": 8, "memory": 16, "touch_points": 0},
    "webdriver": False,
    "client_hints": {"brands": BRANDS, "mobile": False, "platform": "Windows"},
}
SIGNALS: dict[str, Any] = {
    **_STORY,
    "vendor": "Google Inc.",
    "clock": {"offset": -60, "january": -60, "july": -120},
    "webgl": {
        "vendor": "Google Inc. (Intel)",
        "renderer": "ANGLE (Intel, Intel(R) Iris(R) Xe Graphics (0x0000A7A0) Direct3D11 vs_5_0 ps_5_0, D3D11)",
    },
    "screen": {
        "width": 1920,
        "height": 1080,
        "avail_width": 1920,
        "avail_height": 1032,
        "color_depth": 24,
        "pixel_ratio": 1,
        "outer_width": 1536,
        "outer_height": 1000,
        "inner_width": 1536,
        "inner_height": 880,
        "zoom": 1,
    },
    "plugins": 5,
    "engine": {"eval_length": 33, "error_shape": "v8", "product_sub": "20030107", "pdf_viewer": True, "chrome": True},
    "automation": {"globals": [], "attributes": [], "natives": [], "own_properties": [], "getters": []},
    "permissions": {"notification": "default", "query": "prompt"},
    "iframe": _STORY,
    "worker": _STORY,
    "shared_worker": _STORY,
    "frame": _STORY,
    "interaction": {
        "bound": True,
        "form_ms": 9200.0,
        "filled": 3,
        "moves": 240,
        "raw": 390,
        "coalesced_moves": 240,
        "downs": 3,
        "clicks": 3,
        "mouse": 3,
        "keydowns": 46,
        "keyups": 46,
        "inputs": 42,
        "typed": 42,
        "focuses": 3,
        "rollover": 9,
        "dwell": {"n": 46, "p10": 58.0, "p50": 84.0, "p90": 121.0, "cv": 0.33},
        "flight": {"n": 45, "p10": 21.0, "p50": 96.0, "p90": 260.0, "cv": 0.7},
        "presses": {"n": 3, "centred": 0, "held_p50": 81.0, "held_min": 62.0, "moves_before_min": 11},
    },
}
DRIVEN: dict[str, Any] = {**SIGNALS, "webdriver": True}
"""The same browser, which says that it is driven."""

NETWORK = {"country": "DE", "asn": 3320, "org": "Deutsche Telekom AG", "kind": "access"}


def person(**changes: Any) -> dict[str, Any]:
    """A visit on record of a person with Chrome on Windows in Germany. A change of None takes a signal out."""
    signals = copy.deepcopy(SIGNALS)
    parts: dict[str, Any] = {
        name: changes.pop(name)
        for name in ("headers", "network", "timing", "action", "missing", "opened")
        if name in changes
    }
    for name, value in changes.items():
        if value is None:
            signals.pop(name)
        else:
            signals[name] = {**signals[name], **value} if isinstance(value, dict) and name in signals else value
    headers = {**HEADERS, **parts.pop("headers", {})}
    record: dict[str, Any] = {
        "id": "",
        "site": SITE,
        "action": "signup",
        "ip": "84.128.0.1",
        "network": NETWORK,
        "signals": signals,
    }
    record["headers"] = {name: value for name, value in headers.items() if value is not None}
    return {**record, "timing": {"open_to_verdict_ms": 16000}, **parts}


def judged(record: dict[str, Any]) -> Judgement:
    """Judges a record by the rules that are shipped."""
    visit: Visit = read_visit(json.dumps(record))
    return judge_record(visit, default_rules())


@dataclass
class Rig:
    """A gate's app with a test client, and what a page does with it."""

    house: House
    client: FlaskClient
    secret: str
    data: Path
    quiz: list[str] = field(default_factory=list)
    """The answers to the quiz of the session that was opened last."""

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """Posts a body as the collector does."""
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        sent = {name: value for name, value in (HEADERS if headers is None else headers).items() if name != "host"}
        return self.client.post(path, data=data, headers=sent, **more)

    def open(self, site: str = SITE, action: str = "signup", **more: Any) -> dict[str, Any]:
        """Opens a session."""
        response = self.post("/v1/session", {"sitekey": site, "action": action, **more})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.get_json()
        self.quiz = answers_to(self.house, answer)
        return answer

    def seal(self, session: dict[str, Any], payload: str) -> dict[str, str]:
        """The envelope of a payload."""
        seal = hmac.digest(unb64(session["key"]), f"{session['session']}.{payload}".encode(), "sha256")
        return {"session": session["session"], "payload": payload, "seal": b64(seal)}

    def payload(self, signals: dict[str, Any], **page: Any) -> str:
        """The text of a payload with these signals, and the answers to the quiz of the session that was opened last."""
        told = {"quiz": self.quiz, **signals} if self.quiz else signals
        samples = {name: {"v": value, "ms": 1} for name, value in told.items()}
        claims = {
            "version": "1.0.0",
            "when": "submit",
            "open_ms": 5000,
            "clock": time.time() * 1000,
            "embedding": "top",
        }
        return json.dumps({"v": 1, "signals": samples, "page": {**claims, **page}})

    def visit(
        self, signals: dict[str, Any] = SIGNALS, headers: dict[str, str] | None = None, **session: Any
    ) -> TestResponse:
        """One whole visit: session, seal, verdict."""
        envelope = self.seal(self.open(**session), self.payload(signals))
        return self.post("/v1/verdict", envelope, headers)

    def token(self, signals: dict[str, Any] = SIGNALS, **session: Any) -> str:
        """The token of one visit."""
        response = self.visit(signals, **session)
        assert response.status_code == 200, response.text
        return str(response.get_json()["token"])

    def counters(self) -> str:
        """What Prometheus reads."""
        response = self.client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})
        assert response.status_code == 200
        return response.text

    def redeem(self, token: str, **fields: str) -> dict[str, Any]:
        """What siteverify says of a token."""
        response = self.client.post("/v1/siteverify", data={"secret": self.secret, "response": token, **fields})
        assert response.status_code == 200
        answer: dict[str, Any] = response.get_json()
        return answer


def open_rig(
    data: Path,
    keys: str | None = None,
    gate: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    **site: Any,
) -> Rig:
    """A gate that enforces, with one site, writing under ``data``."""
    secret = new_secret()
    table = {"hostnames": [HOST], "mode": "enforce", "secrets": [hash_secret(secret)], **site}
    many = {"session_rate": "1000000/minute", "verdict_rate": "1000000/minute"}
    document = {"gate": {"data": str(data), "test_keys": True, **many, **(gate or {})}, "sites": {SITE: table}}
    told = {"HUSHGATE_KEYS": keys or new_key(), "HUSHGATE_METRICS_TOKEN": METRICS_TOKEN, **(environ or {})}
    house = open_house(parse(document, told, "test settings"))
    return Rig(house, create_app(house).test_client(), secret, data)
