"""Selenium, and what is built upon it: selenium-stealth, undetected-chromedriver, SeleniumBase; and WebKitGTK by its own driver."""

from __future__ import annotations

import importlib
import shutil
import time
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from zoo.drivers.task import AFTER, SETTLE, Task, read

HIDE_WEBDRIVER = "Object.defineProperty(navigator, 'webdriver', {get: () => undefined})"


def _options(task: Task, made: Any) -> Any:
    made.binary_location = task.chromium
    flags = [*task.flags, f"--user-data-dir={task.profile}", *(["--headless=new"] if task.headless else [])]
    for flag in [*flags, *task.options.get("flags", [])]:
        made.add_argument(flag)
    return made


def _chrome(task: Task) -> Any:
    options = _options(task, webdriver.ChromeOptions())
    copied = task.options.get("hidden", False)
    if copied:
        options.add_argument("--disable-blink-features=AutomationControlled")
        options.add_experimental_option("excludeSwitches", ["enable-automation"])
        options.add_experimental_option("useAutomationExtension", value=False)
    driver = webdriver.Chrome(options=options, service=Service(task.chromedriver))
    if copied:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HIDE_WEBDRIVER})
    return driver


def _stealth(task: Task) -> Any:
    driver = _chrome(task)
    apply = importlib.import_module("selenium_stealth").stealth
    apply(
        driver,
        languages=["en-US", "en"],
        vendor="Google Inc.",
        platform="Win32",
        webgl_vendor="Intel Inc.",
        renderer="Intel Iris OpenGL Engine",
        fix_hairline=True,
    )
    return driver


def _undetected(task: Task) -> Any:
    tool = importlib.import_module("undetected_chromedriver")
    own = shutil.copy(task.chromedriver, task.profile.parent / f"{task.profile.name}-driver")  # it patches the file
    options = _options(task, tool.ChromeOptions())
    return tool.Chrome(
        options=options,
        driver_executable_path=str(own),
        browser_executable_path=task.chromium,
        user_data_dir=str(task.profile),
    )


def _seleniumbase(task: Task) -> Any:
    tool = importlib.import_module("seleniumbase")
    arguments = ",".join(task.flags)
    return tool.Driver(
        uc=True,
        headless=task.headless,
        binary_location=task.chromium,
        chromium_arg=arguments,
        user_data_dir=str(task.profile),
    )


def _webkit(task: Task) -> Any:
    options = webdriver.WebKitGTKOptions()
    options.binary_location = task.options["binary"]
    options.add_argument("--automation")
    service = importlib.import_module("selenium.webdriver.webkitgtk.service").Service(shutil.which("WebKitWebDriver"))
    return webdriver.WebKitGTK(options=options, service=service)


TOOLS = {
    "selenium": _chrome,
    "selenium-stealth": _stealth,
    "undetected-chromedriver": _undetected,
    "seleniumbase": _seleniumbase,
    "webkit": _webkit,
}


def main() -> None:
    """One visit."""
    task = read()
    driver = TOOLS[task.options.get("tool", "selenium")](task)
    driver.get(task.url)
    time.sleep(SETTLE)
    for name, value in task.fields.items():
        box = driver.find_element("css selector", f"input[name={name}]")
        box.click()
        box.send_keys(value)
    driver.find_element("css selector", "button[type=submit]").click()
    time.sleep(AFTER)
    driver.quit()


if __name__ == "__main__":
    main()
