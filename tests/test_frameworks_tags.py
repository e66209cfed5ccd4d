"""The tags that the integrations write into the page, and what they need for that, which is missed when the site starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from fastapi import FastAPI
from flask import Flask
from wtforms import Form

from gates import SECRET, served
from hushgate.errors import SettingsError
from hushgate.gate import Gate
from hushgate.integrations import django, fastapi, flask, wtforms
from hushgate.integrations.desk import Desk
from hushgate.keys import new_key
from hushgate.wire import Offer
from sites import django_site, settings_for
from stories import HOST, SITE, Rig

OFFER = Offer(kind="proof-of-work", ticket='t"1')
TAG = '<p data-hushgate-step-up="t&#34;1" data-submit></p><script async src="{}/v1/stepup.js"></script>'


def test_the_script_tag_is_escaped_and_takes_a_nonce(rig: Rig) -> None:
    gate = Gate(rig.house.config, state=rig.house.state)
    tag = Desk(gate, 'https://gate.example/"><script>').script('"x', nonce="a'b")
    assert "<script>" not in tag and 'data-action="&#34;x"' in tag and 'nonce="a&#39;b"' in tag
    gate.close()


def _django(settings: dict[str, str]) -> str:
    with django_site(settings):
        return str(django.Visitor(HttpRequest()).step_up(OFFER, submit=True))


def _fastapi(settings: dict[str, str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        hushgate = fastapi.Hushgate(FastAPI())
    said = str(hushgate.step_up(OFFER, submit=True))
    hushgate.gate.close()
    return said


@contextmanager
def _customer(settings: dict[str, str]) -> Iterator[flask.Hushgate]:
    app = Flask("customer")
    app.config.update(settings)
    hushgate = flask.Hushgate(app)
    with app.test_request_context():
        yield hushgate
        hushgate.gate.close()


def _flask(settings: dict[str, str]) -> str:
    with _customer(settings) as hushgate:
        return str(hushgate.step_up(OFFER, submit=True))


def _wtforms(settings: dict[str, str]) -> str:
    form = type("SignupForm", (Form,), {"hushgate": wtforms.HushgateField()})
    with _customer(settings):
        assert form().hushgate.step_up(Offer(kind="mail-code", ticket="t")) == "", "there is no tag for a code"
        return str(form().hushgate.step_up(OFFER, submit=True))


@pytest.mark.parametrize("tag", [_django, _fastapi, _flask, _wtforms])
def test_each_framework_has_the_tags_of_a_step_up(rig: Rig, tag: Callable[[dict[str, str]], str]) -> None:
    with served(rig.client.application) as url:
        assert tag(settings_for(url, rig.secret)) == TAG.format(url)


def _environment_without(tmp_path: Path, missing: str) -> dict[str, str]:
    """In process there is no HUSHGATE_URL to fall back on; with a gate elsewhere there is no settings file that knows the site."""
    if missing == "HUSHGATE_SITE":
        return {"HUSHGATE_URL": "http://127.0.0.1:9", "HUSHGATE_SECRET": SECRET}
    settings = tmp_path / "hushgate.toml"
    settings.write_text(f'[sites.{SITE}]\nhostnames = ["{HOST}"]\n')
    return {"HUSHGATE_CONFIG": str(settings), "HUSHGATE_KEYS": new_key()}


STARTS: dict[str, Callable[[], object]] = {
    "flask": lambda: flask.Hushgate(Flask("customer")),
    "fastapi": lambda: fastapi.Hushgate(FastAPI()),
    "django": lambda: django.HushgateMiddleware(lambda request: None),
}


@pytest.fixture(params=["HUSHGATE_PUBLIC_URL", "HUSHGATE_SITE"])
def missing(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A variable that is not set, where all else is."""
    for name, value in _environment_without(folder, request.param).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(django, "settings", SimpleNamespace())
    django.desk.cache_clear()
    return str(request.param)


@pytest.mark.parametrize("framework", STARTS)
def test_what_the_script_tag_needs_is_missed_when_the_site_starts(missing: str, framework: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing}: is not set. The script tag needs it"):
        STARTS[framework]()


def test_what_the_script_tag_needs_may_stand_in_the_apps_own_settings(missing: str) -> None:
    value = "http://gate.example" if missing == "HUSHGATE_PUBLIC_URL" else SITE
    with _customer({missing: value}) as hushgate:
        assert value in hushgate.script()
