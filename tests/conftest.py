"""What the tests share: a gate on throw-away settings, and a browser's story to tell it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stories import Rig, open_rig

pytest_plugins = [
    "command_line",
    "ghost_house",
    "demo_shop",
    "doors",
    "ghost_restores",
    "step_ups",
    "stores",
]  # what others import, first


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A gate that enforces, with one site, on an embedded state store. Its visitors come as often as a test likes."""
    rig = open_rig(tmp_path, layers={"limits": "off"})
    yield rig
    rig.house.close()
