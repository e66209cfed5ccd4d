"""Turnstile and hCaptcha cannot be had here. These are fakes, on local servers, that verify as the services' documentation says.

https://developers.cloudflare.com/turnstile/get-started/server-side-validation, https://docs.hcaptcha.com/#verify
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from gates import served

SECRET = "0x-captcha-secret"
SITEKEY = "0x-captcha-sitekey"


@dataclass
class Captcha:
    """One service. ``solved`` are the answers that its widget gave out, with what each was given for."""

    name: str
    url: str = ""
    solved: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    rubbish: bytes = b""
    error: str = ""
    hold: threading.Event = field(default_factory=threading.Event)
    used: set[str] = field(default_factory=set)

    def verify(self, fields: dict[str, str]) -> dict[str, Any]:
        """What is answered to one question. An answer is good once."""
        used, answer = self.used, fields.get("response", "")
        if self.error:
            return {"success": False, "error-codes": [self.error]}
        if fields.get("secret") != SECRET:
            return {"success": False, "error-codes": ["invalid-input-secret"]}
        if answer in used or answer not in self.solved:
            told = "timeout-or-duplicate" if self.name == "turnstile" else "already-seen-response"
            return {"success": False, "error-codes": [told if answer in used else "invalid-input-response"]}
        if self.name == "hcaptcha" and fields.get("sitekey") != SITEKEY:
            return {"success": False, "error-codes": ["sitekey-secret-mismatch"]}
        used.add(answer)
        return {"success": True, "challenge_ts": "2026-01-01T00:00:00Z", "error-codes": [], **self.solved[answer]}


@contextmanager
def captcha(name: str) -> Iterator[Captcha]:
    """A service on a port of its own."""
    service = Captcha(name)
    service.hold.set()

    def app(environ: Any, start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        assert environ["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
        service.asked.append(dict(parse_qsl(body.decode())))
        service.hold.wait(10)
        start_response(f"{service.status} Told", [("Content-Type", "application/json")])
        return [service.rubbish or json.dumps(service.verify(service.asked[-1])).encode()]

    with served(app) as url:
        service.url = f"{url}/siteverify"
        try:
            yield service
        finally:
            service.hold.set()
