"""Which folder a path in the settings is relative to."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def anchored(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The values, with each relative path among them in ``folder``, absolute.

    Links are not followed: where a settings file is one (a mounted ConfigMap), it is its own folder that counts, which stays.
    """
    home = folder.absolute()
    return {name: home / value if isinstance(value, Path) else value for name, value in values.items()}
