"""``/healthz`` and ``/readyz``: for whoever runs the gate. Anybody may ask, so nothing in them changes with a visit."""

from __future__ import annotations

from flask import Blueprint, Response

from hushgate.errors import StateLost
from hushgate.house import House
from hushgate.version import __version__
from hushgate.web.answers import answer


def blueprint(house: House) -> Blueprint:
    """The two routes."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return answer({"status": "ok", "version": __version__})

    @routes.get("/readyz")
    def readyz() -> Response:
        problems = {}
        try:
            house.state.ping()
        except StateLost as error:
            problems["state"] = str(error)
        if house.spool.failures:
            problems["spool"] = "visits could not be written"
        ready = "state" not in problems
        return answer({"status": "ready" if ready else "not ready", "problems": problems}, 200 if ready else 503)

    return routes
