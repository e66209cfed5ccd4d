"""How the gate answers: JSON, errors of one shape, and the headers that let a site's own pages read them."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from flask import Response
from msgspec import Struct

from hushgate.errors import HushgateError, RequestRefused, TooMany
from hushgate.house import House

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]


class Answer(Struct, frozen=True):
    """An answer before any framework has it."""

    body: bytes
    status: int
    headers: list[tuple[str, str]]

    def response(self) -> Response:
        """The same for Flask."""
        return Response(self.body, self.status, self.headers)


def say(body: Any, status: int = 200, origin: str | None = None) -> Answer:
    """A JSON answer that nobody keeps, and that the page at ``origin`` may read."""
    shared = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")] if origin else []
    return Answer(_encode(body), status, [*_HEADERS, *shared])


def refuse(error: HushgateError, origin: str | None = None) -> Answer:
    """An error as every client sees it: a code, a sentence, and the field that it is about."""
    field = error.field if isinstance(error, RequestRefused) else None
    status = error.status if isinstance(error, RequestRefused) else 503
    answer = say({"error": {"code": error.code, "message": str(error), "field": field}}, status, origin)
    if isinstance(error, TooMany):
        answer.headers.append(("Retry-After", str(error.retry_after)))
    return answer


def refuse_and_count(house: House, error: HushgateError, origin: str | None = None) -> Answer:
    """The same, counted by its code."""
    house.metrics.count(house.metrics.refused, error.code)
    return refuse(error, origin)


def fail(house: House, path: str, error: Exception) -> Answer:
    """A bug: logged, counted, and told without a word of what it was."""
    log.error("a request to %s failed", path, exc_info=error)
    house.metrics.count(house.metrics.refused, "internal-error")
    refused = RequestRefused("the gate failed to answer", code="internal-error")
    refused.status = 500
    return refuse(refused)


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer, for Flask."""
    return say(body, status).response()
