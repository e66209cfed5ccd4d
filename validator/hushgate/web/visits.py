"""``/v1/session`` and ``/v1/verdict``: what the collector talks to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from hushgate.caller import Caller, read_caller
from hushgate.errors import HushgateError
from hushgate.house import House
from hushgate.intake import open_session, take_verdict
from hushgate.payload import read_envelope, read_opening
from hushgate.web.answers import answer, refusal

Handler = Callable[[Caller, bytes], dict[str, Any]]


def blueprint(house: House) -> Blueprint:
    """The two routes."""
    routes = Blueprint("visits", __name__)
    proxies = house.config.gate["trusted_proxies"]
    ours = frozenset(name for site in house.sites.values() for name in site.hostnames)

    def handle(handler: Handler) -> Response:
        caller = read_caller(request.environ, proxies)
        origin = caller.origin if caller.hostname in ours or "*" in ours else None
        try:
            return answer(handler(caller, request.get_data(cache=False)), origin=origin)
        except HushgateError as error:
            house.metrics.count(house.metrics.refused, error.code)
            return refusal(error, origin)

    @routes.post("/v1/session")
    def session() -> Response:
        return handle(lambda caller, body: open_session(house, caller, read_opening(body)))

    @routes.post("/v1/verdict")
    def verdict() -> Response:
        return handle(lambda caller, body: take_verdict(house, caller, read_envelope(body)))

    return routes
