"""A stand-in for an analytics server. The page mirrors what it pushes to ``dataLayer`` here, to be counted."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, request

from hushgate_demo.store import Store

EVENTS = ("sign_up",)
KEPT = 100_000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def blueprint(store: Store) -> Blueprint:
    """``POST /analytics``: ``{"event": "sign_up", "user_id": ...}``. Like its kind, it answers 204 to everything."""
    pages = Blueprint("analytics", __name__)

    @pages.post("/analytics")
    def collect() -> tuple[str, int]:
        try:
            event: Any = request.get_json(force=True, silent=True)
        except RecursionError:  # silent does not cover a body of nothing but brackets
            event = None
        if isinstance(event, dict) and event.get("event") in EVENTS and _ID.fullmatch(str(event.get("user_id"))):
            count(store, str(event["user_id"]), str(event["event"]))
        return "", 204

    return pages


def count(store: Store, account: str, event: str) -> None:
    """Counts a conversion, once an account."""
    with store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO conversions SELECT ?, ? WHERE (SELECT count(*) FROM conversions) < ?",
            (account, event, KEPT),
        )
