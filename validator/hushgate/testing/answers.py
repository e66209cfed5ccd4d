"""One HTTP answer, whichever client it came from."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Status, headers in their order, body, and how long it took in seconds, where that is known."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float | None = None

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for header, value in self.headers if header.lower() == name]

    @property
    def kind(self) -> str:
        """The media type."""
        return next(iter(self.all("content-type")), "").partition(";")[0].strip().lower()

    @property
    def cookies(self) -> list[tuple[str, str, str]]:
        """Name, value and attributes of each cookie that is set, in their order."""
        return [_cookie(line) for line in self.all("set-cookie")]


def _cookie(line: str) -> tuple[str, str, str]:
    pair, _, rest = line.partition(";")
    name, _, value = pair.partition("=")
    attributes = [part.strip() for part in rest.split(";") if part.strip()]
    words = [part.partition("=")[0] if part.lower().startswith("expires=") else part for part in attributes]
    return name.strip(), value.strip(), "; ".join(words)


def read_answer(response: Any) -> Answer:
    """An Answer from a response of requests, httpx, Starlette, Werkzeug, Flask or Django. Raises TypeError for anything else."""
    if isinstance(response, Answer):
        return response
    status, body = getattr(response, "status_code", None), _body(response)
    headers = getattr(response, "headers", None)
    if not isinstance(status, int) or body is None or headers is None:
        raise TypeError(f"a {type(response).__name__} is no response that can be read: pass a hushgate.testing.Answer")
    return Answer(status, tuple(_headers(response, headers)), body, _seconds(response))


def _seconds(response: Any) -> float | None:
    try:
        elapsed = getattr(response, "elapsed", None)
    except RuntimeError:  # httpx, of a response that no client has timed
        return None
    return elapsed.total_seconds() if elapsed else None


def _body(response: Any) -> bytes | None:
    for name in ("content", "data"):
        body = getattr(response, name, None)
        if isinstance(body, bytes):
            return body
    return None


def _headers(response: Any, headers: Any) -> list[tuple[str, str]]:
    raw = getattr(getattr(response, "raw", None), "headers", None)  # requests joins what came twice, urllib3 does not
    if raw is not None and hasattr(raw, "items"):
        return [(str(name), str(value)) for name, value in raw.items()]
    if hasattr(headers, "multi_items"):  # httpx
        return [(str(name), str(value)) for name, value in headers.multi_items()]
    pairs = [(str(name), str(value)) for name, value in headers.items()]
    morsels = getattr(response, "cookies", None)  # Django keeps them apart
    if isinstance(morsels, SimpleCookie):
        pairs += [("Set-Cookie", morsel.OutputString()) for morsel in morsels.values()]
    return pairs
