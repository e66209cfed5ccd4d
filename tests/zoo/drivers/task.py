"""What a driver is to do: read from the environment, as the runner put it there."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VARIABLE = "HUSHGATE_ZOO"
SETTLE = 2.0
"""Seconds from the page's load to the first field: every tool waits the same."""
AFTER = 4.0
"""Seconds from the click to the end: the signup's answer, and the other detectors' after it."""


@dataclass(frozen=True)
class Task:
    """One visit: where, with which browser, into which folder, and the subject's own options."""

    url: str
    profile: Path
    chromium: str
    chromium_shell: str
    chromedriver: str
    firefox: str
    flags: list[str]
    fields: dict[str, str]
    seed: int
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def headless(self) -> bool:
        """Whether the browser shows no window."""
        return bool(self.options.get("headless", False))

    @property
    def fill(self) -> str:
        """How the form is filled."""
        return str(self.options.get("fill", "type"))


def read() -> Task:
    """The task of this process."""
    given = json.loads(os.environ[VARIABLE])
    return Task(**{**given, "profile": Path(given["profile"])})


def pauses(task: Task, low: float = 0.05, high: float = 0.19) -> Any:
    """A function that draws seconds between two keys, the same for the same seed."""
    pick = random.Random(task.seed)
    return lambda: pick.uniform(low, high)
