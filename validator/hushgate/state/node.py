"""One server of a Redis, or of a cluster: its connections, and how long to leave it alone after it has failed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from redis.exceptions import AskError, NoScriptError, RedisError, ResponseError, TryAgainError

from hushgate.state.lua import Asking

T = TypeVar("T")
TIMEOUT = 0.25
"""Seconds in which a server must accept a connection, and again in which it must answer."""
PAUSE = 1.0
"""Seconds in which nothing is asked of a server that has just failed: no request waits behind a dead one."""
RESTED = 0.05
"""Seconds after which a connection is looked at before it is used: the server may have been restarted meanwhile."""


class Connection(Protocol):
    """What is used of redis-py's connections, TCP, TLS or Unix; it connects when it is first asked to send."""

    def send_command(self, *words: Any) -> Any:
        """Packs one command and sends it."""

    def read_response(self) -> Any:
        """One answer, or the error that the server gave, raised."""

    def can_read(self, timeout: float) -> bool:
        """Whether something has come; raises where the server has hung up."""

    def disconnect(self) -> Any:
        """Closes the socket; the next command opens another."""


class Down(Exception):
    """A server did not do what was asked. ``touched`` is whether it was asked at all.

    The message holds neither address nor password, and no exception that does is chained to it.
    """

    def __init__(self, message: str, *, touched: bool) -> None:
        super().__init__(message)
        self.touched = touched


class Breaker:
    """Refuses for PAUSE seconds after a failure; then lets one request through, and the others when that one came back."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    @property
    def tripped(self) -> bool:
        """Whether the last that was heard is a failure."""
        return bool(self._until)

    def enter(self) -> None:
        """Raises Down where it is too early to ask."""
        if not self._until:
            return
        with self._lock:
            if time.monotonic() < self._until:
                raise Down("the state store failed a moment ago", touched=False)
            if self._until:
                # this request is the probe; should it never come back, another one may try after a while
                self._until = time.monotonic() + PAUSE

    def failed(self) -> None:
        """Starts the pause."""
        self._until = time.monotonic() + PAUSE

    def succeeded(self) -> None:
        """Ends it."""
        if self._until:
            self._until = 0.0


class Node:
    """One server. Its connections are spoken to directly: redis-py's pool and retry layers cost more than the round trip.

    A connection is used by one thread at a time. ``host`` is where it is said to live, for a cluster that answers "here".
    """

    def __init__(self, connect: Callable[[], Connection], host: str = "") -> None:
        self.host = host
        self.breaker = Breaker()
        self._connect = connect
        self._idle: list[tuple[Connection, float]] = []

    def run(self, script: Asking, keys: list[str], values: tuple[Any, ...], *, asking: bool = False) -> Any:
        """Runs a script, telling it to a server that does not know it. Raises as ``call`` does."""
        try:
            return self.call(*script.words(keys, values), asking=asking)
        except NoScriptError:
            return self.call(*script.words(keys, values, known=False), asking=asking)

    def call(self, *command: Any, asking: bool = False) -> Any:
        """Sends one command and reads its answer.

        Raises:
            Down: the server cannot be asked, did not answer in time, or refused.
            NoScriptError, AskError, MovedError, TryAgainError: it answered so, and is well.
        """
        self.breaker.enter()
        connection = None
        try:
            connection = self._take()
            answer = _exchange(connection, command, asking=asking)
        except (NoScriptError, AskError, TryAgainError):
            self._give(connection)
            raise
        except (RedisError, OSError, ValueError) as error:
            failure = type(error).__name__
        else:
            self._give(connection)
            return answer
        self._fail(connection, failure)
        # raised out here, because what is chained to an exception ends up in reports, with the URL in its locals
        raise Down(f"the state store did not answer ({failure})", touched=True)

    def close(self) -> None:
        """Closes the idle connections."""
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.disconnect()

    def _take(self) -> Connection:
        while self._idle:
            try:
                connection, used = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if time.monotonic() - used < RESTED or not _stale(connection):
                return connection
            connection.disconnect()
        return self._connect()

    def _give(self, connection: Connection | None) -> None:
        if connection is not None:
            self._idle.append((connection, time.monotonic()))
        self.breaker.succeeded()

    def _fail(self, connection: Connection | None, failure: str) -> None:
        if failure == ResponseError.__name__:
            # a script that failed, as one does on a slot that is half moved: no other request need suffer from it
            self._give(connection)
            return
        self.breaker.failed()
        if connection is not None:
            connection.disconnect()
        # the others lead to the same server, and a name may lead to a new one now
        self.close()


def _exchange(connection: Connection, command: tuple[Any, ...], *, asking: bool) -> Any:
    if asking:
        connection.send_command("ASKING")
        connection.read_response()
    connection.send_command(*command)
    return connection.read_response()


def _stale(connection: Connection) -> bool:
    """Whether the server has hung up, or says something that nobody asked for."""
    try:
        return connection.can_read(0)
    except (RedisError, OSError):
        return True


class PerProcess(Generic[T]):
    """Builds the same again in a child after a fork: two processes must not speak on one socket, or wait for one lock."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build, self._built, self._pid = build, build(), os.getpid()

    def get(self) -> T:
        """What was built in this process."""
        if self._pid != os.getpid():
            self._built, self._pid = self._build(), os.getpid()
        return self._built
