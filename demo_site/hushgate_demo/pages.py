"""The pages a visitor sees: the signup, the welcome, the confirmation."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from hushgate_demo import analytics, outcome
from hushgate_demo.accounts import Accounts
from hushgate_demo.forms import SignupForm
from hushgate_demo.store import Store


def blueprint(accounts: Accounts, store: Store) -> Blueprint:
    """``/``, ``/welcome``, ``/confirm``."""
    pages, empty = Blueprint("pages", __name__), SignupForm("", "", "")
    pages.add_url_rule("/", "index", lambda: render_template("index.html", form=empty, errors={}))

    @pages.get("/welcome")
    def welcome() -> Response | str:
        visitor = accounts.read_login(request.cookies.get(outcome.COOKIE, ""))
        return render_template("welcome.html", visitor=visitor) if visitor else redirect("/", 303)

    @pages.get("/confirm")
    def ask() -> str:
        return render_template("confirm.html", token=request.args.get("token", ""), failed=False)

    @pages.post("/confirm")
    def confirm() -> Response | tuple[str, int]:
        account = accounts.confirm(request.form.get("token", ""))
        if account is None:
            return render_template("confirm.html", token="", failed=True), 410
        analytics.count(store, account.id, "sign_up")  # the server's own event: there is no page to send it
        return outcome.created(account, accounts)

    return pages
