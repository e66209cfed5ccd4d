"""How the gate answers: JSON, errors of one shape, and the headers that let a site's own pages read them."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response

from hushgate.errors import HushgateError, RequestRefused, TooMany

_encode = msgspec.json.Encoder().encode
_JSON = "application/json"


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer that nobody keeps."""
    response = Response(_encode(body), status, content_type=_JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def share(response: Response, origin: str | None) -> Response:
    """Lets the page at ``origin`` read the answer."""
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"
    return response


def refusal(error: HushgateError) -> Response:
    """An error as every client sees it: a code, a sentence, and the field that it is about."""
    field = error.field if isinstance(error, RequestRefused) else None
    status = error.status if isinstance(error, RequestRefused) else 503
    response = answer({"error": {"code": error.code, "message": str(error), "field": field}}, status)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
