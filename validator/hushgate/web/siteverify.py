"""``/v1/siteverify``: redeems a token over HTTP. Always 200; what went wrong stands in ``error-codes``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from hushgate.errors import (
    HushgateError,
    SecretRefused,
    StateLost,
    TokenExpired,
    TokenMisdirected,
    TokenMissing,
    TokenReplayed,
)
from hushgate.house import House
from hushgate.verify import Verified, verify
from hushgate.web.answers import Answer, say
from hushgate.web.backends import sites_of
from hushgate.web.direct import Environ, Handler

BODY_MAX = 8 * 1024
FIELD_MAX = 4096
FIELDS_MAX = 64
_FIELDS = ("secret", "response", "action", "idempotency_key")
_CODES: dict[type[HushgateError], str] = {
    TokenMissing: "missing-input-response",
    TokenExpired: "timeout-or-duplicate",
    TokenReplayed: "timeout-or-duplicate",
    StateLost: "internal-error",
}


def handlers(house: House) -> dict[str, Handler]:
    """The endpoint."""

    def siteverify(environ: Environ, body: bytes) -> Answer:
        fields = _fields(environ, body)
        answer = _refused("bad-request") if fields is None else redeem(house, fields)
        house.metrics.count(house.metrics.siteverify, "success" if answer["success"] else answer["error-codes"][0])
        return say(answer)

    return {"/v1/siteverify": siteverify}


def _fields(environ: Environ, body: bytes) -> dict[str, str] | None:
    """The request's fields, from a form, a multipart form or JSON; None where they cannot be read."""
    if len(body) > BODY_MAX:
        return None
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            return _cut(reversed(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)))
        if kind == "multipart/form-data":
            return _cut(_parts(environ, body))
        fields = msgspec.json.decode(body or b"{}")
    except (ValueError, RecursionError, RequestEntityTooLarge):
        return None
    if not isinstance(fields, dict) or not all(isinstance(fields.get(name, ""), str) for name in _FIELDS):
        return None
    return _cut((name, value) for name, value in fields.items() if isinstance(value, str))


def _cut(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value[:FIELD_MAX] for name, value in pairs}


def _parts(environ: Environ, body: bytes) -> Iterable[tuple[str, str]]:
    request = Request({**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    request.max_form_parts = FIELDS_MAX
    return request.form.items()


def redeem(house: House, fields: dict[str, str]) -> dict[str, Any]:
    """The answer to one redemption. ``remoteip`` is advisory: proxies and backends disagree too often to refuse by it."""
    secret, response = fields.get("secret", ""), fields.get("response", "")
    if not secret:
        return _refused("missing-input-secret")
    try:
        sites = frozenset(site.key for site in sites_of(house, secret))
    except SecretRefused:
        return _refused("invalid-input-secret")
    holder = fields.get("idempotency_key", "")[:128]
    try:
        verified = verify(
            house, response, sites=sites, action=fields.get("action"), hostname=None, holder=holder, spend=True
        )
    except TokenMisdirected as error:
        return _refused("action-mismatch" if error.claim == "action" else "invalid-input-response")
    except HushgateError as error:
        return _refused(_CODES.get(type(error), "invalid-input-response"))
    return _accepted(verified)


def _refused(code: str) -> dict[str, Any]:
    return {"success": False, "challenge_ts": "", "hostname": "", "action": "", "cdata": "", "error-codes": [code]}


def _accepted(verified: Verified) -> dict[str, Any]:
    claims = verified.claims
    return {
        "success": verified.allowed,
        "challenge_ts": datetime.fromtimestamp(claims.at, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        "hostname": claims.hostname,
        "action": claims.action,
        "cdata": claims.cdata,
        "error-codes": [] if verified.allowed else [f"decision-{claims.decision}"],
        "verdict": claims.verdict,
        "decision": claims.decision,
        "score": claims.score,
        "confidence": claims.confidence,
        "id": claims.id,
        "findings": claims.findings,
        "lost": verified.lost,
        "stepped": verified.stepped,
    }
