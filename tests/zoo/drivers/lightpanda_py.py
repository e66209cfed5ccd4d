"""Lightpanda: a browser made for machines, without pixels, driven by Playwright over its debugging port."""

from __future__ import annotations

import importlib
from typing import Any

from zoo.drivers.playwright_py import fill
from zoo.drivers.task import AFTER, SETTLE, read


def main() -> None:
    """One visit."""
    task = read()
    server: Any = importlib.import_module("lightpanda").CDPServer
    playwright: Any = importlib.import_module("playwright.sync_api").sync_playwright
    with server() as running, playwright() as driver:
        page = driver.chromium.connect_over_cdp(running.ws_endpoint).new_context().new_page()
        page.goto(task.url)
        page.wait_for_timeout(SETTLE * 1000)
        fill(page, task)
        page.wait_for_timeout(AFTER * 1000)


if __name__ == "__main__":
    main()
