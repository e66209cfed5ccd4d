"""Reads the signup form and says which field is wrong, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

NAME_MAX = 80
EMAIL_MAX = 254
PASSWORD_MIN = 8
PASSWORD_MAX = 128
_EMAIL = re.compile(r'[^\s@<>",;:()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}')
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ATTEMPT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class SignupForm:
    """One form as it was sent. ``attempt`` is the page's own number, so that sending it twice counts once."""

    name: str
    email: str
    password: str = field(repr=False)
    attempt: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def read_form(fields: Mapping[str, str]) -> SignupForm:
    """Reads the fields; ``errors`` has one sentence for each that will not do. Never raises."""
    name, name_error = read_name(fields)
    email = fields.get("email", "").strip().lower()  # no casefold(): straße.de is not strasse.de
    password = fields.get("password", "")
    attempt = fields.get("attempt", "")
    found = {"name": name_error, "email": _email(email), "password": _password(password)}
    errors = {which: error for which, error in found.items() if error}
    return SignupForm(name, email, password, attempt if _ATTEMPT.fullmatch(attempt) else "", errors)


def read_name(fields: Mapping[str, str]) -> tuple[str, str | None]:
    """A name from a form, and what is wrong with it."""
    name = fields.get("name", "").strip()
    return name, _name(name)


def _name(name: str) -> str | None:
    if not name:
        return "Tell us what to call you."
    if len(name) > NAME_MAX:
        return f"That is longer than {NAME_MAX} characters."
    return "That has characters in it that cannot be shown." if _UNPRINTABLE.search(name) else None


def _email(email: str) -> str | None:
    if not email:
        return "We need an address to send your letters to."
    if len(email) > EMAIL_MAX or _UNPRINTABLE.search(email) or not _EMAIL.fullmatch(email):
        return "That does not look like a mail address. Is it complete?"
    return None


def _password(password: str) -> str | None:
    if len(password) < PASSWORD_MIN:
        return f"Use at least {PASSWORD_MIN} characters."
    return f"Use at most {PASSWORD_MAX} characters." if len(password) > PASSWORD_MAX else None
