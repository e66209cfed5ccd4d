"""What the tests of hushgate.testing hold against each other: answers of one signup, each with an id and a login of its own."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

import flask

from hushgate.testing import Answer

HEADERS = (
    ("Content-Type", "application/json"),
    ("Content-Length", "200"),
    ("Cache-Control", "no-store"),
    ("Date", "Sat, 13 Jun 2026 10:00:00 GMT"),
)


def signed() -> str:
    return f"{secrets.token_urlsafe(30)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(20)}"


def body(**changes: Any) -> dict[str, Any]:
    user = {"id": str(uuid.uuid4()), "name": "Jo", "plan": "free", "created_at": "2026-06-13T10:00:00+00:00"}
    return {"ok": True, "user": {**user, **changes}}


def answer(
    told: Any = None,
    *,
    status: int = 201,
    headers: tuple[tuple[str, str], ...] = HEADERS,
    cookie: str | None = None,
    **more: Any,
) -> Answer:
    cookie = cookie or f"login={signed()}; Path=/; HttpOnly; SameSite=Lax"
    document = told if isinstance(told, str) else flask.json.dumps(told or body())
    return Answer(status, (*headers, ("Set-Cookie", cookie)), document.encode(), more.get("seconds"))


def several(count: int = 5, **changes: Any) -> list[Answer]:
    return [answer(**changes) for _ in range(count)]
