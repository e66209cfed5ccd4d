"""The robots' lists and keys are fetched, and the command shows them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agents import GOOGLEBOT, GPTBOT, Signer
from command_line import run
from hushgate.robots.update import update
from stories import CHROME


@contextmanager
def serving(pages: dict[str, str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_lists_are_fetched_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    good, bad = '{"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}', '{"prefixes": []}'
    with serving({"/good": good, "/bad": bad}) as url:
        lists = {"one": f"{url}/good", "two": f"{url}/good"}
        assert [(f.name, f.entries, f.error) for f in update(tmp_path, [], lists)] == [("one", 1, ""), ("two", 1, "")]
        lists = {"one": f"{url}/bad", "two": f"{url}/gone", "three": "http://www.example.com/"}
        errors = {fetched.name: fetched.error for fetched in update(tmp_path, [], lists)}
    assert "nothing in it can be used" in errors["one"] and "404" in errors["two"] and "is not https" in errors["three"]
    assert sorted(path.name for path in (tmp_path / "ranges").iterdir()) == ["one.json", "two.json"]
    assert (tmp_path / "ranges" / "one.json").read_text() == good


def test_an_agents_keys_are_fetched_over_https_only(tmp_path: Path) -> None:
    with serving({"/.well-known/http-message-signatures-directory": Signer().directory}) as url:
        (fetched,) = update(tmp_path, [url.removeprefix("http://")], {})
    assert fetched.error and not list((tmp_path / "keys").iterdir())


@pytest.mark.usefixtures("folder")
def test_the_command_lists_and_checks() -> None:
    listed = run("robots", "list").output
    assert "Googlebot (Google): " in listed and "names in googlebot.com" in listed
    known = run("robots", "check", "66.249.66.1", GOOGLEBOT).output
    assert known == "Googlebot (Google), verified by its published range\n"
    assert "not so: OpenAI publishes no range" in run("robots", "check", "84.128.0.1", GPTBOT, code=1).output
    assert run("robots", "check", "84.128.0.1", CHROME).output == "it names no robot that is known here\n"
