"""Flask: ``flask --app examples.flask_signup run``."""

import uuid

from flask import Flask, g, redirect, render_template_string, request
from werkzeug.wrappers import Response

from hushgate import Admission
from hushgate.integrations.flask import Hushgate

PAGE = """<!doctype html><title>Sign up</title>
<form method="post" action="/signup"><input name="email" type="email"> <button>Sign up</button></form>
{{ hushgate_script() }}"""
app = Flask(__name__)
hushgate = Hushgate(app)
accounts: dict[str, str] = {}


def welcome(user: str) -> Response:
    """What a new user sees, and a ghost."""
    return redirect(f"/welcome?user={user}", 303)


def ghost(_admission: Admission) -> Response:
    """The same answer, and nothing behind it."""
    return welcome(str(uuid.uuid4()))


@app.get("/")
def page() -> str:
    """The form."""
    return render_template_string(PAGE)


@app.post("/signup")
@hushgate.protect(action="signup", on_ghost=ghost)
def signup() -> Response | tuple[str, int]:
    """Runs for those who are let in."""
    if "@" not in request.form["email"]:
        return "That is no mail address.", 422  # the token is not spent: the form may be sent again
    if not g.admission.commit():  # a token opens one account
        return hushgate.refuse(g.admission)
    user = str(uuid.uuid4())
    accounts[user] = request.form["email"]
    return welcome(user)
