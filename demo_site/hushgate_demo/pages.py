"""The pages a visitor sees: the signup, the welcome, the confirmation."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from hushgate.ghost import Ghosts
from hushgate_demo import analytics, outcome
from hushgate_demo.accounts import Accounts
from hushgate_demo.forms import SignupForm
from hushgate_demo.store import Store


def blueprint(accounts: Accounts, store: Store, ghosts: Ghosts) -> Blueprint:
    """``/``, ``/welcome``, ``/confirm``, ``/verify``."""
    pages, empty = Blueprint("pages", __name__), SignupForm("", "", "")
    pages.add_url_rule("/", "index", lambda: render_template("index.html", form=empty, errors={}))

    @pages.get("/welcome")
    def welcome() -> Response | str:
        visitor = accounts.read_login(request.cookies.get(outcome.COOKIE, ""))
        return render_template("welcome.html", visitor=visitor) if visitor else redirect("/", 303)

    _confirmed(pages, accounts, store)
    _verified(pages, accounts, ghosts)
    return pages


def _confirmed(pages: Blueprint, accounts: Accounts, store: Store) -> None:
    """An account that was challenged is opened by the link in its mail."""

    @pages.get("/confirm")
    def ask() -> str:
        return _page("confirm", request.args.get("token", ""))

    @pages.post("/confirm")
    def confirm() -> Response | tuple[str, int]:
        account = accounts.confirm(request.form.get("token", ""))
        if account is None:
            return _page("confirm", failed=True), 410
        analytics.count(store, account.id, "sign_up")  # the server's own event: there is no page to send it
        return outcome.created(account, accounts)


def _verified(pages: Blueprint, accounts: Accounts, ghosts: Ghosts) -> None:
    """An address is verified by the link in its mail; a ghost's is too, as far as anybody can tell."""

    @pages.get("/verify")
    def prove() -> str:
        return _page("verify", request.args.get("token", ""))

    @pages.post("/verify")
    def verify() -> Response | tuple[str, int]:
        account = accounts.read_link(request.form.get("token", ""))
        if account is not None and accounts.find(account):
            accounts.verify(account)
        elif account is None or not ghosts.is_ghost(account) or ghosts.fiction.verify_mail(account) is None:
            return _page("verify", failed=True), 410
        return redirect("/welcome", 303)


def _page(action: str, token: str = "", *, failed: bool = False) -> str:
    return render_template("confirm.html", action=action, token=token, failed=failed)
