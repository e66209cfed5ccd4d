"""Says of a line for the log whether it is time for it: what anybody can bring about must not fill a disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

MINUTE = 60.0


class Seldom:
    """Lets a line pass once in a while for each thing that it is about, and for so many things at the most."""

    def __init__(self, seconds: float = MINUTE, most: int = 64, now: Callable[[], float] = time.monotonic) -> None:
        """``most`` is for how many things in so many seconds: where a visitor says what it is about, there is no end of them."""
        self._seconds, self._most, self._now = seconds, most, now
        self._told: dict[str, float] = {}
        self._lock = Lock()

    def may(self, about: str = "") -> bool:
        """Whether a line about this may be written now. It is taken to be written."""
        with self._lock:
            now = self._now()
            self._told = {name: at for name, at in self._told.items() if now - at < self._seconds}
            if about in self._told or len(self._told) >= self._most:
                return False
            self._told[about] = now
            return True
