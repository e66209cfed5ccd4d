"""Plays one visitor over HTTP: page, session, sealed payload, form, and the analytics where the conversion counts."""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
import re
import time
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from hushgate_demo.layout import PATH as LAYOUT
from hushgate_demo.wave.visitor import Headers, Visitor

TIMEOUT = 20
ANSWER_MAX = 256 * 1024
_FORM = "application/x-www-form-urlencoded;charset=UTF-8"
_SITEKEY = re.compile(r'data-sitekey="([\w-]{1,64})"')
_ATTEMPT = re.compile(r'name="attempt" value="([0-9a-f]{32})"')


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    body: str

    def json(self) -> dict[str, Any]:
        """The body, {} where it is no JSON object."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class Server:
    """One server on this machine. Any other is refused: made-up signups are for one's own demo."""

    def __init__(self, url: str) -> None:
        """Raises ValueError where the address is not this machine's own."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
            raise ValueError(f"{url} is not on this machine: a wave goes to http://127.0.0.1 or http://localhost only")
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.origin = f"http://{parts.netloc}"

    def send(self, method: str, path: str, headers: Headers, body: str = "") -> Answer:
        """One request, its headers in the order given. Raises OSError or HTTPException where nobody answers."""
        connection = HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (*([("Content-Length", str(len(body.encode())))] if body else []), *headers):
                connection.putheader(name, value.encode("latin-1", "replace"))
            connection.endheaders(body.encode() or None)
            response = connection.getresponse()
            return Answer(response.status, response.read(ANSWER_MAX).decode("utf-8", "replace"))
        finally:
            connection.close()


class Visit(NamedTuple):
    """What came of one visitor, as far as the visitor can tell."""

    visitor: Visitor
    status: int
    converted: bool
    trouble: str = ""


class Ready(NamedTuple):
    """A visitor with the page open, the form filled in and the gate's token: all that is left is to send it."""

    visitor: Visitor
    form: dict[str, str]
    conversion: str


def play(demo: Server, gate: Server, visitor: Visitor) -> Visit:
    """One visitor, from the page to the answer. Never raises."""
    ready = prepare(demo, gate, visitor)
    return ready if isinstance(ready, Visit) else submit(demo, ready)


def prepare(demo: Server, gate: Server, visitor: Visitor) -> Ready | Visit:
    """One visitor, from the page to the token; a Visit with its trouble where there is none. Never raises."""
    try:
        page = demo.send("GET", "/", _navigation(visitor)).body
        verdict = _verdict(demo, gate, visitor, _first(_SITEKEY, page))
    except (OSError, HTTPException, KeyError, ValueError) as error:
        return _trouble(visitor, error)
    form = {"attempt": _first(_ATTEMPT, page), "hushgate-token": verdict["token"]}
    form |= {"name": visitor.name, "email": visitor.email, "password": f"{visitor.email[:8]}-7Kq"}
    return Ready(visitor, form, verdict.get("conversion", ""))


def submit(demo: Server, ready: Ready) -> Visit:
    """Sends the form, and the analytics' event where it counts. Never raises."""
    try:
        return _submit(demo, ready)
    except (OSError, HTTPException) as error:
        return _trouble(ready.visitor, error)


def _trouble(visitor: Visitor, error: Exception) -> Visit:
    return Visit(visitor, 0, False, f"{type(error).__name__}: {error}")


def _submit(demo: Server, ready: Ready) -> Visit:
    visitor = ready.visitor
    headers = _fetch(demo, visitor, "same-origin", _FORM, "application/json")
    answer = demo.send("POST", "/signup", headers, urlencode(ready.form))
    user = answer.json().get("user")
    counts = answer.status == 200 and isinstance(user, dict) and ready.conversion == "count"
    if counts and isinstance(user, dict):
        event = json.dumps({"event": "sign_up", "user_id": user.get("id")})
        demo.send("POST", "/analytics", _fetch(demo, visitor, "same-origin", "text/plain;charset=UTF-8"), event)
    return Visit(visitor, answer.status, counts)


def _verdict(demo: Server, gate: Server, visitor: Visitor, sitekey: str) -> dict[str, Any]:
    headers = _fetch(demo, visitor, "same-site", "text/plain")
    started = time.monotonic()
    answer = gate.send("POST", "/v1/session", headers, json.dumps({"sitekey": sitekey, "action": "signup"}))
    session = answer.json()
    if "session" not in session:
        raise ValueError(f"no session from the gate: {answer.status} {answer.body[:200]}")
    time.sleep(visitor.seconds)
    boxes = _measure(demo, visitor, session["session"])
    payload = _payload(visitor, round((time.monotonic() - started) * 1000), boxes)
    sealed = seal(session["key"], session["session"], payload)
    body = {"session": session["session"], "payload": payload, "seal": sealed}
    answer = gate.send("POST", "/v1/verdict", headers, json.dumps(body))
    if "token" not in answer.json():
        raise ValueError(f"no verdict from the gate: {answer.status} {answer.body[:200]}")
    return answer.json()


def _measure(demo: Server, visitor: Visitor, session: str) -> list[str]:
    """What a browser would make of the session's quiz: this visitor is none, and the demo works it out."""
    engine = "gecko" if "Gecko/" in str(visitor.signals.get("user_agent")) else "blink"
    asked = urlencode({"session": session, "engine": engine})
    answer = demo.send("POST", LAYOUT, [("Content-Type", _FORM)], asked)
    return list(json.loads(answer.body)) if answer.status == 200 else []


def _payload(visitor: Visitor, open_ms: int, boxes: list[str]) -> str:
    told = {name: {"v": value, "ms": 1} for name, value in {**visitor.signals, "quiz": boxes}.items()}
    silent = {name: {"e": reason} for name, reason in visitor.missing.items()}
    clock = round(time.time() * 1000)
    page = {"version": "0", "when": "submit", "open_ms": open_ms, "clock": clock, "embedding": "top"}
    return json.dumps({"v": 1, "signals": {**told, **silent}, "page": page})


def seal(key: str, session: str, payload: str) -> str:
    """The seal of docs/protocol.md, section 3."""
    secret = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    digest = hmac.digest(secret, f"{session}.{payload}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _fetch(demo: Server, visitor: Visitor, site: str, content_type: str, accept: str = "*/*") -> Headers:
    """A fetch's headers: the visitor's own, with what changes from one request to the next filled in."""
    own = {
        "content-type": content_type,
        "accept": accept,
        "origin": demo.origin,
        "sec-fetch-site": site,
        "sec-fetch-mode": "cors",
        "sec-fetch-dest": "empty",
        "referer": f"{demo.origin}/",
    }
    filled = [(name, value or own.get(name.lower(), "")) for name, value in visitor.headers]
    told = {name.lower() for name, _ in filled}
    needed = [(name, own[name]) for name in ("content-type", "origin") if name not in told]
    return [*((name, value) for name, value in filled if value), *needed, ("X-Forwarded-For", visitor.ip)]


def _navigation(visitor: Visitor) -> Headers:
    own = [(name, value) for name, value in visitor.headers if value]
    return [*own, ("Accept", "text/html"), ("X-Forwarded-For", visitor.ip)]


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(1) if match else ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
