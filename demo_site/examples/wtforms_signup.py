"""WTForms, here with Flask: ``flask --app examples.wtforms_signup run``."""

import uuid

from flask import Flask, redirect, render_template_string, request
from werkzeug.wrappers import Response
from wtforms import EmailField, Form
from wtforms.validators import InputRequired, Regexp

from hushgate.integrations.flask import Hushgate
from hushgate.integrations.wtforms import HushgateField

PAGE = """<!doctype html><title>Sign up</title>{% for error in form.hushgate.errors %}<p>{{ error }}</p>{% endfor %}
<form method="post">{{ form.email() }} {{ form.hushgate() }} <button>Sign up</button></form>"""
app = Flask(__name__)
Hushgate(app)
accounts: dict[str, str] = {}


class SignupForm(Form):
    """The field comes last: the gate is asked where the others are right."""

    email = EmailField(validators=[InputRequired(), Regexp(".+@.+")])
    hushgate = HushgateField(action="signup")


@app.route("/", methods=["GET", "POST"])
def signup() -> Response | tuple[str, int]:
    """The form, and what becomes of it."""
    form = SignupForm(request.form)
    if request.method == "GET" or not form.validate():
        return render_template_string(PAGE, form=form), 200 if request.method == "GET" else 422
    user = str(uuid.uuid4())
    if not form.hushgate.ghosted:  # a ghost gets the same answer, and nothing behind it
        if not form.hushgate.commit():  # a token opens one account
            return "You have an account already.", 409
        accounts[user] = form.email.data or ""
    return redirect(f"/welcome?user={user}", 303)
