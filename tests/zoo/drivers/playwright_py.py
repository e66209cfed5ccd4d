"""Playwright for Python and what shares its interface: patchright, and Playwright with the package playwright-stealth."""

from __future__ import annotations

import importlib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from zoo.drivers.task import AFTER, SETTLE, Task, pauses, read

SET_BY_SCRIPT = """(fields) => { for (const [name, value] of Object.entries(fields)) {
  const box = document.querySelector(`input[name=${name}]`); box.value = value;
  for (const type of ["input", "change"]) box.dispatchEvent(new Event(type, {bubbles: true})); }
  document.querySelector("button[type=submit]").click() }"""
HIDING = ["--disable-blink-features=AutomationControlled"]


def fill(page: Any, task: Task) -> None:
    """Fills and sends the form the way the subject does."""
    if task.fill == "script":
        page.evaluate(SET_BY_SCRIPT, task.fields)
        return
    pause = pauses(task)
    for name, value in task.fields.items():
        box = page.locator(f"input[name={name}]")
        if task.fill == "fill":
            box.fill(value)
        elif task.fill == "tap":
            box.tap()
            page.keyboard.insert_text(value)
        elif task.fill == "click-type":
            box.click()
            for letter in value:
                page.keyboard.type(letter)
                page.wait_for_timeout(pause() * 1000)
        else:
            box.press_sequentially(value, delay=40)
    _send(page, task)


def _send(page: Any, task: Task) -> None:
    how = task.options.get("submit", "click")
    if how == "enter":
        page.keyboard.press("Enter")
    elif how == "tap":
        page.locator("button[type=submit]").tap()
    else:
        page.click("button[type=submit]")


def _arguments(task: Task) -> dict[str, Any]:
    options = task.options
    hidden = bool(options.get("hidden", False))
    return {
        "executable_path": task.chromium_shell if options.get("shell") else task.chromium,
        "headless": task.headless,
        "args": [*task.flags, *(HIDING if hidden else []), *options.get("flags", [])],
        "ignore_default_args": ["--enable-automation"] if hidden else None,
    }


def _context(driver: Any, task: Task) -> dict[str, Any]:
    options = task.options
    more = dict(driver.devices[options["device"]]) if "device" in options else {}
    more.pop("default_browser_type", None)
    more |= options.get("context", {})
    if not task.headless and "device" not in options:
        more.setdefault("no_viewport", True)
    return more


def _until_open(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError("the browser did not open its port")


@contextmanager
def _attached(driver: Any, task: Task) -> Iterator[Any]:
    """A browser started by hand with a debugging port, which the driver then attaches to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [task.chromium, *task.flags, f"--remote-debugging-port={port}", f"--user-data-dir={task.profile}"]
    process = subprocess.Popen([*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_open(port)
        yield driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0].pages[0]
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def page_of(driver: Any, task: Task) -> Iterator[Any]:
    """The page that the subject drives."""
    if task.options.get("attach"):
        with _attached(driver, task) as page:
            yield page
        return
    if task.options.get("persistent"):
        more = _arguments(task) | _context(driver, task)
        context = driver.chromium.launch_persistent_context(str(task.profile), **more)
        yield context.pages[0]
        context.close()
        return
    browser = driver.chromium.launch(**_arguments(task))
    yield browser.new_context(**_context(driver, task)).new_page()
    browser.close()


def main() -> None:
    """One visit."""
    task = read()
    package = task.options.get("package", "playwright")
    with ExitStack() as stack:
        starting = importlib.import_module(f"{package}.sync_api").sync_playwright()
        if task.options.get("stealth"):
            starting = importlib.import_module("playwright_stealth").Stealth().use_sync(starting)
        driver = stack.enter_context(starting)
        page = stack.enter_context(page_of(driver, task))
        if "init" in task.options:
            page.add_init_script(task.options["init"])
        page.goto(task.url, wait_until="load")
        page.wait_for_timeout(SETTLE * 1000)
        fill(page, task)
        page.wait_for_timeout(AFTER * 1000)


if __name__ == "__main__":
    main()
