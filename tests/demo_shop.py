"""The demo site in process, with real ghosts and a gate that decides as it is told."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ghost_house import CHEAP
from hushgate import Admission, Gate
from hushgate.config import parse
from hushgate.ghost import Ghosts, Hooks
from hushgate.house import open_ghosts
from hushgate.keys import new_key
from hushgate.visit import Finding, Skip
from hushgate_demo.app import create_app
from hushgate_demo.hooks import is_real, on_restore
from hushgate_demo.settings import Settings

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
    return open_demo(tmp_path, unique=True)


def open_demo(tmp_path: Path, *, unique: bool) -> Demo:
    gate = FakeGate(ghosts_in(tmp_path))
    settings = Settings(tmp_path, gate_url="http://127.0.0.1:8100", unique=unique, hash=CHEAP)
    app = create_app(cast(Gate, gate), settings)
    return Demo(gate, app.test_client(), tmp_path / "fernpost.sqlite")


def ghosts_in(data: Path) -> Ghosts:
    """The real ghosts of a site, with hooks that find the demo's accounts."""
    site = {"hostnames": ["127.0.0.1"], "mode": "enforce"}
    document = {"gate": {"data": str(data)}, "sites": {"fernpost": site}}
    config = parse(document, {"HUSHGATE_KEYS": new_key()}, "test settings")
    return open_ghosts(config, config.sites["fernpost"], Hooks(on_restore, is_real))
