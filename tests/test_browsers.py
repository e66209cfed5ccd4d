"""The whole road in real browsers, against the real demo and the real gate.

The seed's browser is a bot and gets a ghost; people at real browsers, operated through the X server, are let in and counted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, sync_playwright

from browsers import FIELDS, need, rectangles
from hushgate.cli import main
from running import CHROMIUM_FLAGS, Demo, running_demo
from screen import Hands, Place, browsing, display, executable

QUOTED = '"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"'


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


def fill_in(page: Page, demo: Demo, email: str) -> None:
    page.goto(demo.url, wait_until="load")
    page.wait_for_timeout(1200)
    for name, value in zip(FIELDS, ("Jordan Ellis", email, "Tr1cky-Pass"), strict=True):
        page.type(f"input[name={name}]", value, delay=10)
    page.click("button[type=submit]")
    page.wait_for_selector("text=Welcome", timeout=8000)


def seed_browser(demo: Demo, email: str, *, headless: bool, screen: str | None = None) -> dict[str, Any]:
    """What the first seed's bot does, by a driver; returns what its page saw."""
    environ: dict[str, str | float | bool] = {**os.environ, **({"DISPLAY": screen} if screen else {})}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=executable("chromium"), headless=headless, args=CHROMIUM_FLAGS, env=environ
        )
        context = browser.new_context(user_agent=QUOTED, timezone_id="Europe/Moscow", locale="en-US")
        page = context.new_page()
        fill_in(page, demo, email)
        seen: dict[str, Any] = page.evaluate("({verdict: window.__verdict, events: (window.dataLayer || []).length})")
        browser.close()
    return seen


def check_ghost(demo: Demo, email: str, seen: dict[str, Any]) -> None:
    entry = demo.latest(email)
    assert (entry["verdict"], entry["decision"]) == ("bot", "ghost")
    assert "user-agent-quoted" in {finding["check"] for finding in entry["findings"]}
    assert not any(entry["effects"].values())
    assert seen["verdict"]["conversion"] == "suppress" and seen["events"] == 0


def test_the_seeds_browser_headless_is_ghosted(demo: Demo) -> None:
    need("chromium")
    check_ghost(demo, "seed-headless@example.com", seed_browser(demo, "seed-headless@example.com", headless=True))


def test_the_seeds_browser_headful_is_ghosted(demo: Demo) -> None:
    need("chromium", "screen")
    with display() as screen:
        seen = seed_browser(demo, "seed-headful@example.com", headless=False, screen=screen)
    check_ghost(demo, "seed-headful@example.com", seen)


def sign_up(hands: Hands, place: Place, where: dict[str, list[float]], url: str, email: str) -> None:
    """As a person does: by mouse into the first two fields, by Tab into the third, and by mouse on the button."""
    hands.visit(url)
    for number, (name, value) in enumerate(zip(FIELDS, ("Jordan Ellis", email, "Tr1cky-Pass"), strict=True)):
        x, y, width, height = where[f"input[name={name}]"]
        if number < 2:
            hands.move(place.left + x + width * 0.37, place.top + y + height * 0.6)
            hands.click()
        else:
            hands.press("Tab")
        hands.type(value)
    x, y, width, height = where["button[type=submit]"]
    hands.move(place.left + x + width * 0.41, place.top + y + height * 0.55)
    hands.click()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_person_at_a_real_browser_is_let_in_and_counted(demo: Demo, browser: str) -> None:
    need("chromium", browser, "screen")
    email = f"{browser}-person@example.com"
    with browsing(browser, seed=len(browser)) as (hands, place):
        sign_up(hands, place, rectangles(demo, place.width, place.height), demo.url, email)
        entry = demo.latest(email, seconds=15)
        # the browser tells of the conversion after its answer: it stays until it has
        for _ in range(50):
            if entry["effects"]["conversion"]:
                break
            time.sleep(0.1)
            entry = demo.latest(email)
    assert entry["verdict"] in ("human", "suspect"), entry["findings"]
    assert entry["decision"] == "allow"
    assert entry["effects"]["row"] and entry["effects"]["mail"]
    assert list((demo.data / "spool").glob("*.jsonl"))
    visit = next(visit for visit in demo.visits() if visit.id == entry["visit"])
    assert {"worker", "shared_worker", "frame", "iframe"} <= set(visit.signals), visit.missing
    assert entry["effects"]["conversion"], "the conversion was not counted"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_is_ghosted_and_never_knows(demo: Demo) -> None:
    fields = [
        part
        for name, value in zip(FIELDS, ("A", "curl@example.com", "Tr1cky-Pass"), strict=True)
        for part in ("-d", f"{name}={value}")
    ]
    done = subprocess.run(
        ["curl", "-s", "-o", os.devnull, "-w", "%{http_code} %{redirect_url}", f"{demo.url}/signup", *fields],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"303 {demo.url}/welcome"
    entry = demo.latest("curl@example.com")
    assert (entry["verdict"], entry["decision"]) == ("bot", "ghost")
    assert not any(entry["effects"].values())


def test_a_port_that_is_taken_is_named(demo: Demo, tmp_path: Path) -> None:
    port = demo.url.rpartition(":")[2]
    command = ["demo", "--demo-port", port, "--gate-port", "1", "--data", str(tmp_path)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code != 0
    assert f"port {port}" in result.output and "DEMO_PORT" in result.output
