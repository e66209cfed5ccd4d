"""Hushgate for Flask: an extension with a decorator, and ``hushgate_script()`` in templates.

hushgate = Hushgate(app)                     # HUSHGATE_* from app.config, and from the environment

@app.post("/signup")
@hushgate.protect(action="signup", on_ghost=lambda admission: welcome(ghost_user()))
def signup():
...                                      # the form's own mistakes first
if not g.admission.commit():             # a token opens one account
return hushgate.refuse(g.admission)
return welcome(create_user(request.form))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, jsonify, make_response, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from hushgate.admission import Admission
from hushgate.gate import Gate
from hushgate.integrations.desk import Desk, words
from hushgate.visit import Decision
from hushgate.wire import Offer

View = Callable[..., Any]
Hook = Callable[[Admission], Any]
"""Answers an admission that is not let in: anything that a view may return."""


class Hushgate:
    """The extension. Hooks that are set here answer on every protected view that has none of its own."""

    def __init__(self, app: Flask | None = None, *, gate: Gate | None = None, **hooks: Hook) -> None:
        """``gate`` is opened from the settings where none is given. ``hooks`` are on_ghost, on_challenge, on_throttle, on_deny.

        Raises:
            SettingsError: the settings cannot be used.
            TypeError: there is no such hook.
        """
        self._gate, self._hooks = gate, _by_decision(hooks)
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Opens the gate for this app. Raises SettingsError."""
        app.extensions["hushgate"] = Desk.open(app.config, self._gate)
        app.jinja_env.globals["hushgate_script"] = self.script
        app.jinja_env.globals["hushgate_step_up"] = self.step_up

    @property
    def gate(self) -> Gate:
        """The current app's gate."""
        return _desk().gate

    def admit(self, action: str = "signup", *, email: str = "email") -> Admission:
        """Decides about the current request, and leaves it in ``g.admission`` too. Never raises. ``email`` names a field."""
        g.admission = _desk().admit(request.environ, _fields(), action, email)
        return g.admission  # type: ignore[no-any-return]

    def protect(self, action: str = "signup", *, email: str = "email", **hooks: Hook) -> Callable[[View], View]:
        """Decorates a view: it runs only where the visit is let in, with the decision in ``g.admission``.

        The view spends the token itself, by ``g.admission.commit()`` before its row is written, so that a form with a mistake in
        it can be sent again. Requests that change nothing (GET, HEAD, OPTIONS) pass. Without a hook for it a decision is answered
        by ``refuse``; a ghost too, so give ``on_ghost`` to answer as if it had worked. ``email`` is the name of the form's field.
        """
        own = {**self._hooks, **_by_decision(hooks)}

        def decorate(view: View) -> View:
            @wraps(view)
            def protected(*args: Any, **kwargs: Any) -> Any:
                if request.method in {"GET", "HEAD", "OPTIONS"}:
                    return current_app.ensure_sync(view)(*args, **kwargs)
                admission = self.admit(action, email=email)
                if not admission.allowed:
                    return current_app.ensure_sync(own.get(admission.decision, self.refuse))(admission)
                return current_app.ensure_sync(view)(*args, **kwargs)

            return protected

        return decorate

    def refuse(self, admission: Admission) -> Response:
        """The plain answer: 429 for throttle, 403 for all else, JSON where JSON was sent or asked for."""
        status, message, headers = words(admission)
        best = request.accept_mimetypes.best_match(["text/plain", "application/json"], "text/plain")
        if request.is_json or best == "application/json":
            return make_response(jsonify({"error": {"message": message}}), status, headers)
        return make_response(message, status, {"Content-Type": "text/plain; charset=utf-8", **headers})

    def script(self, action: str = "signup", nonce: str | None = None) -> Markup:
        """The script tag: ``{{ hushgate_script(nonce=csp_nonce) }}``. Raises SettingsError."""
        return _desk().script(action, nonce)

    def step_up(self, offer: Offer, *, submit: bool = False, nonce: str | None = None) -> Markup:
        """The element and the script that do an offer's work: ``{{ hushgate_step_up(offer) }}``, in the form.

        With ``submit`` the form is sent by itself when it is done. Other offers than a proof of work need none of it: "".
        """
        return _desk().step_up(offer, submit=submit, nonce=nonce)


def _by_decision(hooks: dict[str, Hook]) -> dict[Decision, Hook]:
    names: dict[str, Decision] = {
        "on_ghost": "ghost",
        "on_challenge": "challenge",
        "on_throttle": "throttle",
        "on_deny": "deny",
    }
    unknown = sorted(set(hooks) - set(names))
    if unknown:
        raise TypeError(f"there is no hook {unknown[0]}: the hooks are {', '.join(names)}")
    return {names[name]: hook for name, hook in hooks.items()}


def _desk() -> Desk:
    desk: Desk = current_app.extensions["hushgate"]
    return desk


def _fields() -> object:
    if not request.is_json:
        return request.form.to_dict()
    try:
        return request.get_json(silent=True)
    except RecursionError:  # brackets in brackets, a thousand deep: silent does not mean that
        return None
