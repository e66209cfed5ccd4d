"""What a setting is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REDIS_REMEDY = "Write redis://host:port, rediss://host:port or redis+cluster://host:port,host:port"


@dataclass(frozen=True)
class Rate:
    """At most ``amount`` in ``window`` seconds."""

    amount: int
    window: int


@dataclass(frozen=True)
class Setting:
    """One setting. ``read`` turns what the file or the environment says into the value, or raises ValueError in words."""

    name: str
    read: Callable[[Any], Any]
    default: Any
    help: str
    secret: bool = False
