"""What the integrations share: a gate opened from the framework's settings, decisions that never raise, and the script tag."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, NamedTuple

from markupsafe import Markup

from hushgate.admission import Admission
from hushgate.config import load_client
from hushgate.errors import Problem, SettingsError
from hushgate.gate import Gate
from hushgate.remote_gate import RemoteGate
from hushgate.wire import Offer

log = logging.getLogger(__name__)
FIELD = "hushgate-token"
"""The form field that the collector puts the token into."""
PREFIX = "HUSHGATE_"
_PUBLIC_URL, _SITE = "HUSHGATE_PUBLIC_URL", "HUSHGATE_SITE"
_NEEDED = {
    _PUBLIC_URL: "The script tag needs it: where browsers find the gate, such as https://gate.example.com",
    _SITE: "The script tag needs it: the site's key, which `hushgate site add` printed",
}


class Words(NamedTuple):
    """How a visitor is told no."""

    status: int
    message: str
    headers: dict[str, str]


def words(admission: Admission) -> Words:
    """What is said where the site has no answer of its own. One sentence for all refusals: nobody learns which it was."""
    if admission.decision != "throttle":
        return Words(HTTPStatus.FORBIDDEN, "We could not accept this. Please reload the page and try again.", {})
    headers = {"Retry-After": str(admission.retry_after)} if admission.retry_after else {}
    return Words(HTTPStatus.TOO_MANY_REQUESTS, "That was one try too many. Please try again later.", headers)


class Desk:
    """A gate as an integration holds it."""

    def __init__(self, gate: Gate, place: str) -> None:
        """``place`` is where browsers find the gate."""
        self.gate, self._place = gate, place

    @classmethod
    def open(cls, settings: Mapping[str, Any], gate: Gate | None = None) -> Desk:
        """Opens a gate from HUSHGATE_* in the framework's settings, and where they are silent in the environment.

        What the script tag needs is asked for here already: a site should fail when it starts, not at its first visitor.

        Raises:
            SettingsError: with every mistake in them; it is not known where browsers find the gate, or which site this is.
        """
        own = {name: _text(value) for name, value in settings.items() if name.startswith(PREFIX) and value is not None}
        environ = {**os.environ, **own}
        client = load_client(environ)
        place = _known(_PUBLIC_URL, client["public_url"] or client["url"])
        if gate is None and client["url"]:  # in process, the settings file knows the site
            _known(_SITE, client["site"])
        gate = gate or Gate.from_env(environ)
        if isinstance(gate, RemoteGate):
            gate.look_around()
        return cls(gate, place)

    def admit(self, environ: Mapping[str, Any], fields: object, action: str, email: str) -> Admission:
        """One decision for one signup. Whatever goes wrong in here, the customer's signup goes on, by the policy's row.

        ``fields`` is the form, or what JSON came instead; ``email`` is the name of the field with the mail address.
        """
        form = _texts(fields)
        token = form.pop(FIELD, "")
        try:
            request = SimpleNamespace(environ=environ)
            return self.gate.admit(request, token=token, action=action, email=form.get(email), form=form)
        except Exception:
            log.exception("the gate failed to decide, and the policy's row for a lost gate is applied")
            return self.gate.without(action, "the gate failed")

    def script(self, action: str, nonce: str | None = None) -> Markup:
        """The collector's script tag, for a page with a form; ``nonce`` is that of the page's Content-Security-Policy.

        Raises:
            SettingsError: it is not known which site this is, for a gate elsewhere that was given without.
        """
        key = _known(_SITE, self.gate.sitekey)
        tag = Markup('<script async src="{}/v1/hushgate.js" data-sitekey="{}" data-action="{}"{}></script>')
        own = Markup(' nonce="{}"').format(nonce) if nonce else ""
        return tag.format(self._place, key, action, own)

    def step_up(self, offer: Offer, *, submit: bool, nonce: str | None = None) -> Markup:
        """What does an offer's work in a page, for its form; "" where it is no proof of work."""
        if offer.kind != "proof-of-work" or offer.problem:
            return Markup()
        tag = Markup('<p data-hushgate-step-up="{}"{}></p><script async src="{}/v1/stepup.js"{}></script>')
        own = Markup(' nonce="{}"').format(nonce) if nonce else ""
        return tag.format(offer.ticket, " data-submit" if submit else "", self._place, own)


def _known(variable: str, value: str | None) -> str:
    if not value:
        raise SettingsError([Problem("environment", variable, "is not set", _NEEDED[variable])])
    return value


def _text(value: object) -> str:
    """A framework's setting as the environment would have it."""
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _texts(fields: object) -> dict[str, str]:
    """The fields that are texts. JSON may hold anything, and a form files."""
    if not isinstance(fields, Mapping):
        return {}
    return {name: value for name, value in fields.items() if isinstance(name, str) and isinstance(value, str)}
