"""``/healthz``, ``/readyz`` and ``/metrics``: for whoever runs the gate."""

from __future__ import annotations

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hushgate.errors import StateLost
from hushgate.house import House
from hushgate.version import __version__
from hushgate.web.answers import answer


def blueprint(house: House) -> Blueprint:
    """The three routes."""
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
            problems["spool"] = f"{house.spool.failures} visits could not be written"
        ready = "state" not in problems
        return answer({"status": "ready" if ready else "not ready", "problems": problems}, 200 if ready else 503)

    @routes.get("/metrics")
    def metrics() -> Response:
        for source in house.atlas.status():
            if source.age_days is not None:
                house.metrics.data_age.labels(source.name).set(source.age_days)
        return Response(generate_latest(house.metrics.registry), content_type=CONTENT_TYPE_LATEST)

    return routes
