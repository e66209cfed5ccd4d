"""``/v1/siteverify``: redeems a token over HTTP. Always 200; what went wrong stands in ``error-codes``."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from hushgate.config import Site
from hushgate.errors import (
    HushgateError,
    StateLost,
    TokenExpired,
    TokenMisdirected,
    TokenMissing,
    TokenReplayed,
)
from hushgate.house import House
from hushgate.keys import TEST_SECRET, hash_secret
from hushgate.verify import Verified, verify
from hushgate.web.answers import answer

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


def blueprint(house: House) -> Blueprint:
    """The route."""
    routes = Blueprint("siteverify", __name__)

    @routes.post("/v1/siteverify")
    def siteverify() -> Response:
        fields = _fields()
        body = _refused("bad-request") if fields is None else redeem(house, fields)
        house.metrics.count(house.metrics.siteverify, "success" if body["success"] else body["error-codes"][0])
        return answer(body)

    return routes


def _fields() -> dict[str, str] | None:
    """The request's fields, from a form, a multipart form or JSON; None where they cannot be read."""
    request.max_content_length = BODY_MAX
    try:
        return _read_fields()
    except RequestEntityTooLarge:
        return None


def _read_fields() -> dict[str, str] | None:
    if request.mimetype == "multipart/form-data":
        request.max_form_parts = FIELDS_MAX
        return {name: value[:FIELD_MAX] for name, value in request.form.items()}
    try:
        if request.mimetype == "application/x-www-form-urlencoded":
            pairs = parse_qsl(request.get_data(cache=False).decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
            return {name: value[:FIELD_MAX] for name, value in reversed(pairs)}
        fields = msgspec.json.decode(request.get_data(cache=False) or b"{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    if not all(isinstance(fields.get(name, ""), str) for name in _FIELDS):
        return None
    return {name: value[:FIELD_MAX] for name, value in fields.items() if isinstance(value, str)}


def redeem(house: House, fields: dict[str, str]) -> dict[str, Any]:
    """The answer to one redemption. ``remoteip`` is advisory: proxies and backends disagree too often to refuse by it."""
    secret, response = fields.get("secret", ""), fields.get("response", "")
    if not secret:
        return _refused("missing-input-secret")
    sites = _sites(house, secret)
    if sites is None:
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


def _sites(house: House, secret: str) -> frozenset[str] | None:
    """The keys of the sites that a secret opens."""
    if house.config.gate["test_keys"] and hmac.compare_digest(secret.encode(), TEST_SECRET.encode()):
        return frozenset(key for key, site in house.sites.items() if site.outcome)
    hashed = hash_secret(secret)
    site: Site | None = house.by_secret.get(hashed)
    return frozenset({site.key}) if site else None


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
    }
