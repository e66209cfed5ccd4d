"""Step-up as a backend holds it: ``gate.step_up``."""

from __future__ import annotations

from typing import Literal, Protocol

from hushgate.config import Site
from hushgate.errors import StepRefused, TicketRefused
from hushgate.house import House
from hushgate.stepup.mailer import Mailer
from hushgate.stepup.steps import Steps, no_ticket
from hushgate.stepup.ticket import Ticket
from hushgate.visit import Decision, StepKind
from hushgate.wire import Offer


class Challenged(Protocol):
    """What is read of an admission."""

    @property
    def decision(self) -> Decision:
        """What the door decided."""

    @property
    def step_up(self) -> str:
        """The ticket."""


def ticket_of(challenged: Challenged | str) -> str:
    """The ticket of an admission, "" where it is not challenged; or the ticket itself, which came back with a form."""
    if isinstance(challenged, str):
        return challenged
    return challenged.step_up if challenged.decision == "challenge" else ""


class StepUp:
    """Offers step-ups and takes the answers, in process."""

    def __init__(self, house: House, site: Site) -> None:
        self._site, self._steps = site, house.room(Steps)

    @property
    def mailer(self) -> Mailer | None:
        """The site's own mailer: ``gate.step_up.mailer = send``. It is called in a thread of the gate's, with a Mail."""
        return self._steps.mail.send

    @mailer.setter
    def mailer(self, mailer: Mailer | None) -> None:
        self._steps.mail.send = mailer

    def offer(
        self, challenged: Challenged | str, email: str | None = None, *, kind: StepKind | Literal[""] = ""
    ) -> Offer:
        """What a challenged visit may do: by the site's first way, or by the ``kind`` that is chosen. Never raises.

        ``challenged`` is the admission, or the ticket of an earlier offer, for another code or another way. ``email`` is where a mail
        code goes; by default to the address that was admitted. Whoever is not challenged is offered nothing: ``kind`` is "none".
        """
        text = ticket_of(challenged)
        if not text:
            return Offer()
        try:
            return self._steps.offer(self._site, self._read(text), kind, email)
        except TicketRefused:
            return no_ticket(Offer)

    def answer(self, ticket: str, answer: str) -> str:
        """The new token for the right answer: submit the form again with it.

        Raises:
            StepRefused: the answer is wrong, too late, tried too often, or was given before.
            StepLost: it cannot be told at the moment; another way may be tried.
        """
        try:
            return self._steps.answer(self._site, self._read(ticket), answer)
        except TicketRefused:
            raise StepRefused from None

    def _read(self, text: str) -> Ticket:
        site, ticket = self._steps.read(text)
        if site.key != self._site.key:
            raise TicketRefused("it belongs to another site")
        return ticket
