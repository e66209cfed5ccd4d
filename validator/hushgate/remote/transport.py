"""Posts to the gate over connections that are kept, by any number of threads, in any process."""

from __future__ import annotations

import os
import ssl
import time
from collections import deque
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit

from hushgate.errors import GateLost
from hushgate.remote.line import Address, Line, dial, left, look_up

ANSWER_MAX = 256 * 1024
IDLE_MAX = 32
ADDRESSES_SECONDS = 30.0
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "hushgate-client"}


class Reply(NamedTuple):
    """What came back, whole."""

    status: int
    body: bytes


class Transport:
    """Posts to one gate. ``budget`` is in seconds, from the look-up of its name to the last byte of its answer."""

    def __init__(self, url: str, budget: float) -> None:
        parts = urlsplit(url)
        self._host, self._path = parts.hostname or "", parts.path.rstrip("/")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self.budget = budget
        self._pid = os.getpid()
        self._idle: deque[Line] = deque()
        self._addresses: list[Address] = []
        self._looked_up = 0.0

    def post(self, path: str, body: bytes, *, again: bool) -> Reply:
        """Posts once; ``again`` where a connection that was kept turns out to be closed, and asking twice does no harm.

        Raises:
            GateLost: there was no whole answer within the budget.
        """
        until = time.monotonic() + self.budget
        try:
            line = self._take()
            if line is not None:
                try:
                    return self._ask(line, path, body, until)
                except ConnectionError:
                    if not again:
                        raise
            return self._ask(self._dial(until), path, body, until)
        except TimeoutError:
            raise GateLost("timeout", f"the gate did not answer within {self.budget * 1000:.0f} ms") from None
        except (OSError, HTTPException, ValueError) as error:
            raise GateLost("connection", f"the gate cannot be reached: {error or type(error).__name__}") from None

    def _take(self) -> Line | None:
        """A connection that is open and idle, if there is one."""
        if self._pid != os.getpid():  # two processes must not speak on one connection; closed here, it stays open there
            self._pid = os.getpid()
            self.close()
        while True:
            try:
                line = self._idle.pop()
            except IndexError:
                return None
            if not line.stale:
                return line
            line.hang_up()

    def _dial(self, until: float) -> Line:
        now = time.monotonic()
        if not self._addresses or now - self._looked_up > ADDRESSES_SECONDS:
            self._addresses, self._looked_up = look_up(self._host, self._port, until), now
        try:
            return dial(self._host, self._port, self._addresses, self._context, until)
        except OSError:
            self._addresses = []  # it may have moved
            raise

    def _ask(self, line: Line, path: str, body: bytes, until: float) -> Reply:
        """One question and its answer. The connection is kept only where the answer was read to its end."""
        line.until = until
        kept = False
        try:
            line.request("POST", self._path + path, body, _HEADERS)
            response = line.getresponse()
            data = response.read(ANSWER_MAX + 1)
            left(until)
            kept = response.isclosed() and not response.will_close
            return Reply(response.status, data)
        finally:
            if kept:
                self._keep(line)
            else:
                line.hang_up()

    def _keep(self, line: Line) -> None:
        if len(self._idle) < IDLE_MAX:
            self._idle.append(line)
        else:
            line.hang_up()

    def close(self) -> None:
        """Closes the connections that are idle."""
        while self._idle:
            self._idle.pop().hang_up()
