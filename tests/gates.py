"""Gates on real sockets: one that works, and servers that are none: silent, dripping, talking rubbish, hanging up."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from hushgate import RemoteGate
from stories import HOST, SITE, Rig


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def served(app: Any) -> Iterator[str]:
    """A WSGI app on a port of its own; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running_gate(rig: Rig, keys: str, port: int) -> Iterator[None]:
    """The rig's gate as an operator runs it, in a process of its own, with the rig's keys and state."""
    site = rig.house.config.sites[SITE]
    settings = rig.data / "hushgate.toml"
    settings.write_text(
        f'[sites.{SITE}]\nhostnames = ["{HOST}"]\nmode = "enforce"\nsecrets = {json.dumps(list(site.secrets))}\n'
    )
    ours = {"HUSHGATE_CONFIG": str(settings), "HUSHGATE_KEYS": keys, "HUSHGATE_DATA": str(rig.data)}
    command = [sys.executable, "-c", "from hushgate.cli import main; main()", "serve", "--port", str(port)]
    with (rig.data / "gate.log").open("ab") as out:
        process = subprocess.Popen(command, env={**os.environ, **ours}, stdout=out, stderr=out)
    try:
        _wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the gate did not start"
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the gate does not answer")


@contextmanager
def remote(rig: Rig, **options: Any) -> Iterator[RemoteGate]:
    """A gate elsewhere that works, as a backend holds it. Its budget is long: the machine may be slow."""
    with served(rig.client.application) as url, held(url, rig.secret, **{"budget_ms": 20_000, **options}) as gate:
        yield gate


@contextmanager
def held(url: str, secret: str, **options: Any) -> Iterator[RemoteGate]:
    """A gate at an address, closed at the end."""
    gate = RemoteGate(url, secret, sitekey=SITE, **options)
    try:
        yield gate
    finally:
        gate.close()


Manner = Callable[[socket.socket, threading.Event], None]


@contextmanager
def ill_mannered(manner: Manner) -> Iterator[str]:
    """A server that takes connections and treats each by ``manner``, until the event that it is given."""
    over, threads = threading.Event(), list[threading.Thread]()
    listener = socket.create_server(("127.0.0.1", 0))

    def treat(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            manner(connection, over)

    def listen() -> None:
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threads.append(threading.Thread(target=treat, args=(connection,)))
            threads[-1].start()

    threads.append(threading.Thread(target=listen))
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join()


def silent(_: socket.socket, over: threading.Event) -> None:
    """Takes the question and says nothing."""
    over.wait()


def dripping(connection: socket.socket, over: threading.Event) -> None:
    """Answers one byte at a time: no single read takes long, and the answer never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b" ")


def dripping_headers(connection: socket.socket, over: threading.Event) -> None:
    """The same, before the body is reached."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not over.wait(0.02):
        connection.sendall(b"x")


def hanging_up(connection: socket.socket, _: threading.Event) -> None:
    """Reads the question and closes."""
    connection.recv(65536)


def saying(answer: bytes) -> Manner:
    """Answers each question with the same bytes."""

    def manner(connection: socket.socket, _: threading.Event) -> None:
        while connection.recv(65536):
            connection.sendall(answer)

    return manner


def page(status: str, body: bytes, kind: str = "application/json") -> Manner:
    """A whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return saying(head.encode() + body)


@contextmanager
def took(most: float) -> Iterator[None]:
    """Fails where the block takes far longer than a budget: generous, for the machine is shared."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < most
