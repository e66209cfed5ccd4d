"""The comparison for customers takes the responses of every client."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import flask
import httpx
import pytest
import requests
from django.http import HttpResponse, JsonResponse
from werkzeug.test import EnvironBuilder

from gates import served
from hushgate.testing import assert_indistinguishable, differences
from hushgate.testing.answers import read_answer
from signup_answers import body, signed


def site() -> flask.Flask:
    """A signup with two cookies, of which clients make what they like."""
    app = flask.Flask(__name__)

    @app.get("/<who>")
    def sign_up(who: str) -> flask.Response:
        response = flask.jsonify(body())
        response.set_cookie("login", signed(), httponly=who != "ghost-bare", samesite="Lax")
        response.set_cookie("theme", "dark")
        return response

    return app


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(site()) as found:
        yield found


def by_requests(url: str) -> Callable[[str], Any]:
    return lambda who: requests.get(f"{url}/{who}", timeout=20)


def by_httpx(url: str) -> Callable[[str], Any]:
    return lambda who: httpx.get(f"{url}/{who}", timeout=20)


def by_flask(_: str) -> Callable[[str], Any]:
    return lambda who: site().test_client().get(f"/{who}")


def by_flask_itself(_: str) -> Callable[[str], Any]:
    app = site()
    return lambda who: app.request_class and _of(app, who)


def _of(app: flask.Flask, who: str) -> flask.Response:
    builder = EnvironBuilder(path=f"/{who}")
    with app.request_context(builder.get_environ()):
        return app.full_dispatch_request()


def by_django(_: str) -> Callable[[str], Any]:
    importlib.import_module("examples.django_signup")  # whose settings are those of this process

    def ask(who: str) -> HttpResponse:
        response = JsonResponse(body())
        response.set_cookie("login", signed(), httponly=who != "ghost-bare", samesite="Lax")
        response.set_cookie("theme", "dark")
        return response

    return ask


CLIENTS = [by_requests, by_httpx, by_flask, by_flask_itself, by_django]


@pytest.mark.parametrize("client", CLIENTS)
def test_every_clients_response_will_do(client: Callable[[str], Any], url: str) -> None:
    ask = client(url)
    real, ghost = [ask("person") for _ in range(3)], [ask("ghost") for _ in range(3)]
    assert_indistinguishable(real, ghost)
    read = read_answer(real[0])
    assert [name for name, _, _ in read.cookies] == ["login", "theme"] and read.kind == "application/json"
    assert any("cookie login" in line and "HttpOnly" in line for line in differences(real, ask("ghost-bare")))


def test_the_time_is_read_where_the_client_knows_it(url: str) -> None:
    for client in (by_requests, by_httpx):
        assert (read_answer(client(url)("person")).seconds or 0) > 0
    late = by_requests(url)("person")
    late.elapsed = timedelta(seconds=2)
    assert read_answer(late).seconds == 2.0 and read_answer(by_flask(url)("person")).seconds is None
    assert read_answer(httpx.Response(200, content=b"x")).seconds is None, "one that no client has timed"
