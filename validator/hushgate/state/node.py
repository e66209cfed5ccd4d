"""One server of a Redis, or of a cluster: its connections, and how long to leave it alone after it has failed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
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

    def begin(self, script: Asking, keys: list[str], values: tuple[Any, ...]) -> Callable[[], Any]:
        """The same in two steps: asks now, and what is returned waits for the answer."""
        waiting = self.send(*script.words(keys, values))

        def answer() -> Any:
            try:
                return waiting()
            except NoScriptError:
                return self.call(*script.words(keys, values, known=False))

        return answer

    def call(self, *command: Any, asking: bool = False) -> Any:
        """Sends one command and reads its answer. Raises as ``send`` does."""
        return self.send(*command, asking=asking)()

    def send(self, *command: Any, asking: bool = False) -> Callable[[], Any]:
        """Sends one command. What is returned reads its answer, and is called once or, where nobody wants it any more, not at all.

        Raises, then or now:
            Down: the server cannot be asked, did not answer in time, or refused.
            NoScriptError, AskError, MovedError, TryAgainError: it answered so, and is well.
        """
        self.breaker.enter()
        connection = None
        try:
            connection = self._take()
            if asking:
                connection.send_command("ASKING")
            connection.send_command(*command)
        except (RedisError, OSError, ValueError) as error:
            failure = type(error).__name__
        else:
            return partial(self._answer, connection, 2 if asking else 1)
        raise self._failed(connection, failure)

    def _answer(self, connection: Connection, answers: int) -> Any:
        """The last of so many answers."""
        left = answers
        try:
            while left:
                answer, left = connection.read_response(), left - 1
        except (NoScriptError, AskError, TryAgainError):
            self._give(connection)
            raise
        except (RedisError, OSError, ValueError) as error:
            # with an answer still to come, whoever is given the connection next would read that for its own
            failure = type(error).__name__ if left == 1 else "ASKING was refused"
        else:
            self._give(connection)
            return answer
        # raised out here, because what is chained to an exception ends up in reports, with the URL in its locals
        raise self._failed(connection, failure)

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

    def _give(self, connection: Connection) -> None:
        self._idle.append((connection, time.monotonic()))
        self.breaker.succeeded()

    def _failed(self, connection: Connection | None, failure: str) -> Down:
        if failure == ResponseError.__name__ and connection is not None:
            # a script that failed, as one does on a slot that is half moved: no other request need suffer from it
            self._give(connection)
        else:
            self.breaker.failed()
            if connection is not None:
                connection.disconnect()
            # the others lead to the same server, and a name may lead to a new one now
            self.close()
        return Down(f"the state store did not answer ({failure})", touched=True)


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
