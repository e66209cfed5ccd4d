"""Gates on real sockets: one that works, and servers that are none: silent, dripping, talking rubbish, hanging up."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from werkzeug.serving import WSGIRequestHandler, make_server

from hushgate import RemoteGate
from stories import HEADERS, HOST, SITE, Rig

SECRET = "hgs_" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
"""A site's secret, in shape."""


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Nothing."""


def visitor(agent: str = HEADERS["user-agent"], **environ: Any) -> Any:
    """A customer's request, as far as it is read."""
    return SimpleNamespace(environ={"HTTP_USER_AGENT": agent, "REMOTE_ADDR": "84.128.0.1", **environ})


def counted(gate: RemoteGate, name: str, **labels: str) -> float:
    """What a gate has counted."""
    return gate.metrics.registry.get_sample_value(f"hushgate_{name}_total", labels) or 0.0


@contextmanager
def served(app: Any, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A WSGI app on a port of its own; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def secured(app: Any, folder: Path) -> Iterator[tuple[str, Path]]:
    """The same with TLS, by a certificate that nobody has signed; yields its address and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")]), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(addresses, critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    (folder / "gate.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "gate.pem", folder / "key.pem")
    with served(app, context) as url:
        yield url, folder / "gate.pem"


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
    gate = RemoteGate(url, secret, **{"sitekey": SITE, **options})
    try:
        yield gate
    finally:
        gate.close()


Manner = Callable[[socket.socket, threading.Event], None]


@contextmanager
def ill_mannered(manner: Manner) -> Iterator[str]:
    """A server that takes connections and treats each by ``manner``, until the event that it is given."""
    over, listener = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def treat(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            manner(connection, over)

    with ThreadPoolExecutor(64) as threads:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    threads.submit(treat, listener.accept()[0])

        threads.submit(listen)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


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


def whole_question(connection: socket.socket) -> bytes:
    """The body of one request, waited for to its end; b"" where the other side has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return body


def saying(answer: bytes) -> Manner:
    """Answers each question with the same bytes."""

    def manner(connection: socket.socket, _: threading.Event) -> None:
        while whole_question(connection):
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
