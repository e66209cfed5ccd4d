"""The short way for the endpoints that are asked thousands of times a second: past Flask's request context.

Making a context, matching the route and building request and response objects costs Flask 60 to 80 us, half of what a verdict
may take. A plain POST to one of these paths is answered here, in front of ``app.wsgi_app``; whatever is not plain (no or a long
Content-Length, multipart, another method) goes to Flask, which has the same handlers on the same paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request

from hushgate.errors import HushgateError
from hushgate.house import House
from hushgate.payload import BODY_MAX
from hushgate.web.answers import Answer, fail, refuse_and_count

Environ = dict[str, Any]
Handler = Callable[[Environ, bytes], Answer]
"""Answers a POST from the WSGI environment and the body. What it raises is a HushgateError, or a bug."""

_DIGITS = len(str(BODY_MAX))
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def mount(app: Flask, house: House, handlers: dict[str, Handler]) -> None:
    """Puts handlers on their paths, for Flask and in front of it."""
    for path, handler in handlers.items():
        app.add_url_rule(path, path, _view(handler), methods=["POST"])
    app.wsgi_app = _Direct(app.wsgi_app, house, handlers)  # type: ignore[method-assign]  # as Flask's documentation has it


def _view(handler: Handler) -> Callable[[], Response]:
    return lambda: handler(request.environ, request.get_data(cache=False)).response()


class _Direct:
    """WSGI middleware."""

    def __init__(self, flask: Callable[..., Iterable[bytes]], house: House, handlers: dict[str, Handler]) -> None:
        self._flask, self._house, self._handlers = flask, house, handlers

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        handler = self._handlers.get(environ.get("PATH_INFO", ""))
        length = -1 if handler is None else _plain_length(environ)
        if handler is None or length < 0:
            return self._flask(environ, start_response)
        try:
            answer = handler(environ, environ["wsgi.input"].read(length))
        except HushgateError as error:
            answer = refuse_and_count(self._house, error)
        except Exception as error:  # noqa: BLE001 - the last line: whatever it is, the client gets an answer
            answer = fail(self._house, environ["PATH_INFO"], error)
        start_response(_STATUS[answer.status], [*answer.headers, ("Content-Length", str(len(answer.body)))])
        return [answer.body]


def _plain_length(environ: Environ) -> int:
    """Bytes of a plain POST's body; -1 where it is none."""
    text = environ.get("CONTENT_LENGTH", "")
    if not (text.isdecimal() and text.isascii() and len(text) <= _DIGITS):
        return -1
    plain = environ["REQUEST_METHOD"] == "POST" and not environ.get("CONTENT_TYPE", "").startswith("multipart/")
    length = int(text)
    return length if plain and length <= BODY_MAX else -1
