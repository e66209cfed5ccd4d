"""A step-up in real browsers, under a strict policy: the example's page does the work by itself, and sends its form again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from gates import served
from running import CHROMIUM_FLAGS
from screen import executable
from sites import flask_site, settings_for
from stories import HEADERS, HOST, SITE, open_rig
from test_step_up import GREY, WORK

LANDING = """<!doctype html><body><form method="post" action="/signup"><input name="email" value="ann@example.com">
<input name="hushgate-token" value="{token}"></form><script>document.forms[0].submit()</script>"""


@contextmanager
def browser(kind: str, profile: Path, url: str) -> Iterator[None]:
    """A browser without a driver that opens one page."""
    own = {
        "chromium": ["--headless=new", f"--user-data-dir={profile}", *CHROMIUM_FLAGS, url],
        "firefox": ["--headless", "--no-remote", "--profile", str(profile), url],
    }
    profile.mkdir()
    command = [executable(kind), *own[kind]]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def strict(app: Any, gate: str, reports: list[str], landing: list[str]) -> Any:
    """The example behind a strict policy; ``/go`` sends its form as the collector does, and violations are kept."""
    policy = f"default-src 'none'; script-src {gate}; connect-src {gate}; frame-src {gate}; form-action 'self'; img-src 'self'; report-uri /report"

    def wrapped(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/go":
            return Response(landing[0], content_type="text/html")(environ, start_response)
        if environ["PATH_INFO"] == "/report":
            reports.append(Request(environ).get_data(as_text=True))
            return Response("")(environ, start_response)

        def start(status: str, headers: Any, *rest: Any) -> Any:
            return start_response(status, [*headers, ("Content-Security-Policy", policy)], *rest)

        return app(environ, start)

    return wrapped


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_browser_does_the_work_and_its_person_does_nothing(kind: str, tmp_path: Path) -> None:
    if not executable(kind):
        pytest.skip(f"not on this machine: {kind}")
    work = {**WORK, "easiest": 200, "hardest": 400}
    rig = open_rig(tmp_path, **GREY, step_up=work, hostnames=["127.0.0.1", HOST])
    reports, landing = list[str](), list[str]()
    with (
        served(rig.client.application) as gate,
        flask_site("flask_step_up", settings_for(gate, rig.secret), "/") as site,
    ):
        import examples.flask_step_up as example

        with served(strict(example.app.wsgi_app, gate, reports, landing)) as url:
            answer = rig.visit(headers={**HEADERS, "origin": url, "referer": f"{url}/"})
            landing.append(LANDING.format(token=answer.get_json()["token"]))
            with browser(kind, tmp_path / "profile", f"{url}/go"):
                end = time.monotonic() + 60
                while not site.accounts and time.monotonic() < end:
                    time.sleep(0.1)
        assert list(site.accounts.values()) == ["ann@example.com"], reports
        passed = {"site": SITE, "kind": "proof-of-work", "event": "passed"}
        assert rig.house.metrics.registry.get_sample_value("hushgate_step_up_total", passed) == 1
        assert not reports
    rig.house.close()
