"""Hushgate for Django: a middleware, and a form field that renders the hidden input and the script tag.

    MIDDLEWARE = [..., "hushgate.integrations.django.HushgateMiddleware"]
    HUSHGATE_URL, HUSHGATE_SECRET, HUSHGATE_SITE = "https://gate.example.com", os.environ["..."], "site-..."

    class SignupForm(forms.Form):
        email = forms.EmailField()
        hushgate = HushgateField(action="signup")

    def signup(request):
        form = SignupForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            admission = request.hushgate.admit(action="signup")
            if admission.ghosted:
                return redirect("welcome")                        # the same answer, and nothing behind it
            if admission.allowed and admission.commit():          # a token opens one account
                create_user(form)
                return redirect("welcome")
            form.add_error(None, "Please try again.")
        return render(request, "signup.html", {"form": form})

Views that are not yours are protected by their URL's name: ``HUSHGATE_PROTECT = {"account_signup": "signup"}``. There the token is
spent before the view runs, and ``HUSHGATE_ANSWER``, the dotted path of a function of request and admission, answers who is not let in.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django import forms
from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe
from markupsafe import Markup

from hushgate.admission import Admission
from hushgate.integrations.desk import FIELD, PREFIX, Desk, words
from hushgate.wire import Offer

_OURS = {"HUSHGATE_PROTECT", "HUSHGATE_ANSWER"}
"""Settings of this file alone; the gate's client knows nothing of them."""


@cache
def desk() -> Desk:
    """The gate of this process, opened from the settings at its first use. Raises SettingsError."""
    names = (name for name in dir(settings) if name.startswith(PREFIX) and name not in _OURS)
    return Desk.open({name: getattr(settings, name) for name in names})


def _changed(*, setting: str, **_: Any) -> None:
    """A project's own tests override settings."""
    if setting.startswith(PREFIX) and desk.cache_info().currsize:
        desk().gate.close()
        desk.cache_clear()


setting_changed.connect(_changed)


class Visitor:
    """``request.hushgate``: the gate, asked about this request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def admit(self, action: str = "signup", *, email: str = "email") -> Admission:
        """Decides about the request, and leaves it in ``request.admission`` too. Never raises. ``email`` names a field."""
        admission = desk().admit(_environ(self._request), _fields(self._request), action, email)
        self._request.admission = admission  # type: ignore[attr-defined]
        return admission

    async def aadmit(self, action: str = "signup", *, email: str = "email") -> Admission:
        """The same from an ``async def``, in a thread. Then commit by ``await sync_to_async(admission.commit)()``."""
        return await sync_to_async(self.admit, thread_sensitive=False)(action, email=email)

    def script(self, action: str = "signup") -> SafeString:
        """The script tag: ``{{ request.hushgate.script }}``, with ``request.csp_nonce`` where there is one. Raises SettingsError."""
        return _safe(desk().script(action, str(getattr(self._request, "csp_nonce", "") or "")))

    def step_up(self, offer: Offer, *, submit: bool = False) -> SafeString:
        """What does an offer's work in a page, for its form; "" where it is no proof of work. Raises SettingsError.

        A template cannot pass an argument: give it ``"step": request.hushgate.step_up(offer, submit=True)``, and write ``{{ step }}``.
        """
        nonce = str(getattr(self._request, "csp_nonce", "") or "")
        return _safe(desk().step_up(offer, submit=submit, nonce=nonce))


class HushgateMiddleware:
    """Puts ``request.hushgate`` there, and protects the views that HUSHGATE_PROTECT names. Sync and async."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        """Raises SettingsError where the settings cannot be used: when the site starts, not when somebody signs up."""
        self._get_response = get_response
        self._protected: dict[str, str] = dict(getattr(settings, "HUSHGATE_PROTECT", {}))
        path = getattr(settings, "HUSHGATE_ANSWER", None)
        self._answer: Callable[[HttpRequest, Admission], HttpResponse] = import_string(path) if path else refuse
        desk()
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Passes the request on, with the visitor in it."""
        request.hushgate = Visitor(request)  # type: ignore[attr-defined]
        answer: HttpResponse | Awaitable[HttpResponse] = self._get_response(request)
        return answer

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Decides about a POST to a protected view."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.method != "POST" or name not in self._protected:
            return None
        admission = Visitor(request).admit(self._protected[name])
        if not admission.allowed:
            return self._answer(request, admission)
        return None if admission.commit() else refuse(request, admission)


def refuse(request: HttpRequest, admission: Admission) -> HttpResponse:
    """The plain answer: 429 for throttle, 403 for all else, JSON where JSON was sent."""
    status, message, headers = words(admission)
    if request.content_type == "application/json":
        body = json.dumps({"error": {"message": message}})
        return HttpResponse(body, "application/json", status, headers=headers)
    return HttpResponse(message, "text/plain; charset=utf-8", status, headers=headers)


def _environ(request: HttpRequest) -> dict[str, Any]:
    """Under ASGI, Django does not say there how the page was asked for."""
    return {"wsgi.url_scheme": request.scheme, **request.META}


def _fields(request: HttpRequest) -> object:
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError, RawPostDataException):
        return None


def _safe(markup: Markup) -> SafeString:
    return mark_safe(str(markup))  # noqa: S308 - markupsafe has escaped it


class HushgateWidget(forms.HiddenInput):
    """The hidden input, and the script tag behind it. ``nonce`` is that of the page's Content-Security-Policy."""

    nonce = ""

    def __init__(self, action: str = "signup", *, script: bool = True) -> None:
        super().__init__()
        self.action, self._script = action, script

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002 - Django's
        """Both tags; the input alone where the template has the script. Raises SettingsError."""
        hidden = Markup('<input type="hidden" name="{}" value="" autocomplete="off">').format(FIELD)
        return _safe(hidden + desk().script(self.action, self.nonce) if self._script else hidden)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:  # noqa: ARG002 - Django's
        """The token, whatever the field is called in the form."""
        return str(data.get(FIELD) or "")


class HushgateField(forms.Field):
    """The token's place in a form. The decision is the view's to ask for, when the form is valid: ``request.hushgate.admit()``."""

    def __init__(self, *, action: str = "signup", script: bool = True) -> None:
        """``script=False`` leaves the script tag to the template: ``{{ request.hushgate.script }}``."""
        super().__init__(required=False, label="", widget=HushgateWidget(action, script=script))
