"""``/openapi.json``: the gate's description of itself, OpenAPI 3.1, with schemas derived from the types that are read."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from flask import Blueprint, Response

from hushgate.house import House
from hushgate.payload import Envelope, Opening, Sealed
from hushgate.version import __version__
from hushgate.visit import Finding
from hushgate.web import metrics
from hushgate.web.answers import answer
from hushgate.wire import (
    AdmitAnswer,
    AdmitQuestion,
    CommitAnswer,
    CommitQuestion,
    ListAnswer,
    ListQuestion,
    LoginAnswer,
    LoginQuestion,
    Offer,
    OfferQuestion,
    OutcomeAnswer,
    OutcomeQuestion,
    Passed,
    StepAnswer,
    VerifyAnswer,
    VerifyQuestion,
)


class Problem(msgspec.Struct):
    """What went wrong: a code, a sentence, and the field that it is about."""

    code: str
    message: str
    field: str | None = None


class Refusal(msgspec.Struct):
    """Every error has this shape."""

    error: Problem


class SessionAnswer(msgspec.Struct):
    """A fresh session: the ticket, the key to seal with, the seconds it is good for, and its quiz."""

    session: str
    key: str
    expires_in: int
    quiz: list[Any]


class VerdictAnswer(msgspec.Struct, omit_defaults=True):
    """The sealed token, the visit's id, and what the page may know."""

    token: str
    id: str
    expires_in: int
    conversion: str | None = None


class Redemption(msgspec.Struct, rename={"error_codes": "error-codes"}):
    """The answer of siteverify. What follows ``error-codes`` is there where the token was good."""

    success: bool
    challenge_ts: str
    hostname: str
    action: str
    cdata: str
    error_codes: list[str]
    verdict: str = ""
    decision: str = ""
    score: float = 0.0
    confidence: str = ""
    id: str = ""
    findings: list[Finding] = []
    lost: list[str] = []
    stepped: str = ""


class Redeem(msgspec.Struct):
    """What siteverify is asked. A token is redeemed once; the same ``idempotency_key`` gets the same answer again."""

    secret: str
    response: str
    remoteip: str | None = None
    action: str | None = None
    idempotency_key: str | None = None


_TYPES = (
    SessionAnswer,
    VerdictAnswer,
    Redemption,
    Redeem,
    Refusal,
    Opening,
    Envelope,
    Sealed,
    OfferQuestion,
    Offer,
    StepAnswer,
    Passed,
)
_BACKEND: dict[str, tuple[str, type[msgspec.Struct], type[msgspec.Struct]]] = {
    "/v1/admit": ("Decides about one signup, whatever happened to its token", AdmitQuestion, AdmitAnswer),
    "/v1/verify": ("Reads a token, and leases or spends it", VerifyQuestion, VerifyAnswer),
    "/v1/commit": ("Spends a lease; true once", CommitQuestion, CommitAnswer),
    "/v1/outcome": ("Puts on record what became of a visit", OutcomeQuestion, OutcomeAnswer),
    "/v1/login": ("Decides about an attempt to log in, or counts one that failed", LoginQuestion, LoginAnswer),
}
_PAGES = ("text/plain", "application/json")
_FORMS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")


@cache
def describe() -> dict[str, Any]:
    """The whole description."""
    types = (*_TYPES, ListQuestion, ListAnswer, *(shape for _, *shapes in _BACKEND.values() for shape in shapes))
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hushgate",
            "version": __version__,
            "description": "A verdict on signups. See docs/protocol.md.",
        },
        "paths": {**_visits(), **_backends(), **_step_ups(), **_lists(), **_files()},
        "components": {"schemas": components, "securitySchemes": {"operator": {"type": "http", "scheme": "bearer"}}},
    }


def _visits() -> dict[str, Any]:
    """What the collector asks."""
    return {
        "/v1/session": {"post": _post("Opens a session", ("text/plain",), "Opening", "SessionAnswer")},
        "/v1/verdict": {"post": _post("Judges a visit", ("text/plain",), "Envelope", "VerdictAnswer")},
    }


def _backends() -> dict[str, Any]:
    """What a site's backend asks."""
    redeems = _post("Redeems a token; always 200", _FORMS, "Redeem", "Redemption", refuses=False)
    return {"/v1/siteverify": {"post": redeems}, **{path: {"post": _backend(*row)} for path, row in _BACKEND.items()}}


def _step_ups() -> dict[str, Any]:
    return {
        "/v1/step-up/offer": {"post": _post("Asks for a step-up, by a ticket", _PAGES, "OfferQuestion", "Offer")},
        "/v1/step-up/answer": {"post": _post("Answers a step-up", _PAGES, "StepAnswer", "Passed")},
        "/v1/stepup.js": {"get": _get("The page's script for a step-up", "text/javascript")},
        "/v1/stepup": {"get": _get("The frame that it works in", "text/html")},
    }


def _lists() -> dict[str, Any]:
    return {
        "/v1/lists": {
            "get": _get("The entries that hold for the site", "application/json"),
            "post": _backend("Adds an entry to the blocklist or the allowlist", ListQuestion, ListAnswer),
        },
        "/v1/lists/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "delete": _get("Removes an entry", "application/json", also="404"),
        },
    }


def _files() -> dict[str, Any]:
    """What anybody may read: the collector's files, and how the gate is; and what the operator's Prometheus reads."""
    counters = _get("Counters, where the operator has set a token for them", "text/plain", also="404")
    return {
        "/v1/integrity.json": {"get": _get("The immutable collector's path and SRI hash", "application/json")},
        "/v1/hushgate.js": {"get": _get("The collector", "text/javascript")},
        "/v1/rooms": {"get": _get("The frame that the collector opens", "text/html")},
        "/": {"get": _get("That this is a gate, in words", "text/plain")},
        "/healthz": {"get": _get("The process is up", "application/json")},
        "/readyz": {"get": _get("The state store answers", "application/json", also="503")},
        metrics.PATH: {"get": {**counters, "security": [{"operator": []}]}},
    }


def _content(schema: str, *kinds: str) -> dict[str, Any]:
    return {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}} for kind in kinds}


def _post(summary: str, kinds: tuple[str, ...], body: str, reply: str, *, refuses: bool = True) -> dict[str, Any]:
    refusal = {"description": "Not judged: the code says why", "content": _content("Refusal", "application/json")}
    codes = ("400", "403", "409", "413", "429", "503") if refuses else ("413",)
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": _content(body, *kinds)},
        "responses": {
            "200": {"description": "Answered", "content": _content(reply, "application/json")},
            **dict.fromkeys(codes, refusal),
        },
    }


def _backend(summary: str, question: type[msgspec.Struct], reply: type[msgspec.Struct]) -> dict[str, Any]:
    described = _post(summary, _FORMS[:1], question.__name__, reply.__name__)
    described["responses"] = {**described["responses"], "401": described["responses"]["400"]}
    return described


def _get(summary: str, kind: str, *, also: str | None = None) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": summary, "content": {kind: {}}}}
    if also:
        responses[also] = {"description": "Not so", "content": {kind: {}}}
    return {"summary": summary, "responses": responses}


def blueprint(_house: House) -> Blueprint:
    """The route."""
    routes = Blueprint("openapi", __name__)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return answer(describe())

    return routes
