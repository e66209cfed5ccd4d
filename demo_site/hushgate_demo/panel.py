"""The operator's panel: what happened behind each signup. DEMO ONLY: a real signup page shows this to nobody.

What is said of rows, mails, alerts and conversions is read from where they would be, not from what was decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from hushgate import Admission
from hushgate.errors import GhostUnknown, HushgateError, RestoreBusy
from hushgate.ghost import Ghost, Ghosts
from hushgate.registry import all_checks
from hushgate_demo.accounts import Taken
from hushgate_demo.outcome import Kind, Outcome, status_sent, wants_json
from hushgate_demo.store import Store

NOTE = "Demo only. A real site shows this to its operator, on the console, and to nobody else."
ENTRIES = 20
PAGE = 500
_ENTRY = """
SELECT signups.*,
    EXISTS (SELECT 1 FROM users WHERE users.id = signups.account) AS row,
    (SELECT group_concat(kind) FROM outbox WHERE outbox.account = signups.account) AS sent_kinds,
    (SELECT link FROM outbox WHERE outbox.account = signups.account AND kind = 'confirmation') AS link,
    EXISTS (SELECT 1 FROM conversions WHERE conversions.account = signups.account) AS conversion
FROM signups
"""
_TOTALS = {
    "signups": "SELECT count(*) FROM signups WHERE outcome <> 'taken'",
    "recorded": "SELECT count(*) FROM signups",
    "let_in": "SELECT count(*) FROM users",
    "ghosts": "SELECT count(*) FROM signups WHERE decision = 'ghost' AND outcome = 'created' AND account NOT IN (SELECT id FROM users)",
    "waiting": "SELECT count(*) FROM pending WHERE id NOT IN (SELECT id FROM users)",
    "mail": "SELECT count(*) FROM outbox WHERE kind = 'mail'",
    "slack": "SELECT count(*) FROM outbox WHERE kind = 'slack'",
    "crm": "SELECT count(*) FROM outbox WHERE kind = 'crm'",
    "conversions": "SELECT count(*) FROM conversions",
}


class Panel:
    """Keeps what the operator sees of each signup."""

    def __init__(self, store: Store, ghosts: Ghosts) -> None:
        self.store, self._ghosts = store, ghosts
        self._titles = {check.name: check.title for check in all_checks()}

    def record(self, admission: Admission, outcome: Outcome) -> None:
        """Writes down one signup."""
        account = outcome.account
        values = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            account.id,
            account.name,
            account.email,
            "script" if wants_json() else "form",
            outcome.kind.value,
            status_sent(outcome),
            admission.decision,
            admission.verdict,
            admission.score,
            admission.confidence,
            admission.reason,
            admission.id,
            _json(admission.findings, ("check", "tier", "weight", "saw")),
            _json(admission.skipped, ("check", "why")),
        )
        with self.store.write() as db:
            db.execute("INSERT INTO signups VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            deciding = (account.id, admission.log.get("layer"), admission.log.get("code"))
            db.execute("INSERT OR REPLACE INTO deciding VALUES (?, ?, ?)", deciding)

    def state(self) -> dict[str, Any]:
        """Everything on the panel."""
        rows = self.store.read(f"{_ENTRY} ORDER BY serial DESC LIMIT ?", ENTRIES)
        entries = [_entry(dict(row), self._titles) for row in rows]
        totals = {name: self.store.count(sql) for name, sql in _TOTALS.items()}
        latest = entries[0] if entries else None
        return {"note": NOTE, "latest": latest, "entries": entries, "totals": totals, **self._quarantine()}

    def restore(self, id: str) -> tuple[str, int]:
        """Brings a ghost back; what to say of it, and the HTTP status."""
        try:
            self._ghosts.restore(id)
        except GhostUnknown:
            return "It is not in the quarantine any more.", 404
        except RestoreBusy:
            return "Another one is being restored. Try again in a moment.", 409
        except Taken:
            return "The address has an account by now.", 409
        except HushgateError as error:
            return f"Not restored: {error}.", 503
        return "Restored: the account is open, and the mail is on its way.", 200

    def _quarantine(self) -> dict[str, Any]:
        """The latest ghosts, how many there are in all, and how many of the latest cannot be read."""
        try:
            latest, held = self._ghosts.quarantine.all(ENTRIES), self._ghosts.quarantine.count()
        except HushgateError:
            return {"quarantine": [], "held": 0, "sealed": 0}
        kept = [_kept(ghost) for ghost in latest if isinstance(ghost, Ghost)]
        return {"quarantine": kept, "held": held, "sealed": len(latest) - len(kept)}

    def after(self, serial: int) -> list[dict[str, Any]]:
        """The signups after a serial number, oldest first, a page of them."""
        sql = (
            "SELECT serial, email, outcome, decision, verdict, layer, code, EXISTS (SELECT 1 FROM users WHERE id = account)"
            " AS row FROM signups LEFT JOIN deciding USING (account) WHERE serial > ? ORDER BY serial LIMIT ?"
        )
        rows = self.store.read(sql, serial, PAGE)
        return [dict(row) for row in rows]


def _json(items: Iterable[Any], names: tuple[str, ...]) -> str:
    return json.dumps([{name: getattr(item, name) for name in names} for item in items])


def _entry(row: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    kinds = (row.pop("sent_kinds") or "").split(",")
    effects = {"row": bool(row.pop("row")), "conversion": bool(row.pop("conversion"))}
    effects |= {kind: kind in kinds for kind in ("mail", "slack", "crm", "confirmation")}
    findings = [{**one, "title": titles.get(one["check"], one["check"])} for one in json.loads(row["findings"])]
    restored = row["decision"] == "ghost" and row["outcome"] == Kind.CREATED.value and effects["row"]
    skipped = json.loads(row["skipped"])
    return {**row, "findings": findings, "skipped": skipped, "effects": effects, "restored": restored}


def _kept(ghost: Ghost) -> dict[str, Any]:
    shown = {name: ghost.fields.get(name) for name in ("name", "email")}
    until = ghost.expires.isoformat(timespec="seconds") if ghost.expires else None
    return {"id": ghost.id, "at": ghost.at.isoformat(timespec="seconds"), "until": until, **shown}


def blueprint(panel: Panel) -> Blueprint:
    """``GET /operator.json``, ``GET /operator/log.json`` and ``POST /operator/restore``."""
    pages = Blueprint("operator", __name__)

    @pages.get("/operator.json")
    def state() -> Response:
        return _demo_only(jsonify(panel.state()))

    @pages.get("/operator/log.json")
    def log() -> Response:
        after = request.args.get("after", 0, type=int)
        return _demo_only(jsonify({"note": NOTE, "entries": panel.after(max(0, min(after, 2**62)))}))

    @pages.post("/operator/restore")
    def restore() -> tuple[Response, int]:
        if request.mimetype != "application/json":  # which another site's page cannot send unasked
            return _demo_only(jsonify({"note": NOTE, "said": "Send it as JSON."})), 415
        told = request.get_json(silent=True)
        said, status = panel.restore(str(told.get("id", "")) if isinstance(told, dict) else "")
        return _demo_only(jsonify({"note": NOTE, "said": said})), status

    return pages


def _demo_only(response: Response) -> Response:
    response.headers["X-Demo-Only"] = "true"
    response.headers["Cache-Control"] = "no-store"
    return response
