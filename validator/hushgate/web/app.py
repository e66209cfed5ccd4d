"""Builds the gate's Flask app."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from hushgate.config import SECRETS, load
from hushgate.errors import HushgateError, RequestRefused
from hushgate.house import House, open_house
from hushgate.logs import set_up
from hushgate.payload import BODY_MAX
from hushgate.web import admit, collector, front, health, lists, metrics, openapi, siteverify, stepup, visits
from hushgate.web.answers import fail, refuse, refuse_and_count
from hushgate.web.direct import mount

_WORDS = {
    404: ("not-found", "there is nothing at this path"),
    405: ("method-not-allowed", "this path does not take requests of this method"),
    413: ("too-large", "the body is larger than the gate takes"),
}
"""How a request is refused that Flask does not bring to any of ours: the code, and the sentence."""


def create_app(house: House) -> Flask:
    """The gate's app over an open house."""
    app = Flask("hushgate", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it; the base class does not say so
    app.extensions["hushgate"] = house
    for room in (collector, front, health, lists, metrics, openapi, stepup):
        app.register_blueprint(room.blueprint(house))
    mount(
        app,
        house,
        {**visits.handlers(house), **siteverify.handlers(house), **admit.handlers(house), **stepup.handlers(house)},
    )
    _handle_errors(app, house)
    return app


def _handle_errors(app: Flask, house: House) -> None:
    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        code, words = _WORDS.get(error.code or 500, ("bad-request", "the request cannot be read"))
        said_here = error.description if error.description != type(error).description else None
        refused = RequestRefused(said_here or words, code=code)
        refused.status = error.code or 500
        response = refuse(refused).response()
        if error.code == 405 and getattr(error, "valid_methods", None):
            response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
        return response

    @app.errorhandler(HushgateError)
    def ours(error: HushgateError) -> Response:
        return refuse_and_count(house, error).response()

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Response:
        return fail(house, request.path, error).response()


def from_env() -> Any:
    """The app for a WSGI server, from the settings file and the environment: ``hushgate.web.app:from_env()``."""
    config = load(environ=os.environ)
    set_up(config.gate["log_level"])
    app = create_app(open_house(config))
    # granian puts the process's environment into every request's, where a report of an error may show it
    for name in SECRETS:
        os.environ.pop(name, None)
    return app
