"""Django in one file: ``python -m examples.django_signup runserver``."""

import sys
import uuid

from django import forms
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    MIDDLEWARE=["hushgate.integrations.django.HushgateMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=uuid.uuid4().hex,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    USE_TZ=True,
)
from hushgate.integrations.django import HushgateField  # noqa: E402 - in a project, settings have a file of their own

PAGE = """<!doctype html><title>Sign up</title>
<form method="post">{{ form.non_field_errors }}{{ form.email }} {{ form.hushgate }} <button>Sign up</button></form>"""
accounts: dict[str, str] = {}


class SignupForm(forms.Form):
    """The field renders the hidden input and the script tag."""

    email = forms.EmailField()
    hushgate = HushgateField(action="signup")


def signup(request: HttpRequest) -> HttpResponse:
    """The form, and what becomes of it."""
    form = SignupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        admission = request.hushgate.admit(action="signup")  # type: ignore[attr-defined]  # the middleware's
        user = str(uuid.uuid4())
        if admission.ghosted:
            return redirect(f"/welcome?user={user}")  # the same answer, and nothing behind it
        if admission.allowed and admission.commit():  # a token opens one account
            accounts[user] = form.cleaned_data["email"]
            return redirect(f"/welcome?user={user}")
        form.add_error(None, "Please reload the page and try again.")
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form}), status=422 if form.errors else 200)


urlpatterns = [path("", signup, name="signup")]


if __name__ == "__main__":
    execute_from_command_line(sys.argv)
