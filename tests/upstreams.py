"""Services that cannot be had here, spoken for by local servers. They are fakes: they follow the services' documentation, and no more."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Service:
    """What a fake answers, and what it was asked: (path, headers) each."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    scores: dict[str, int] = field(default_factory=dict)
    trusted: set[str] = field(default_factory=set)
    passwords: dict[str, int] = field(default_factory=dict)
    rubbish: bytes = b""

    def answer(self, path: str) -> bytes:
        """The body for a path."""
        if self.rubbish:
            return self.rubbish
        return self._range(path.rpartition("/")[2]) if path.startswith("/range/") else self._check(path)

    def _range(self, prefix: str) -> bytes:
        """https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange, with padding."""
        hashes = {hashlib.sha1(word.encode()).hexdigest().upper(): times for word, times in self.passwords.items()}
        rows = [f"{digest[5:]}:{times}" for digest, times in hashes.items() if digest[:5] == prefix]
        padding = [f"{hashlib.sha1(bytes([number])).hexdigest().upper()[5:]}:0" for number in range(200)]
        return "\r\n".join([*rows, *padding]).encode()

    def _check(self, path: str) -> bytes:
        """https://docs.abuseipdb.com/#check-endpoint"""
        address = parse_qs(urlsplit(path).query)["ipAddress"][0]
        data: dict[str, Any] = {"ipAddress": address, "isPublic": True, "isWhitelisted": address in self.trusted}
        return json.dumps({"data": {**data, "abuseConfidenceScore": self.scores.get(address, 0)}}).encode()


def _handler(told: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, dict(self.headers)))
            told.hold.wait(10)
            body = told.answer(self.path)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def service() -> Iterator[Service]:
    """A fake on a free port."""
    told = Service()
    told.hold.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        told.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
