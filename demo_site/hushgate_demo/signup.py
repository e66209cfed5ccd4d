"""The integration: the signup endpoint, with the gate in it.

A signup had its form read, its account drafted and its row written before there was a gate. What the gate adds is
between the two marks, and the script tag in templates/index.html.
"""

from __future__ import annotations

import sqlite3

from flask import Blueprint, request
from hushgate import Admission, Gate
from werkzeug.wrappers import Response

from hushgate_demo.accounts import Account, Accounts
from hushgate_demo.attempts import Attempts
from hushgate_demo.forms import SignupForm, read_form
from hushgate_demo.outcome import Kind, Outcome, answer, mistakes
from hushgate_demo.panel import Panel


def blueprint(gate: Gate, accounts: Accounts, panel: Panel) -> Blueprint:
    """``POST /signup``."""
    pages, attempts = Blueprint("signup", __name__), Attempts()

    @pages.post("/signup")
    def signup() -> Response:
        form = read_form(request.form)
        if form.errors:
            return mistakes(form, form.errors, 422)
        return answer(attempts.once(form, lambda: place(form)), form, accounts)

    # ---- Hushgate, from here ---------------------------------------------------------------------------------------
    def place(form: SignupForm) -> Outcome:
        admission = gate.admit(request, token=request.form.get("hushgate-token", ""), action="signup")
        account = accounts.draft(form)
        outcome = Outcome(act(admission, account), account)
        if outcome.done:
            admission.commit()
        panel.record(admission, outcome)
        return outcome

    def act(admission: Admission, account: Account) -> Kind:
        if admission.decision == "deny":
            return Kind.REFUSED
        if admission.decision == "throttle":
            return Kind.LATER
        if accounts.taken(account.email, ghost=admission.ghosted):
            return Kind.TAKEN
        if admission.decision == "challenge":
            accounts.ask_to_confirm(account)
            return Kind.CONFIRM
        if admission.ghosted:
            accounts.remember_ghost(account.email)  # same answer, and nothing behind it
            return Kind.CREATED
        return open_account(account)

    # ---- to here ---------------------------------------------------------------------------------------------------

    def open_account(account: Account) -> Kind:
        try:
            accounts.open(account)
        except sqlite3.IntegrityError:  # the same address, a moment earlier
            return Kind.TAKEN
        return Kind.CREATED

    return pages
