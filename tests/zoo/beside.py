"""Stands between the browser and the demo site, and asks BotD and fpscanner about the same visit.

Every request goes on to the site as it came. To the signup page one script is added, which waits for Hushgate's verdict before it loads
the other two, so that they change nothing of what Hushgate sees; one word is added to the page's policy, for fpscanner's worker.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent
ADDED = b'<script defer src="/zoo/beside.js"></script></head>'
FILES = {
    "/zoo/beside.js": HERE / "beside.js",
    "/zoo/botd.js": HERE / "node_modules/@fingerprintjs/botd/dist/botd.esm.js",
    "/zoo/fpscanner.js": HERE / "node_modules/fpscanner/dist/fpScanner.es.js",
}
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Beside:
    """What the other detectors said, by subject."""

    def __init__(self, demo: str, *, ask: bool = True) -> None:
        self._answers: dict[str, dict[str, Any]] = {}
        told = {"target": urlsplit(demo).netloc, "answers": self._answers, "ask": ask}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Passing", (_Passing,), told))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, subject: str, seconds: float = 0) -> dict[str, Any] | None:
        """What BotD and fpscanner answered about this subject's latest visit; None where the page ran neither."""
        end = time.monotonic() + seconds
        while subject not in self._answers and time.monotonic() < end:
            time.sleep(0.1)
        return self._answers.pop(subject, None)

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def beside(demo: str, *, ask: bool = True) -> Iterator[Beside]:
    """Serves for as long as it is needed. Without ``ask`` the page is passed on as it is."""
    made = Beside(demo, ask=ask)
    try:
        yield made
    finally:
        made.close()


class _Passing(BaseHTTPRequestHandler):
    """One request of the browser's: answered here, or passed on to the ``target``, a host and port."""

    target: str
    answers: dict[str, dict[str, Any]]
    ask: bool
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if self.ask and path in FILES:
            self._send(200, {"Content-Type": "text/javascript"}, FILES[path].read_bytes())
        else:
            self._pass_on(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if urlsplit(self.path).path == "/zoo/answer":
            subject = parse_qs(urlsplit(self.path).query)["zoo"][0]
            self.answers[subject] = json.loads(body)
            self._send(204, {}, b"")
        else:
            self._pass_on(body)

    def _pass_on(self, body: bytes | None) -> None:
        connection = http.client.HTTPConnection(self.target, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            self._send(answer.status, *_with_script(kept, answer.read(), ask=self.ask))
        finally:
            connection.close()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        with suppress(BrokenPipeError, ConnectionResetError):  # a browser may be closed at any time
            self.end_headers()
            self.wfile.write(body)


def _with_script(headers: dict[str, str], body: bytes, *, ask: bool) -> tuple[dict[str, str], bytes]:
    """Adds the script to a page, and blob workers to its policy."""
    if not ask or not headers.get("content-type", headers.get("Content-Type", "")).startswith("text/html"):
        return headers, body
    policies = {
        name: f"{value}; worker-src blob:"
        for name, value in headers.items()
        if name.lower() == "content-security-policy"
    }
    return {**headers, **policies}, body.replace(b"</head>", ADDED, 1)
