"""Builds the demo site's Flask app."""

from __future__ import annotations

import os
import uuid
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from hushgate import Gate
from hushgate_demo import analytics, layout, members, pages, panel, signup
from hushgate_demo import clock as clocks
from hushgate_demo.accounts import Accounts
from hushgate_demo.clock import Clock
from hushgate_demo.settings import Settings
from hushgate_demo.store import Store

BODY_MAX = 16 * 1024


def create_app(gate: Gate, settings: Settings, clock: Clock | None = None) -> Flask:
    """The site over an open gate; with the ``clock`` that its counters go by, where a wave may set it."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    store = Store(settings.data)
    accounts = Accounts(store, settings.secret, unique=settings.unique, hash=settings.hash)
    desk = panel.Panel(store, gate.ghosts)
    app.register_blueprint(pages.blueprint(accounts, store, gate.ghosts))
    app.register_blueprint(signup.blueprint(gate, accounts, desk))
    app.register_blueprint(members.blueprint(gate.ghosts, accounts))
    app.register_blueprint(analytics.blueprint(store))
    if settings.operator:
        app.register_blueprint(panel.blueprint(desk))
        if clock:
            app.register_blueprint(clocks.blueprint(clock))
            app.register_blueprint(layout.blueprint(gate))
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    app.context_processor(lambda: {"site": settings, "attempt": uuid.uuid4().hex})
    _guard(app, settings)
    return app


def policy(gate_url: str) -> str:
    """The Content-Security-Policy: our own files, the gate's script, requests and frame, and workers of the script's text."""
    parts = urlsplit(gate_url)
    gate = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; script-src 'self' {gate}; connect-src 'self' {gate}; frame-src {gate}; worker-src blob:; "
        "style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _guard(app: Flask, settings: Settings) -> None:
    headers = {
        "Content-Security-Policy": policy(settings.gate_url),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.update(headers)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def from_env() -> Any:
    """The app for a WSGI server: ``hushgate_demo.app:from_env``, a factory."""
    settings = Settings.from_env(os.environ)
    if not settings.clock:
        return create_app(Gate.from_env(), settings)
    clock = Clock()
    return create_app(clocks.open_gate(clock), settings, clock)
