"""A form that is sent twice (a double click, an impatient reload) is one signup with one answer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from hushgate_demo.forms import SignupForm
from hushgate_demo.outcome import Outcome

SECONDS = 60.0
WAIT = 20.0


class Attempts:
    """Remembers, in memory and for a minute, what came of each form."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: dict[str, tuple[float, Future[Outcome]]] = {}

    def once(self, form: SignupForm, work: Callable[[], Outcome]) -> Outcome:
        """Does the work for this form, or waits for whoever does it. A form without an attempt number is always new."""
        if not form.attempt:
            return work()
        key, mine = _key(form), Future[Outcome]()
        with self._lock:
            self._forget()
            _, first = self._answers.setdefault(key, (time.monotonic(), mine))
        return self._work(key, mine, work) if first is mine else first.result(timeout=WAIT)

    def _work(self, key: str, mine: Future[Outcome], work: Callable[[], Outcome]) -> Outcome:
        try:
            outcome = work()
        except BaseException as error:
            mine.set_exception(error)
            self._answers.pop(key, None)
            raise
        mine.set_result(outcome)
        if not outcome.done:
            self._answers.pop(key, None)
        return outcome

    def _forget(self) -> None:
        oldest = time.monotonic() - SECONDS
        for key in [key for key, (at, _) in self._answers.items() if at < oldest]:
            del self._answers[key]


def _key(form: SignupForm) -> str:
    whole = f"{form.attempt}\0{form.name}\0{form.email}\0{form.password}"
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()
