"""pydoll: a browser without a driver program, with humanised typing and mouse of its own."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from zoo.drivers.task import AFTER, SETTLE, read


async def visit() -> None:
    """One visit."""
    task = read()
    options: Any = importlib.import_module("pydoll.browser.options").ChromiumOptions()
    options.binary_location = task.chromium
    options.headless = task.headless
    own = {"--no-first-run"}  # pydoll adds this by itself, and refuses it twice
    for flag in [*task.flags, f"--user-data-dir={task.profile}"]:
        if flag not in own:
            options.add_argument(flag)
    chrome: Any = importlib.import_module("pydoll.browser").Chrome
    async with chrome(options=options) as browser:
        page = await browser.start()
        await page.go_to(task.url)
        await asyncio.sleep(SETTLE)
        for name, value in task.fields.items():
            box = await page.query(f"input[name={name}]")
            await box.click()
            await box.type_text(value, humanize=bool(task.options.get("humanize", False)))
        await (await page.query("button[type=submit]")).click()
        await asyncio.sleep(AFTER)


if __name__ == "__main__":
    asyncio.run(visit())
