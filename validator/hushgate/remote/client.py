"""Questions to a gate elsewhere: asked, held back by the breaker, read strictly, counted and logged."""

from __future__ import annotations

import logging
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeVar

import msgspec

from hushgate.breaker import Breaker
from hushgate.errors import BackendRefused, GateLost, SecretRefused
from hushgate.metrics import Metrics
from hushgate.payload import BODY_MAX
from hushgate.remote.transport import Reply, Transport
from hushgate.seldom import Seldom
from hushgate.tokens import TOKEN_MAX
from hushgate.wire import AdmitQuestion, Question

log = logging.getLogger(__name__)
REMEDY = (
    "Until HUSHGATE_SECRET is the secret of a site of that gate (`hushgate site add` prints it once), each signup is decided by the row "
    "gate_lost, as where the gate is dead"
)
_T = TypeVar("_T")
_encode = msgspec.json.Encoder().encode


class _Problem(msgspec.Struct):
    code: str
    message: str


class _Refusal(msgspec.Struct):
    error: _Problem


class Client:
    """Asks one gate. It may be used from any thread, and in a child after a fork."""

    def __init__(self, url: str, budget: float, metrics: Metrics, breaker: Breaker | None = None) -> None:
        self._transport = Transport(url, budget)
        self._metrics, self._breaker = metrics, breaker or Breaker()
        self._url, self._seldom = url, Seldom()

    def ask(self, path: str, question: Question, shape: type[_T], *, again: bool = True) -> _T:
        """The gate's answer. ``again`` says whether asking twice does no harm.

        Raises:
            GateLost: it did not answer, not in time, or not as a gate does.
        """
        if not self._breaker.ask():
            self._metrics.count(self._metrics.gate_lost, "resting")
            raise GateLost("resting", "the gate failed several times, and is left alone for a few seconds")
        try:
            answer = _read(self._transport.post(path, _write(question), again=again), shape)
        except GateLost as error:
            self._fail(error)
            raise
        self._succeed()
        return answer

    def _succeed(self) -> None:
        if self._breaker.open:
            log.warning("the gate at %s answers again", self._url)
        self._breaker.succeeded()

    def _fail(self, error: GateLost) -> None:
        """A refusal is an answer: the gate is well, and it is the settings that are not."""
        self._metrics.count(self._metrics.gate_lost, error.why)
        if not isinstance(error, BackendRefused):
            log.error("the gate at %s is lost (%s): %s", self._url, error.why, error)
        elif self._seldom.may():
            log.error("the gate at %s is well, and refuses this backend: %s. %s", self._url, error, REMEDY)
        if isinstance(error, BackendRefused) or error.why == "refused":
            self._breaker.succeeded()
        else:
            self._breaker.failed()

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._transport.close()


def _read(reply: Reply, shape: type[_T]) -> _T:
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise GateLost("server-error", f"the gate answered {reply.status}")
    try:
        if reply.status == HTTPStatus.OK:
            return msgspec.json.decode(reply.body, type=shape)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            refusal = msgspec.json.decode(reply.body, type=_Refusal).error
            if refusal.code == SecretRefused.code:
                raise BackendRefused(f"the gate does not know this backend's secret: {refusal.message}")
            raise GateLost("refused", f"the gate refused the question: {refusal.code}, {refusal.message}")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    raise GateLost("rubbish", f"what answered {reply.status} is no gate: {reply.body[:80]!r}")


def _write(question: Question) -> bytes:
    """The question in bytes that the gate takes, whatever a visitor sent.

    A gate that refuses is a gate that is lost, and then the policy may let everybody in: nobody must be able to bring that about
    with a long header or half a character.
    """
    body = _encode(_clean(msgspec.to_builtins(question)))
    if len(body) <= BODY_MAX or not isinstance(question, AdmitQuestion):
        return body
    short = msgspec.structs.replace(question, headers=_cut(question.headers, 48), form=_cut(question.form, 8))
    return _encode(_clean(msgspec.to_builtins(short)))


def _cut(table: dict[str, str], most: int) -> dict[str, str]:
    """So little of a table that it fits, each character in six bytes."""
    return {name[:48]: value[:64] for name, value in islice(table.items(), most)}


def _clean(value: Any) -> Any:
    """The same without lone surrogates, which no encoding has, and without the ends of texts that are longer than any token."""
    if isinstance(value, str):
        return value[: TOKEN_MAX + 1].encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(name): _clean(part) for name, part in value.items()}
    return value
