"""``/metrics``: the counters, for who shows the operator's token, and for nobody else.

Who may read them sees its own visit counted as a bot's, and what each site takes in. So to everybody else the path is one that does not
exist. An address is no proof of an operator: behind a proxy on the same machine every visitor comes from it.
"""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hushgate.house import House

PATH = "/metrics"
_SCHEME = "bearer"


def blueprint(house: House) -> Blueprint:
    """Answers in front of the routes, of which this is none: a route would be told by its 405, its OPTIONS and its redirects."""
    front = Blueprint("metrics", __name__)
    token: str | None = house.config.gate["metrics_token"]
    if token is None:
        return front
    expected = token.encode()

    @front.before_app_request
    def metrics() -> Response | None:
        if request.path != PATH or request.method not in ("GET", "HEAD") or not _shows(expected):
            return None
        return _counted(house)

    return front


def _shows(token: bytes) -> bool:
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    return hmac.compare_digest(told.strip().encode(errors="replace"), token) and scheme.lower() == _SCHEME


def _counted(house: House) -> Response:
    for source in house.atlas.status():
        if source.age_days is not None:
            house.metrics.data_age.labels(source.name).set(source.age_days)
    response = Response(generate_latest(house.metrics.registry), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response
