"""Flask, with a step-up for whoever is challenged: ``flask --app examples.flask_step_up run``. docs/step-up.md explains it."""

import uuid

from flask import Flask, g, redirect, render_template_string, request
from werkzeug.wrappers import Response

from hushgate import Admission
from hushgate.errors import StepLost, StepRefused
from hushgate.integrations.flask import Hushgate
from hushgate.wire import Offer

PAGE = """<!doctype html><html lang="en"><title>Sign up</title>
<form method="post" action="/signup"><input name="email" type="email"> <button>Sign up</button></form>
{{ hushgate_script() }}"""
# Without the collector: it would put a token of its own into the form.
STEP = """<!doctype html><html lang="en"><title>One moment</title><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<form method="post" action="/signup"><input type="hidden" name="email" value="{{ email }}">
{{ hushgate_step_up(offer, submit=True) }}</form>
{% if offer.kind == "mail-code" or offer.fallback == "mail-code" %}
<form method="post" action="/code">
<input type="hidden" name="email" value="{{ email }}"><input type="hidden" name="ticket" value="{{ offer.ticket }}">
{% if offer.kind == "mail-code" %}<label>The code that we sent you
<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="8"></label> <button>Go on</button>{% endif %}
<button name="again" value="1">{{ "Send another code" if offer.kind == "mail-code" else "Send me a code by mail instead" }}</button>
</form>{% endif %}
<p role="status">{{ message or offer.message }}</p>"""
app = Flask(__name__)
hushgate = Hushgate(app)
accounts: dict[str, str] = {}


def welcome(user: str) -> Response:
    """What a new user sees, and a ghost."""
    return redirect(f"/welcome?user={user}", 303)


def ghost(_admission: Admission) -> Response:
    """The same answer, and nothing behind it."""
    return welcome(str(uuid.uuid4()))


def step(offer: Offer, message: str = "") -> str:
    """The page of a step-up."""
    return render_template_string(STEP, offer=offer, email=request.form["email"], message=message)


def challenge(admission: Admission) -> Response | str:
    """What a visit that is challenged may do."""
    offer = hushgate.gate.step_up.offer(admission, email=request.form["email"])
    return step(offer) if offer.ticket else hushgate.refuse(admission)


@app.get("/")
def page() -> str:
    """The form."""
    return render_template_string(PAGE)


@app.post("/signup")
@hushgate.protect(action="signup", on_ghost=ghost, on_challenge=challenge)
def signup() -> Response:
    """Runs for those who are let in, and for those who have passed."""
    if not g.admission.commit():
        return hushgate.refuse(g.admission)
    user = str(uuid.uuid4())
    accounts[user] = request.form["email"]
    return welcome(user)


@app.post("/code")
def code() -> str:
    """Takes a mail code, or sends another. The right one is a new token: the form is sent again with it."""
    ticket = request.form["ticket"]
    if "again" in request.form:
        return step(hushgate.gate.step_up.offer(ticket, kind="mail-code"))
    try:
        token = hushgate.gate.step_up.answer(ticket, request.form.get("code", ""))
    except (StepRefused, StepLost) as error:
        return step(Offer(kind="mail-code", ticket=ticket), f"That did not work: {error}.")
    return render_template_string(AGAIN, token=token, email=request.form["email"])


AGAIN = """<!doctype html><html lang="en"><title>Thank you</title>
<form method="post" action="/signup"><input type="hidden" name="email" value="{{ email }}">
<input type="hidden" name="hushgate-token" value="{{ token }}"><button>Finish signing up</button></form>"""
