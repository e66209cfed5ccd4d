"""One connection to the gate, on which every wait ends at one time: the standard library starts its clock anew at each read."""

from __future__ import annotations

import io
import queue
import select
import socket
import ssl
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection
from typing import Any

Address = tuple[Any, ...]


class Line(HTTPConnection):
    """A connection that is open. ``until`` is when all waiting ends, by ``time.monotonic``."""

    auto_open = 0
    until = 0.0

    def __init__(self, host: str, port: int, raw: socket.socket) -> None:
        super().__init__(host, port)
        self._raw = raw
        self.sock = _Clocked(self, raw)

    def left(self) -> float:
        """Seconds that remain. Raises TimeoutError where there are none."""
        return left(self.until)

    def hang_up(self) -> None:
        """Closes the connection."""
        self._raw.close()

    @property
    def stale(self) -> bool:
        """Whether an idle connection was closed by the other side, or holds what nobody asked for."""
        try:
            poll = select.poll()
            poll.register(self._raw, select.POLLIN)
            return bool(poll.poll(0))
        except (OSError, ValueError):
            return True


class _Clocked:
    """The part of a socket that ``http.client`` uses."""

    def __init__(self, line: Line, raw: socket.socket) -> None:
        self._line, self._raw = line, raw

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(self._line.left())
        self._raw.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._line, self._raw))

    def close(self) -> None:
        """Nothing: ``http.client`` closes before it has read the answer, where that is the last one. See ``hang_up``."""


class _Reader(io.RawIOBase):
    def __init__(self, line: Line, raw: socket.socket) -> None:
        self._line, self._raw = line, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._raw.settimeout(self._line.left())
        return self._raw.recv_into(buffer)


def left(until: float) -> float:
    """Seconds until then. Raises TimeoutError where there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the budget is used up")
    return seconds


def dial(host: str, port: int, addresses: list[Address], context: ssl.SSLContext | None, until: float) -> Line:
    """Opens a connection to the first address that answers; each gets its share of the time. Raises OSError."""
    error: OSError = OSError("the name has no address")
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        raw = socket.socket(family, kind, protocol)
        try:
            raw.settimeout(left(until) / (len(addresses) - number))
            raw.connect(address)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                raw.settimeout(left(until))
                raw = context.wrap_socket(raw, server_hostname=host)
        except OSError as failed:
            raw.close()
            error = failed
        else:
            return Line(host, port, raw)
    raise error


def look_up(host: str, port: int, until: float) -> list[Address]:
    """The addresses of a name. Raises OSError.

    In a thread of its own: the system's resolver knows no time limit, and may take half a minute where its server is gone.
    """
    with suppress(OSError):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    found: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def work() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            found.put(OSError(str(error)))

    threading.Thread(target=work, name="hushgate-look-up", daemon=True).start()
    try:
        result = found.get(timeout=left(until))
    except queue.Empty:
        raise TimeoutError("the name was not looked up in time") from None
    if isinstance(result, OSError):
        raise result
    return result
