"""``/``: for whoever opens the gate's address in a browser."""

from __future__ import annotations

from flask import Blueprint, Response

from hushgate.house import House

_PAGE = """\
This is a Hushgate gate: the pages and the backends of its sites talk to it.

/healthz       whether it is up
/readyz        whether it can judge: its state can be reached
/openapi.json  what it answers
"""


def blueprint(_house: House) -> Blueprint:
    """The route."""
    routes = Blueprint("front", __name__)

    @routes.get("/")
    def front() -> Response:
        response = Response(_PAGE, content_type="text/plain; charset=utf-8")
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return routes
