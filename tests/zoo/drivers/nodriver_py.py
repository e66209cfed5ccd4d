"""nodriver and zendriver, its fork: a browser without a driver program, spoken to over its debugging port."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from zoo.drivers.task import AFTER, SETTLE, read


async def visit() -> None:
    """One visit."""
    task = read()
    tool: Any = importlib.import_module(task.options["package"])
    browser = await tool.start(
        headless=task.headless,
        browser_executable_path=task.chromium,
        browser_args=task.flags,
        user_data_dir=str(task.profile),
        sandbox=False,
    )
    page = await browser.get(task.url)
    await asyncio.sleep(SETTLE)
    for name, value in task.fields.items():
        box = await page.select(f"input[name={name}]")
        await (box.mouse_click() if task.options.get("mouse") else box.click())
        await box.send_keys(value)
    button = await page.select("button[type=submit]")
    await (button.mouse_click() if task.options.get("mouse") else button.click())
    await asyncio.sleep(AFTER)
    stopping = browser.stop()
    if asyncio.iscoroutine(stopping):
        await stopping


if __name__ == "__main__":
    asyncio.run(visit())
