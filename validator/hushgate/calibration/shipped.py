"""The calibration that the shipped weights come from: data/calibration.json."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from hushgate.calibration.figures import Calibration

FILE = Path(__file__).parents[1] / "data" / "calibration.json"


@cache
def shipped() -> Calibration:
    """Reads it."""
    return msgspec.json.decode(FILE.read_bytes(), type=Calibration)


def write(calibration: Calibration, to: Path = FILE) -> None:
    """Writes it, a line for each check: a change of one is a change of one line."""
    head = msgspec.json.encode(msgspec.structs.replace(calibration, checks=[])).decode()
    lines = ",\n".join(msgspec.json.encode(figure).decode() for figure in calibration.checks)
    to.write_text(f"{head.removesuffix(']}')}\n{lines}\n]}}\n", encoding="utf-8")
    shipped.cache_clear()
