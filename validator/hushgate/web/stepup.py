"""``/v1/step-up/offer`` and ``/v1/step-up/answer``: what a challenged page talks to, or its backend; and the page's script.

Both take a ticket, which a backend gets with a challenge and with nothing else. A token is not taken: what comes back would tell
whose it is whether it is challenged, ghosted or let in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response

from hushgate.caller import Caller, address_prefix, read_caller
from hushgate.config import Site
from hushgate.errors import BadField, HushgateError, OriginRefused, StepLimited, StepLost, StepRefused, TicketRefused
from hushgate.house import House
from hushgate.origins import check_origin
from hushgate.stepup.steps import Steps, no_ticket, passed, problem
from hushgate.stepup.ticket import Ticket
from hushgate.web.admit import read_question
from hushgate.web.answers import Answer, refuse_and_count, say
from hushgate.web.backends import sites_of
from hushgate.web.collector import frame
from hushgate.web.direct import Environ, Handler
from hushgate.wire import Offer, OfferQuestion, Passed, StepAnswer

_FRAME = b'<!doctype html><meta charset="utf-8"><title>hushgate</title><script src="stepup.js"></script>\n'


def handlers(house: House) -> dict[str, Handler]:
    """The two endpoints."""
    return {
        "/v1/step-up/offer": _handler(house, OfferQuestion, offer),
        "/v1/step-up/answer": _handler(house, StepAnswer, answer),
    }


def _handler(house: House, shape: type[Any], work: Callable[[House, Caller, Any], Any]) -> Handler:
    decode = msgspec.json.Decoder(shape).decode
    proxies = house.config.gate["trusted_proxies"]
    ours = frozenset(name for site in house.sites.values() for name in site.hostnames)

    def handle(environ: Environ, body: bytes) -> Answer:
        caller = read_caller(environ, proxies)
        origin = caller.origin if caller.hostname in ours or "*" in ours else None
        try:
            return say(work(house, caller, read_question(decode, body)), origin=origin)
        except HushgateError as error:
            return refuse_and_count(house, error, origin)

    return handle


def offer(house: House, caller: Caller, question: OfferQuestion) -> Offer:
    """An offer for a ticket. Raises RequestRefused in its several ways."""
    try:
        site, ticket = _admit(house, caller, question)
    except TicketRefused:
        return no_ticket(Offer)
    if question.email and not question.secret:
        raise BadField("email: only a backend may say it, with its secret", "email")
    return house.room(Steps).offer(site, ticket, question.kind, question.email)


def answer(house: House, caller: Caller, question: StepAnswer) -> Passed:
    """What comes of an answer. Raises RequestRefused in its several ways."""
    try:
        site, ticket = _admit(house, caller, question)
        return passed(house, house.room(Steps).answer(site, ticket, question.answer))
    except (StepRefused, StepLost, StepLimited) as error:
        return problem(error)
    except TicketRefused:
        return no_ticket(Passed)


def _admit(house: House, caller: Caller, question: OfferQuestion | StepAnswer) -> tuple[Site, Ticket]:
    """The ticket, for a backend of its site, or for a page of the host that its token was for."""
    site, ticket = house.room(Steps).read(question.ticket)
    if question.secret:
        if site.key not in {one.key for one in sites_of(house, question.secret)}:
            raise TicketRefused("it belongs to another site")
        return site, ticket
    house.verdict_limit.hit(address_prefix(caller.ip))
    hostname = check_origin(house, site, caller)
    if ticket.claims.hostname not in ("", hostname):
        raise OriginRefused("the ticket was given to a page of another host", "origin")
    return site, ticket


def blueprint(_house: House) -> Blueprint:
    """The frame in which the work is done. Its script is served with the collector's."""
    routes = Blueprint("stepup", __name__)

    @routes.get("/v1/stepup")
    def room() -> Response:
        return frame(_FRAME)

    return routes
