"""The examples of demo_site/examples, each served by its own framework, as a customer's site with a gate elsewhere."""

from __future__ import annotations

import http.client
import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import uvicorn

from gates import served
from hushgate import Gate
from stories import HEADERS, SITE

FIELD = "hushgate-token"
_BROWSER = {name: value for name, value in HEADERS.items() if name not in {"host", "connection", "content-type"}}


@dataclass
class Answer:
    """What the site said."""

    status: int
    location: str
    text: str

    @property
    def welcome(self) -> bool:
        """Whether it looks as if it had worked."""
        return self.status in (302, 303) and self.location.startswith("/welcome")


@dataclass
class Site:
    """A customer's site that runs."""

    url: str
    accounts: dict[str, str]
    gate: Callable[[], Gate]
    path: str

    def ask(self, path: str, body: bytes | None = None, kind: str = "", headers: dict[str, str] = _BROWSER) -> Answer:
        """One request, as a browser sends it."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        sent = {**headers, "Connection": "close", **({"Content-Type": kind} if kind else {})}
        connection.request("GET" if body is None else "POST", path, body, sent)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers.get("Location", ""), response.read().decode())
        connection.close()
        return answer

    def sign_up(
        self, token: str | None, email: str = "ann@example.com", headers: dict[str, str] = _BROWSER, **more: str
    ) -> Answer:
        """The form, sent."""
        fields = {"email": email, **more, **({} if token is None else {FIELD: token})}
        return self.ask(self.path, urlencode(fields).encode(), "application/x-www-form-urlencoded", headers)


@contextmanager
def _uvicorn(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _fresh(name: str) -> ModuleType:
    """The example, run anew: it opens its gate when it is imported."""
    sys.modules.pop(f"examples.{name}", None)
    return importlib.import_module(f"examples.{name}")


@contextmanager
def _from_environment(settings: dict[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        yield


@contextmanager
def flask_site(name: str, settings: dict[str, str], path: str) -> Iterator[Site]:
    """Flask, on a threaded server."""
    with _from_environment(settings):
        example = _fresh(name)
        gate: Gate = example.app.extensions["hushgate"].gate
        with served(example.app) as url:
            yield Site(url, example.accounts, lambda: gate, path)
        gate.close()


@contextmanager
def fastapi_site(settings: dict[str, str]) -> Iterator[Site]:
    """FastAPI, on uvicorn."""
    with _from_environment(settings):
        example = _fresh("fastapi_signup")
        with _uvicorn(example.app) as url:
            yield Site(url, example.accounts, lambda: example.hushgate.gate, "/signup")
        example.hushgate.gate.close()


@contextmanager
def django_site(settings: dict[str, Any], *, asynchronous: bool = False) -> Iterator[Site]:
    """Django, on a threaded server, or on uvicorn. A process has one Django, so its settings are overridden."""
    from django.test import override_settings

    example = importlib.import_module("examples.django_signup")
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application

    from hushgate.integrations.django import desk

    example.accounts.clear()
    with ExitStack() as stack:
        stack.enter_context(override_settings(**settings))
        if asynchronous:
            url = stack.enter_context(_uvicorn(get_asgi_application()))
        else:
            url = stack.enter_context(served(get_wsgi_application()))
        yield Site(url, example.accounts, lambda: desk().gate, "/")


FRAMEWORKS: dict[str, Callable[[dict[str, str]], Any]] = {
    "flask": lambda settings: flask_site("flask_signup", settings, "/signup"),
    "wtforms": lambda settings: flask_site("wtforms_signup", settings, "/"),
    "fastapi": fastapi_site,
    "django": django_site,
    "django-async": lambda settings: django_site(settings, asynchronous=True),
}


def settings_for(url: str, secret: str, budget_ms: int = 20_000, **more: str) -> dict[str, str]:
    """What a customer sets."""
    return {
        "HUSHGATE_URL": url,
        "HUSHGATE_SECRET": secret,
        "HUSHGATE_SITE": SITE,
        "HUSHGATE_BUDGET_MS": str(budget_ms),
        **more,
    }
