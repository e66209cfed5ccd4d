"""What there is after a signup: login, profile, the mail's link, another mail. A ghost meets the same.

Each looks for a real account first. Only where there is none is it asked whether this is a ghost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hushgate.ghost import Ghost, Ghosts
from hushgate.ghost.pace import Beat
from hushgate_demo import outcome
from hushgate_demo.accounts import Account, Accounts
from hushgate_demo.forms import PASSWORD_MAX, read_name
from hushgate_demo.hooks import ghost_account

WRONG = "That address and that password do not go together."


@dataclass(frozen=True)
class Members:
    """Accounts and ghosts, as one."""

    ghosts: Ghosts
    accounts: Accounts

    def paced(self, action: str, work: Callable[[Members, Beat], AnyResponse]) -> AnyResponse:
        """Does the work. A ghost hears of it when a real account would; each status has a pace of its own."""
        with self.ghosts.pace(action, first=0) as beat:
            response = work(self, beat)
            beat.action = f"{action} {response.status_code}"
            return response

    def log_in(self, email: str, password: str, beat: Beat) -> Account | None:
        """The account, or the ghost's. One password is checked, whoever asks."""
        account = self.accounts.by_email(email)
        beat.ghost = account is None  # or nobody's: ghosts are asked for in either case
        if account is not None:
            return account if self.accounts.proves(account._asdict(), password) else None
        ghost = self.ghosts.fiction.login(email, lambda fields: self.accounts.proves(fields, password))
        return ghost_account(ghost) if ghost else None

    def now(self, beat: Beat) -> tuple[Account | None, Ghost | None]:
        """Who is logged in: a real account, or a ghost's with the ghost."""
        visitor = self.accounts.read_login(request.cookies.get(outcome.COOKIE, ""))
        if visitor is None:
            return None, None
        account = self.accounts.find(visitor.id)
        if account is not None or not self.ghosts.is_ghost(visitor.id):
            return account, None
        beat.ghost = True
        ghost = self.ghosts.fiction.profile(visitor.id)
        return (ghost_account(ghost), ghost) if ghost else (None, None)

    def profile(self, account: Account, ghost: Ghost | None) -> Response:
        """What the profile says."""
        verified = bool(ghost.fields.get("verified")) if ghost else self.accounts.verified(account.id)
        user = {"id": account.id, "name": account.name, "email": account.email, "created_at": account.created_at}
        return jsonify({"ok": True, "user": {**user, "verified": verified}})


def blueprint(ghosts: Ghosts, accounts: Accounts) -> Blueprint:
    """``/login``, ``/me``, ``/resend``."""
    pages, members = Blueprint("members", __name__), Members(ghosts, accounts)
    pages.add_url_rule("/login", "ask", lambda: render_template("login.html", error=""))
    pages.add_url_rule("/login", "login", lambda: members.paced("login", log_in), methods=["POST"])
    pages.add_url_rule("/me", "profile", lambda: members.paced("me", profile))
    pages.add_url_rule("/me", "edit", lambda: members.paced("rename", edit), methods=["POST"])
    pages.add_url_rule("/resend", "resend", lambda: members.paced("resend", resend), methods=["POST"])
    return pages


def log_in(members: Members, beat: Beat) -> AnyResponse:
    """``POST /login``: the same answer as to a signup, or one sentence that does not say which of the two was wrong."""
    email, password = request.form.get("email", "").strip().lower(), request.form.get("password", "")
    account = members.log_in(email, password[:PASSWORD_MAX], beat)
    if account is not None:
        return outcome.created(account, members.accounts)
    if outcome.wants_json():
        return outcome.say({"ok": False, "errors": {"form": WRONG}}, 401)
    return Response(render_template("login.html", error=WRONG), 401)


def profile(members: Members, beat: Beat) -> AnyResponse:
    """``GET /me``."""
    account, ghost = members.now(beat)
    return members.profile(account, ghost) if account else outcome.say({"ok": False}, 401)


def edit(members: Members, beat: Beat) -> AnyResponse:
    """``POST /me``: another name."""
    account, ghost = members.now(beat)
    if account is None:
        return outcome.say({"ok": False}, 401)
    name, error = read_name(request.form)
    if error:
        return outcome.say({"ok": False, "errors": {"name": error}}, 422)
    if ghost is not None:
        ghost = members.ghosts.fiction.edit(ghost.id, {"name": name}) or ghost
    else:
        members.accounts.rename(account.id, name)
    return members.profile(account._replace(name=name), ghost)


def resend(members: Members, beat: Beat) -> AnyResponse:
    """``POST /resend``: the welcome mail again. To a ghost it is promised, and none is sent."""
    account, ghost = members.now(beat)
    if account is None:
        return outcome.say({"ok": False}, 401)
    if ghost is None:
        members.accounts.mail_again(account)
    return outcome.say({"ok": True}, 202) if outcome.wants_json() else redirect("/welcome", 303)
