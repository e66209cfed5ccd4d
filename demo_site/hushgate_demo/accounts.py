"""Accounts, logins, and the little that is remembered of a ghost."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import uuid
from datetime import UTC, datetime
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.security import generate_password_hash

from hushgate_demo import effects
from hushgate_demo.forms import SignupForm
from hushgate_demo.store import Store

LOGIN_AGE = 14 * 86400
CONFIRM_AGE = 86400


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

    def __init__(self, store: Store, secret: str, *, unique: bool = False) -> None:
        self._store, self._secret, self._unique = store, secret.encode(), unique
        self._logins = URLSafeTimedSerializer(secret, salt="fernpost.login")
        self._confirmations = URLSafeTimedSerializer(secret, salt="fernpost.confirm")

    def draft(self, form: SignupForm) -> Account:
        """A fresh account from a form: id, hashed password, time. Nothing is written."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Account(str(uuid.uuid4()), form.name, form.email, generate_password_hash(form.password), now)

    def taken(self, email: str, *, ghost: bool) -> bool:
        """Whether the address has an account. A ghost also hears so of an address that a ghost has signed up with."""
        if not self._unique:
            return False
        if self._store.read("SELECT 1 FROM users WHERE email = ?", email):
            return True
        return ghost and bool(self._store.read("SELECT 1 FROM ghosts WHERE email = ?", self._hash(email)))

    def open(self, account: Account) -> None:
        """Writes the row and everything that hangs on a new account: mail, Slack, CRM. Raises Taken."""
        with self._store.write() as db:
            if self.taken(account.email, ghost=False):
                raise Taken(account.email)
            db.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?)", account)
            effects.fire(db, account.id, account.name, account.email)

    def remember_ghost(self, email: str) -> None:
        """Keeps a keyed hash of the address. One transaction, as for a person: the pace is the same. Raises Taken."""
        with self._store.write() as db:
            if self.taken(email, ghost=True):
                raise Taken(email)
            db.execute("INSERT INTO ghosts VALUES (?)", (self._hash(email),))

    def ask_to_confirm(self, account: Account) -> None:
        """Keeps the account aside until the link in the mail is opened."""
        link = f"/confirm?token={self._confirmations.dumps(account.id)}"
        with self._store.write() as db:
            db.execute("INSERT INTO pending VALUES (?, ?, ?, ?, ?)", account)
            effects.queue(db, account.id, "confirmation", account.email, "Confirm your address", link)

    def confirm(self, token: str) -> Account | None:
        """Opens the account that a confirmation stands for; None where the link is no good or the address taken."""
        pending = self._read(self._confirmations, token, CONFIRM_AGE)
        rows = self._store.read("SELECT * FROM pending WHERE id = ?", str(pending))
        if not rows:
            return None
        account = Account(*rows[0])
        try:
            self.open(account)
        except Taken:
            return account if self._store.read("SELECT 1 FROM users WHERE id = ?", account.id) else None
        return account

    def login_token(self, account: Account) -> str:
        """What the browser holds to be logged in. The same for a ghost."""
        return str(self._logins.dumps([account.id, account.name, account.email]))

    def read_login(self, token: str) -> Visitor | None:
        """Whom a login token stands for, or None."""
        value = self._read(self._logins, token, LOGIN_AGE)
        return Visitor(*value) if isinstance(value, list) and len(value) == 3 else None

    def _read(self, serializer: URLSafeTimedSerializer, token: str, age: int) -> Any:
        try:
            return serializer.loads(token, max_age=age)
        except BadData:
            return None

    def _hash(self, email: str) -> str:
        return hmac.new(self._secret, b"ghost " + email.encode(), hashlib.sha256).hexdigest()
