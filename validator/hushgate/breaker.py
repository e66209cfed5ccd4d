"""A circuit breaker: who fails again and again is left alone for a while, and nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Open after ``limit`` failures in a row, for ``rest`` seconds; then one question is let through every ``rest`` seconds.

    It takes no lock, which a fork could leave held: a lost update costs one question more or less.
    """

    def __init__(self, limit: int = 3, rest: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._rest, self._clock = limit, rest, clock
        self._failures = 0
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Whether questions are held back."""
        return self._failures >= self._limit

    def ask(self) -> bool:
        """Whether a question may go out."""
        if not self.open:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._until = now + self._rest
        return True

    def succeeded(self) -> None:
        """It answered."""
        self._failures = 0

    def failed(self) -> None:
        """It did not answer as it should."""
        self._failures += 1
        self._until = self._clock() + self._rest
