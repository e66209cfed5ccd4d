"""Serves the collector: moving and immutable, with the hash for SRI, and the frame with workers that it opens on this origin."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from flask import Blueprint, Response, abort

from hushgate.house import House
from hushgate.version import __version__
from hushgate.web.answers import answer

SCRIPTS = ("hushgate.js", "rooms.js", "decoy.js", "stepup.js")
_FORMER = {"room.js": "rooms.js"}
"""Names that a browser may still ask for, by the frame that it has kept, and what they are called now."""

_MOVING = "public, max-age=3600, stale-while-revalidate=86400"
_IMMUTABLE = "public, max-age=31536000, immutable"
_ROOMS = b'<!doctype html><meta charset="utf-8"><title>hushgate</title><script>%b</script>\n'
_FRAME_POLICY = "default-src 'none'; script-src {}; worker-src {}"


@cache
def read_script(name: str) -> bytes | None:
    """The built script, or None where the package was installed without it."""
    file = resources.files("hushgate.web") / "static" / name
    return file.read_bytes() if file.is_file() else None


@cache
def integrity(name: str) -> str:
    """The SRI hash of a script."""
    return _hash(read_script(name) or b"", "sha384")


def _hash(script: bytes, kind: str) -> str:
    return f"{kind}-{base64.b64encode(hashlib.new(kind, script).digest()).decode()}"


def _built(name: str) -> bytes:
    body = read_script(name)
    if body is None:
        abort(404, "the collector was not built: reinstall the package, or run `make build`")
    return body


def _script(name: str, cache_control: str) -> Response:
    response = Response(_built(name), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = cache_control
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def frame(page: bytes, inline: bytes = b"") -> Response:
    """A page that sites open in a frame: it may run the script that stands in it and workers made of its text, or else the gate's, and nothing more."""
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = _MOVING
    sources = (f"'{_hash(inline, 'sha256')}'", "blob:") if inline else ("'self'", "'self'")
    response.headers["Content-Security-Policy"] = _FRAME_POLICY.format(*sources)
    # pages that isolate themselves may embed only what says so too
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def blueprint(_house: House) -> Blueprint:
    """The scripts' routes."""
    routes = Blueprint("collector", __name__)

    @routes.get(f"/v1/<any({', '.join(map(repr, (*SCRIPTS, *_FORMER)))}):name>")
    def moving(name: str) -> Response:
        return _script(_FORMER.get(name, name), _MOVING)

    @routes.get(f"/v{__version__}/hushgate.js")
    def immutable() -> Response:
        return _script("hushgate.js", _IMMUTABLE)

    @routes.get("/v1/integrity.json")
    def hashes() -> Response:
        return answer(
            {"version": __version__, "path": f"/v{__version__}/hushgate.js", "integrity": integrity("hushgate.js")}
        )

    @routes.get("/v1/rooms")
    def rooms() -> Response:
        script = _built("rooms.js")
        return frame(_ROOMS % script, script)

    return routes
