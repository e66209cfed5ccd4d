"""The integration: the signup endpoint, with the gate in it.

A signup had its form read, its account drafted and its row written before there was a gate. What the gate adds is
between the two marks, and the script tag in templates/index.html.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hushgate import Admission, Gate
from hushgate.ghost.pace import Beat
from hushgate_demo.accounts import Account, Accounts, Taken
from hushgate_demo.attempts import Attempts
from hushgate_demo.forms import SignupForm, read_form
from hushgate_demo.hooks import ghost_account
from hushgate_demo.outcome import STATUS, WORDS, Kind, Outcome, answer, mistakes
from hushgate_demo.panel import Panel


@dataclass(frozen=True)
class Desk:
    """What a signup passes over."""

    gate: Gate
    accounts: Accounts
    panel: Panel

    # ---- Hushgate, from here ---------------------------------------------------------------------------------------
    def place(self, form: SignupForm, beat: Beat) -> Outcome:
        """One signup, decided and done. The token is spent only where there is nothing for the visitor to mend."""
        token = request.form.get("hushgate-token", "")
        admission = self.gate.admit(request, token=token, action="signup", email=form.email)
        outcome = self.act(admission, self.accounts.draft(form))
        beat.ghost, beat.dropped, beat.action = admission.ghosted, False, outcome.kind.value  # each has its own pace
        self.panel.record(admission, outcome)
        return outcome

    def act(self, admission: Admission, account: Account) -> Outcome:
        """Does what was decided. Only ``allow`` writes a row, and sets mail, Slack and CRM in motion."""
        if admission.decision == "deny":
            return Outcome(Kind.REFUSED, account)
        if admission.decision == "throttle":
            return Outcome(Kind.LATER, account)
        if self.accounts.taken(account.email):
            return Outcome(Kind.TAKEN, account)
        if admission.ghosted:
            return self.act_on_ghost(admission, account)
        if admission.decision == "challenge" or not admission.commit():  # a token opens one account
            return self.ask(account)
        self.accounts.open(account)
        return Outcome(Kind.CREATED, account)

    def act_on_ghost(self, admission: Admission, account: Account) -> Outcome:
        """The same answers, and nothing behind them. The submission is kept for the case that it was a person."""
        fields = {"name": account.name, "email": account.email, "password": account.password}
        unique = self.accounts.unique
        ghost = self.gate.ghosts.keep(
            fields, who=account.email, admission=admission, hashed=["password"], unique=unique
        )
        if not ghost.ghosted:  # it could not be kept, and the policy says what to do
            return self.ask(account)
        account = ghost_account(ghost)
        if ghost.new and admission.commit():
            return Outcome(Kind.CREATED, account)
        taken = unique and not (self.gate.ghosts.find(account.email) or ghost).new  # perhaps a moment ago
        return Outcome(Kind.TAKEN, account) if taken else self.ask(account)

    # ---- to here ---------------------------------------------------------------------------------------------------

    def ask(self, account: Account) -> Outcome:
        """The account waits until the link in the mail is opened."""
        self.accounts.ask_to_confirm(account)
        return Outcome(Kind.CONFIRM, account)


def blueprint(gate: Gate, accounts: Accounts, panel: Panel) -> Blueprint:
    """``POST /signup``."""
    pages, attempts, desk = Blueprint("signup", __name__), Attempts(), Desk(gate, accounts, panel)

    @pages.post("/signup")
    def signup() -> Response:
        form = read_form(request.form)
        if form.errors:
            return mistakes(form, form.errors, 422)
        try:
            with gate.ghosts.pace("signup") as beat:  # up to the answer: a ghost takes as long as a real signup
                beat.drop()  # unless nothing is placed: an answer that is given again takes no time
                outcome = attempts.once(form, lambda: desk.place(form, beat))
                return answer(outcome, form, accounts)
        except Taken:
            return mistakes(form, WORDS[Kind.TAKEN], STATUS[Kind.TAKEN])

    return pages
