"""What the tests with real browsers share: what they need of the machine, and where the demo's fields are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from machine import process, skip_without
from running import CHROMIUM_FLAGS, Demo
from screen import executable, missing_tools

FIELDS = ("name", "email", "password")
RECTANGLES = """() => Object.fromEntries(['input[name=name]', 'input[name=email]', 'input[name=password]', 'button[type=submit]']
  .map((s) => { const r = document.querySelector(s).getBoundingClientRect(); return [s, [r.x, r.y, r.width, r.height]] }))"""


def need(*what: str) -> None:
    """Skips, saying what is missing; in CI nothing may be missing."""
    missing = [name for name in what if name in ("chromium", "firefox") and not executable(name)]
    missing += missing_tools() if "screen" in what else []
    if missing:
        skip_without(*missing)


@contextmanager
def opened(browser: str, url: str) -> Iterator[None]:
    """A real browser without a window and without a driver, at this page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        own = {
            "chromium": ["--headless=new", f"--user-data-dir={profile}", *CHROMIUM_FLAGS],
            "firefox": ["--headless", "--no-remote", "--profile", profile],
        }
        with process([executable(browser), *own[browser], url], HOME=profile):
            yield


def rectangles(demo: Demo, width: int, height: int) -> dict[str, list[float]]:
    """Where the fields are in a view of this size, by a visit that sends nothing."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable("chromium"), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(demo.url)
        page.wait_for_timeout(500)
        found: dict[str, list[float]] = page.evaluate(RECTANGLES)
        browser.close()
    return found
