"""Lists as text, one entry a line. A line that begins with # says where the lines after it come from, and when."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def read_list(name: str) -> tuple[str, ...]:
    """The entries of a list, without comments and blank lines."""
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
