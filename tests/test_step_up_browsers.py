"""A step-up in real browsers, under a strict policy: the example's page does the work by itself, and sends its form again."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.wrappers import Request, Response

from browsers import need, opened
from gates import served
from running import CHROMIUM_FLAGS
from screen import executable
from sites import flask_site, settings_for
from step_ups import GREY, WORK
from stories import HEADERS, HOST, SITE, Rig, open_rig

LANDING = """<!doctype html><body><form method="post" action="/signup"><input name="email" value="ann@example.com">
<input name="hushgate-token" value="{token}"></form><script>document.forms[0].submit()</script>"""


def strict(app: Any, gate: str, frames: str, reports: list[str], landing: list[str]) -> Any:
    """The example behind a strict policy; ``/go`` sends its form as the collector does, and violations are kept."""
    policy = f"default-src 'none'; script-src {gate}; connect-src {gate}; frame-src {frames}; form-action 'self'; img-src 'self'; report-uri /report"

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


def listening(app: Any, solutions: list[tuple[int, int]]) -> Any:
    """The gate, and what the pages' answers say of themselves."""

    def wrapped(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/v1/step-up/answer":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body)
            solution = json.loads(base64.b64decode(json.loads(body)["answer"]))["solution"]
            solutions.append((solution["counter"], solution["time"]))
        return app(environ, start_response)

    return wrapped


@dataclass
class Shop:
    """The example, behind a strict policy, with a gate of its own."""

    rig: Rig
    url: str
    accounts: dict[str, str]
    reports: list[str]
    solutions: list[tuple[int, int]]
    """The number and the milliseconds of each answer that came."""

    def counted(self, event: str) -> float:
        labels = {"site": SITE, "kind": "proof-of-work", "event": event}
        return self.rig.house.metrics.registry.get_sample_value("hushgate_step_up_total", labels) or 0.0

    def opened(self, seconds: float = 60) -> bool:
        """Waits for an account."""
        end = time.monotonic() + seconds
        while not self.accounts and time.monotonic() < end:
            time.sleep(0.05)
        return list(self.accounts.values()) == ["ann@example.com"]


@contextmanager
def shop(data: Path, tries: int, frames: str | None = None) -> Iterator[Shop]:
    """A shop that asks for so much work; ``frames`` is what its policy says of frames, by default that the gate's are let in."""
    work = {**WORK, "easiest": tries, "hardest": tries}
    rig = open_rig(data, **GREY, step_up=work, hostnames=["127.0.0.1", HOST])
    reports, landing = list[str](), list[str]()
    solutions = list[tuple[int, int]]()
    with (
        served(listening(rig.client.application, solutions)) as gate,
        flask_site("flask_step_up", settings_for(gate, rig.secret), "/") as site,
    ):
        import examples.flask_step_up as example

        with served(strict(example.app.wsgi_app, gate, frames or gate, reports, landing)) as url:
            answer = rig.visit(headers={**HEADERS, "origin": url, "referer": f"{url}/"})
            landing.append(LANDING.format(token=answer.get_json()["token"]))
            yield Shop(rig, url, site.accounts, reports, solutions)
    rig.house.close()


@contextmanager
def challenged(shop: Shop) -> Iterator[Page]:
    """Chromium, by a driver, on the challenged page."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable("chromium"), args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.goto(f"{shop.url}/go")
        page.wait_for_selector("[data-hushgate-step-up]", state="attached")
        yield page
        browser.close()


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_browser_does_the_work_and_its_person_does_nothing(kind: str, tmp_path: Path) -> None:
    need(kind)
    with shop(tmp_path, 300) as here, opened(kind, f"{here.url}/go"):
        assert here.opened(), here.reports
        assert here.counted("passed") == 1 and not here.reports


def test_a_page_that_refuses_the_frame_works_by_itself(tmp_path: Path) -> None:
    need("chromium")
    with shop(tmp_path, 40, frames="'none'") as here, challenged(here):
        assert here.opened()
        assert here.reports and all("frame-src" in report for report in here.reports)


def test_one_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    need("chromium")
    with shop(tmp_path, 100_000) as here, challenged(here) as page:
        status = page.get_by_role("status").first
        assert "nothing for you to do" in status.inner_text() and status.get_attribute("aria-live") == "polite"
        for _ in range(200):
            if page.workers:
                break
            page.wait_for_timeout(50)
        assert page.workers and len(page.frames) == 2
        page.evaluate("hushgateStepUp.runs[0].abort()")
        page.wait_for_timeout(300)
        assert not page.workers and len(page.frames) == 1
        assert page.locator("[name=hushgate-token]").count() == 0 and here.counted("passed") == 0


def test_a_ticket_that_is_too_old_is_told_in_words(tmp_path: Path) -> None:
    need("chromium")
    with shop(tmp_path, 100_000) as here, challenged(here) as page:
        page.evaluate("""() => { hushgateStepUp.runs[0].abort(); const one = document.querySelector('[data-hushgate-step-up]');
            one.dataset.hushgateStepUp = 'x'; one.dataset.failed = 'Leider nicht.'; hushgateStepUp.start(one).done.catch(() => {}); }""")
        page.wait_for_selector("text=Leider nicht.")
