"""The integration: the signup endpoint, with the gate in it.

A signup had its form read, its account drafted and its row written before there was a gate. What the gate adds is
between the two marks, and the script tag in templates/index.html.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hushgate import Admission, Gate
from hushgate_demo.accounts import Account, Accounts, Taken
from hushgate_demo.attempts import Attempts
from hushgate_demo.forms import SignupForm, read_form
from hushgate_demo.outcome import STATUS, WORDS, Kind, Outcome, answer, mistakes
from hushgate_demo.panel import Panel


@dataclass(frozen=True)
class Desk:
    """What a signup passes over."""

    gate: Gate
    accounts: Accounts
    panel: Panel

    # ---- Hushgate, from here ---------------------------------------------------------------------------------------
    def place(self, form: SignupForm) -> Outcome:
        """One signup, decided and done. The token is spent only where there is nothing for the visitor to mend."""
        token = request.form.get("hushgate-token", "")
        admission = self.gate.admit(request, token=token, action="signup", email=form.email)
        account = self.accounts.draft(form)
        outcome = Outcome(self.act(admission, account), account)
        self.panel.record(admission, outcome)
        return outcome

    def act(self, admission: Admission, account: Account) -> Kind:
        """Does what was decided. Only ``allow`` writes a row, and sets mail, Slack and CRM in motion."""
        if admission.decision == "deny":
            return Kind.REFUSED
        if admission.decision == "throttle":
            return Kind.LATER
        if self.accounts.taken(account.email, ghost=not admission.allowed):
            return Kind.TAKEN
        if admission.decision == "challenge" or not admission.commit():  # a token opens one account
            self.accounts.ask_to_confirm(account)
            return Kind.CONFIRM
        if admission.ghosted:
            self.accounts.remember_ghost(account.email)  # the same answer, and nothing behind it
        else:
            self.accounts.open(account)
        return Kind.CREATED

    # ---- to here ---------------------------------------------------------------------------------------------------


def blueprint(gate: Gate, accounts: Accounts, panel: Panel) -> Blueprint:
    """``POST /signup``."""
    pages, attempts, desk = Blueprint("signup", __name__), Attempts(), Desk(gate, accounts, panel)

    @pages.post("/signup")
    def signup() -> Response:
        form = read_form(request.form)
        if form.errors:
            return mistakes(form, form.errors, 422)
        try:
            return answer(attempts.once(form, lambda: desk.place(form)), form, accounts)
        except Taken:
            return mistakes(form, WORDS[Kind.TAKEN], STATUS[Kind.TAKEN])

    return pages
