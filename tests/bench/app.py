"""The app under load: the gate, and beside it the floor, a bare Flask route that reads the same body."""

from __future__ import annotations

from flask import Flask, Response, request

from hushgate.config import load
from hushgate.house import open_house
from hushgate.web.app import create_app

FLOOR_ANSWER = b'{"ok": true}\n'


def bench_app() -> Flask:
    """The gate of the environment's settings, and ``POST /floor``."""
    app = create_app(open_house(load()))

    @app.post("/floor")
    def floor() -> Response:
        request.get_data(cache=False)
        return Response(FLOOR_ANSWER, content_type="application/json")

    return app
