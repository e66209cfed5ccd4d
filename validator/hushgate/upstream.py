"""Questions to services elsewhere, asked off the request: a few threads, a short queue, one question a key, and a breaker.

Whoever needs the answer in a request waits no longer than they say; the answer still comes in for the next one.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, Generic, NamedTuple, TypeVar

from hushgate.breaker import Breaker

T = TypeVar("T")
log = logging.getLogger(__name__)
TIMEOUT = 5.0
"""Seconds that one question may wait for a connection, and again for each part of the answer."""
ANSWER_MAX = 512 * 1024
QUEUE_MAX = 256
THREADS = 2
REST = 60.0
"""Seconds in which a service that fails is left alone."""


class UpstreamLost(Exception):
    """A service did not answer as it should, or is not asked at the moment; why, in words."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(url: str, headers: Mapping[str, str], timeout: float = TIMEOUT, data: bytes | None = None) -> Reply:
    """Gets one page, or posts ``data`` to it, whatever its status. Redirects are not followed: they would carry keys elsewhere. Raises UpstreamLost."""
    request = urllib.request.Request(url, data=data, headers={"User-Agent": "hushgate", **headers})  # noqa: S310 - the operator's URL
    try:
        with _OPENER.open(request, timeout=timeout) as answer:
            return Reply(answer.status, dict(answer.headers), answer.read(ANSWER_MAX))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, dict(error.headers), error.read(ANSWER_MAX))
    except (OSError, ValueError) as error:
        # the kind and not the message: a URL may hold what must not be logged
        raise UpstreamLost(f"the service cannot be reached ({type(error).__name__})") from None


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


class Upstream(Generic[T]):
    """One service. ``work`` asks it about a key, in a thread of ours; what it raises is the answer's failure."""

    def __init__(self, name: str, work: Callable[[str], T]) -> None:
        self.name, self._work = name, work
        self.breaker = Breaker(rest=REST)
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._asked: dict[str, Future[T]] = {}
        self._queue: queue.Queue[str] = queue.Queue(QUEUE_MAX)
        self._threads = 0

    def ask(self, key: str) -> Future[T]:
        """Asks about a key; who asks about the same meanwhile gets the same future. It fails at once where nobody can be asked."""
        if self._pid != os.getpid():  # the threads stayed in the parent
            self._start()
        with self._lock:
            known = self._asked.get(key)
            if known is not None:
                return known
            future: Future[T] = Future()
            if not self.breaker.ask():
                future.set_exception(UpstreamLost("the service failed a moment ago, and is left alone"))
                return future
            try:
                self._queue.put_nowait(key)
            except queue.Full:
                future.set_exception(UpstreamLost("too many questions are waiting"))
                return future
            self._asked[key] = future
            self._hire()
        return future

    def _hire(self) -> None:
        if self._threads < THREADS:
            self._threads += 1
            threading.Thread(target=self._serve, args=(self._queue,), name=f"hushgate-{self.name}", daemon=True).start()

    def _serve(self, waiting: queue.Queue[str]) -> None:
        while True:
            key = waiting.get()
            future = self._asked[key]
            try:
                answer = self._work(key)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer's failure
                self._failed(key, error)
                _settle(future.set_exception, error)
            else:
                self.breaker.succeeded()
                self._done(key)
                _settle(future.set_result, answer)

    def _failed(self, key: str, error: Exception) -> None:
        if not self.breaker.open:
            log.warning("%s: %s", self.name, error if isinstance(error, UpstreamLost) else type(error).__name__)
        self.breaker.failed()
        self._done(key)

    def _done(self, key: str) -> None:
        with self._lock:
            del self._asked[key]


def _settle(settle: Callable[[Any], None], value: Any) -> None:
    with suppress(InvalidStateError):  # whoever waited has cancelled it
        settle(value)
