"""What a new account sets in motion elsewhere. All stand-ins: rows in an outbox, and nothing leaves the machine."""

from __future__ import annotations

import sqlite3

KINDS = ("mail", "slack", "crm")


def fire(db: sqlite3.Connection, account: str, name: str, email: str, link: str) -> None:
    """The machinery of a new account: the welcome mail with its link, the team's Slack alert, the CRM event."""
    queue(db, account, "mail", email, f"Welcome to Fernpost, {name}. Your first letter goes out on Friday.", link)
    queue(db, account, "slack", "#signups", f"New signup: {name} ({email})")
    queue(db, account, "crm", "crm", "signup_completed")


def queue(db: sqlite3.Connection, account: str, kind: str, recipient: str, body: str, link: str | None = None) -> None:
    """Puts one thing to send into the outbox."""
    db.execute(
        "INSERT INTO outbox (account, kind, recipient, body, link) VALUES (?, ?, ?, ?, ?)",
        (account, kind, recipient, body, link),
    )
