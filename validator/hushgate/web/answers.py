"""How the gate answers: JSON, errors of one shape, and the headers that let a site's own pages read them."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response

from hushgate.errors import HushgateError, RequestRefused, TooMany

_encode = msgspec.json.Encoder().encode


_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]


def answer(body: Any, status: int = 200, origin: str | None = None) -> Response:
    """A JSON answer that nobody keeps, and that the page at ``origin`` may read."""
    shared = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")] if origin else []
    return Response(_encode(body), status, [*_HEADERS, *shared])


def refusal(error: HushgateError, origin: str | None = None) -> Response:
    """An error as every client sees it: a code, a sentence, and the field that it is about."""
    field = error.field if isinstance(error, RequestRefused) else None
    status = error.status if isinstance(error, RequestRefused) else 503
    response = answer({"error": {"code": error.code, "message": str(error), "field": field}}, status, origin)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
