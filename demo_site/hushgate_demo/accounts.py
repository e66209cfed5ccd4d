"""Accounts and logins."""

from __future__ import annotations

import secrets
import sqlite3
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.security import check_password_hash, generate_password_hash

from hushgate_demo import effects
from hushgate_demo.forms import SignupForm
from hushgate_demo.store import Store

LOGIN_AGE = 14 * 86400
MAIL_AGE = 86400


Taken = sqlite3.IntegrityError
"""The same address, a moment earlier."""


class Account(NamedTuple):
    """An account, whether or not a row is written for it. ``password`` is the hash."""

    id: str
    name: str
    email: str
    password: str
    created_at: str


class Visitor(NamedTuple):
    """Whom a login token stands for."""

    id: str
    name: str
    email: str


class Accounts:
    """Opens accounts. A ghost's account is drafted by the same code as a person's, and never written."""

    def __init__(self, store: Store, secret: str, *, unique: bool = False, hash: str = "scrypt") -> None:
        self._store, self._unique, self._hash = store, unique, hash
        self._logins = URLSafeTimedSerializer(secret, salt="fernpost.login")
        self._mails = URLSafeTimedSerializer(secret, salt="fernpost.confirm")
        self._nobody = generate_password_hash(secrets.token_hex(), hash)

    @property
    def unique(self) -> bool:
        """Whether an address may have one account only."""
        return self._unique

    def draft(self, form: SignupForm) -> Account:
        """A fresh account from a form: id, hashed password, time. Nothing is written."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Account(str(uuid.uuid4()), form.name, form.email, generate_password_hash(form.password, self._hash), now)

    def taken(self, email: str) -> bool:
        """Whether the address has an account, where that matters."""
        return self._unique and bool(self._store.read("SELECT 1 FROM users WHERE email = ?", email))

    def open(self, account: Account) -> None:
        """Writes the row and everything that hangs on a new account: mail, Slack, CRM. Raises Taken.

        An account that is there already stays as it is: the id is the key of the row, and makes this safe to repeat.
        """
        with self._store.write() as db:
            if db.execute("SELECT 1 FROM users WHERE id = ?", (account.id,)).fetchone():
                return
            if self.taken(account.email):
                raise Taken(f"{account.email} has an account")
            db.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?)", account)
            effects.fire(db, account.id, account.name, account.email, self._link("verify", account))

    def find(self, id: str) -> Account | None:
        """The account with this id."""
        rows = self._store.read("SELECT * FROM users WHERE id = ?", id)
        return Account(*rows[0]) if rows else None

    def by_email(self, email: str) -> Account | None:
        """The latest account with this address."""
        rows = self._store.read(
            "SELECT * FROM users WHERE email = ? ORDER BY created_at DESC, rowid DESC LIMIT 1", email
        )
        return Account(*rows[0]) if rows else None

    def proves(self, fields: Mapping[str, Any], password: str) -> bool:
        """Whether a password fits the hash in an account's fields. Takes as long where there is none."""
        known = str(fields.get("password") or "")
        return check_password_hash(known or self._nobody, password) and bool(known)

    def ask_to_confirm(self, account: Account) -> None:
        """Keeps the account aside until the link in the mail is opened."""
        with self._store.write() as db:
            db.execute("INSERT INTO pending VALUES (?, ?, ?, ?, ?)", account)
            link = self._link("confirm", account)
            effects.queue(db, account.id, "confirmation", account.email, "Confirm your address", link)

    def confirm(self, token: str) -> Account | None:
        """Opens the account that a confirmation stands for; None where the link is no good or the address taken."""
        rows = self._store.read("SELECT * FROM pending WHERE id = ?", str(self.read_link(token)))
        if not rows:
            return None
        account = Account(*rows[0])
        try:
            self.open(account)
        except Taken:
            return None
        return account

    def verify(self, id: str) -> None:
        """Notes that the address is proven."""
        with self._store.write() as db:
            db.execute("INSERT OR IGNORE INTO verified VALUES (?)", (id,))

    def verified(self, id: str) -> bool:
        """Whether the address is proven."""
        return bool(self._store.read("SELECT 1 FROM verified WHERE account = ?", id))

    def rename(self, id: str, name: str) -> None:
        """Another name for an account."""
        with self._store.write() as db:
            db.execute("UPDATE users SET name = ? WHERE id = ?", (name, id))

    def mail_again(self, account: Account) -> None:
        """Another mail with the link that proves the address."""
        with self._store.write() as db:
            link = self._link("verify", account)
            effects.queue(db, account.id, "again", account.email, "Is this your address?", link)

    def read_link(self, token: str) -> str | None:
        """The id that a mail's link stands for."""
        account = self._read(self._mails, token, MAIL_AGE)
        return account if isinstance(account, str) else None

    def login_token(self, account: Account) -> str:
        """What the browser holds to be logged in. The same for a ghost."""
        return str(self._logins.dumps([account.id, account.name, account.email]))

    def read_login(self, token: str) -> Visitor | None:
        """Whom a login token stands for, or None."""
        value = self._read(self._logins, token, LOGIN_AGE)
        return Visitor(*value) if isinstance(value, list) and len(value) == 3 else None

    def _link(self, page: str, account: Account) -> str:
        return f"/{page}?token={self._mails.dumps(account.id)}"

    def _read(self, serializer: URLSafeTimedSerializer, token: str, age: int) -> Any:
        try:
            return serializer.loads(token, max_age=age)
        except BadData:
            return None
