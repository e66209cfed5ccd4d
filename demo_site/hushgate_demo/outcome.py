"""What came of a signup, and how the browser hears of it. A ghost's answer is made here too, by the same lines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Response as FlaskResponse
from flask import jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from hushgate_demo.accounts import LOGIN_AGE, Account, Accounts
from hushgate_demo.forms import SignupForm

COOKIE = "fernpost_login"


class Kind(Enum):
    """The ways in which a signup ends."""

    CREATED = "created"
    TAKEN = "taken"
    CONFIRM = "confirm"
    LATER = "later"
    REFUSED = "refused"


STATUS = {Kind.CREATED: 200, Kind.TAKEN: 409, Kind.CONFIRM: 202, Kind.LATER: 429, Kind.REFUSED: 403}
LEADS_ON = 303
WORDS = {
    Kind.TAKEN: {"email": "That address is taken. Did you sign up before?"},
    Kind.LATER: {"form": "That was one signup too many in a short time. Please try again in ten minutes."},
    Kind.REFUSED: {"form": "We could not open an account from here. Write to hello@fernpost.example and we will."},
}


@dataclass(frozen=True)
class Outcome:
    """What came of a signup."""

    kind: Kind
    account: Account

    @property
    def done(self) -> bool:
        """Whether there is nothing for the visitor to mend."""
        return self.kind in (Kind.CREATED, Kind.CONFIRM)

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return STATUS[self.kind]


def wants_json() -> bool:
    """Whether site.js asks, or a plain form."""
    return "application/json" in request.headers.get("Accept", "")


def status_sent(outcome: Outcome) -> int:
    """The HTTP status that this request is answered with: a plain form that is done leads on to another page."""
    return outcome.status if wants_json() or not outcome.done else LEADS_ON


def answer(outcome: Outcome, form: SignupForm, accounts: Accounts) -> Response:
    """The answer to a signup."""
    if not outcome.done:
        response = mistakes(form, WORDS[outcome.kind], outcome.status)
        if outcome.kind is Kind.LATER:
            response.headers["Retry-After"] = "600"
        return response
    if outcome.kind is Kind.CONFIRM:
        return say({"ok": True, "next": "confirm"}, outcome.status) if wants_json() else redirect("/confirm", LEADS_ON)
    return created(outcome.account, accounts)


def created(account: Account, accounts: Accounts) -> Response:
    """Logged in: the token, and the cookie that holds it."""
    token = accounts.login_token(account)
    user = {"id": account.id, "name": account.name, "email": account.email, "created_at": account.created_at}
    response = say({"ok": True, "user": user, "token": token}, 200) if wants_json() else redirect("/welcome", LEADS_ON)
    response.set_cookie(COOKIE, token, max_age=LOGIN_AGE, httponly=True, samesite="Lax")
    return response


def mistakes(form: SignupForm, errors: dict[str, str], status: int) -> Response:
    """The form again, with a sentence at each field that is wrong."""
    if wants_json():
        return say({"ok": False, "errors": errors}, status)
    return FlaskResponse(render_template("index.html", form=form, errors=errors), status)


def say(body: dict[str, Any], status: int) -> Response:
    """JSON with a status."""
    response = jsonify(body)
    response.status_code = status
    return response
