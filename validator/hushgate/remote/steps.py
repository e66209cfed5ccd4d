"""Step-up with a gate elsewhere: what ``gate.step_up`` does in process, asked over HTTP."""

from __future__ import annotations

from typing import Literal

from hushgate.errors import GateLost, StepLost, StepRefused
from hushgate.metrics import Metrics
from hushgate.remote.client import Client
from hushgate.stepup.face import Challenged, ticket_of
from hushgate.visit import StepKind
from hushgate.wire import Offer, OfferQuestion, Passed, StepAnswer

BUDGET = 5.0
"""Seconds that an offer or an answer may take: the gate itself may wait for a mail server or a captcha service."""


class RemoteStepUp:
    """Offers step-ups and takes the answers, as ``StepUp`` does. The gate elsewhere sends the mails."""

    def __init__(self, url: str, secret: str, metrics: Metrics) -> None:
        self._secret, self._client = secret, Client(url, BUDGET, metrics)

    def offer(
        self, challenged: Challenged | str, email: str | None = None, *, kind: StepKind | Literal[""] = ""
    ) -> Offer:
        """As in process; where the gate does not answer, the offer's ``problem`` is gate-lost. Never raises."""
        ticket = ticket_of(challenged)
        if not ticket:
            return Offer()
        question = OfferQuestion(ticket, kind, self._secret, email)
        try:
            return self._client.ask("/v1/step-up/offer", question, Offer, again=False)
        except GateLost as error:
            lost = StepLost(str(error))
            return Offer(ticket=ticket, problem=GateLost.code, message=str(lost))

    def answer(self, ticket: str, answer: str) -> str:
        """As in process. Raises StepRefused and StepLost."""
        try:
            question = StepAnswer(ticket, answer, self._secret)
            told = self._client.ask("/v1/step-up/answer", question, Passed, again=False)
        except GateLost as error:
            raise StepLost(str(error)) from None
        if told.token:
            return told.token
        raise StepLost(told.message) if told.problem == StepLost.code else StepRefused()

    def close(self) -> None:
        """Closes the connections to the gate."""
        self._client.close()
