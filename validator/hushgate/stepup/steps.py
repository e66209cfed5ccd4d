"""Step-up from both sides: an offer for a ticket, and a new token for the right answer."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import Literal, TypeVar

import msgspec

from hushgate.config import Site
from hushgate.errors import StateLost, StepLimited, StepLost, StepRefused, TicketRefused
from hushgate.house import House
from hushgate.keys import b64
from hushgate.stepup import passing, ticket
from hushgate.stepup.captcha import Captcha
from hushgate.stepup.mail_code import MailCode
from hushgate.stepup.ticket import EMAIL_MAX, Ticket
from hushgate.stepup.way import Way
from hushgate.stepup.work import Work
from hushgate.tokens import Claims
from hushgate.visit import StepKind
from hushgate.wire import Offer, Passed

_Told = TypeVar("_Told", Offer, Passed)
log = logging.getLogger(__name__)
WAYS: dict[str, Callable[[House], Way]] = {
    "proof-of-work": Work,
    "mail-code": MailCode,
    "turnstile": lambda house: Captcha(house, "turnstile"),
    "hcaptcha": lambda house: Captcha(house, "hcaptcha"),
}


def ways_of(site: Site) -> list[StepKind]:
    """The ways that a site offers, the first one first."""
    return [site.step_up[name] for name in ("kind", "fallback") if site.step_up.get(name, "none") != "none"]


def write_ticket(house: House, site: Site, claims: Claims, holder: str, email: str | None, *, leased: bool) -> str:
    """The ticket of a visit that is challenged; "" where the site offers no step-up."""
    if not ways_of(site):
        return ""
    kept = email if email and len(email.encode("utf-8", "replace")) <= EMAIL_MAX else ""
    nonce, key = b64(secrets.token_bytes(16)), house.ring.newest.id
    fresh = Ticket(claims, nonce, time.time(), key, holder, leased, _clean(kept))
    return ticket.seal(house.ring, fresh)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class Steps:
    """The ways of one process, each opened once. ``house.room(Steps)`` has it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.mail = MailCode(house)
        self._ways: dict[str, Way] = {
            kind: self.mail if kind == "mail-code" else build(house) for kind, build in WAYS.items()
        }

    def read(self, text: str) -> tuple[Site, Ticket]:
        """A ticket and its site. Raises TicketRefused."""
        read = ticket.read(self._house.ring, text)
        site = self._house.sites.get(read.claims.site)
        if site is None:
            raise TicketRefused("its site is no longer there")
        return site, read

    def offer(self, site: Site, read: Ticket, kind: StepKind | Literal[""] = "", email: str | None = None) -> Offer:
        """Asks, by the way that is chosen or the site's first. Never raises: an offer may have a problem instead.

        ``email`` is a backend's word, and takes the place of the address in the ticket.
        """
        ways = ways_of(site)
        if not ways or (kind and kind not in ways):
            return Offer(problem="step-none", message="the site does not offer this")
        chosen = kind or ways[0]
        other: StepKind | Literal[""] = next((way for way in ways if way != chosen), "")
        # the time stays: whoever asks for another offer gains none
        asked = msgspec.structs.replace(
            read, nonce=b64(secrets.token_bytes(16)), kind=chosen, code="", key=self._house.ring.newest.id
        )
        if email and len(email.encode("utf-8", "replace")) <= EMAIL_MAX:
            asked = msgspec.structs.replace(asked, email=_clean(email))
        try:
            asked, fields = self._ways[chosen].ask(site, asked)
        except (StepLost, StepLimited, StateLost) as error:
            return self._no_offer(site, asked, other, error)
        self._count(site, chosen, "asked")
        left = max(0, int(ticket.TTL - (time.time() - asked.at)))
        return Offer(chosen, ticket.seal(self._house.ring, asked), left, other, **fields)

    def _no_offer(
        self, site: Site, asked: Ticket, other: StepKind | Literal[""], error: StepLost | StepLimited | StateLost
    ) -> Offer:
        """The ticket goes back as it came, for the other way."""
        again = ticket.seal(self._house.ring, asked)
        if isinstance(error, StepLimited):
            self._count(site, asked.kind, "limited")
            return Offer(
                asked.kind, again, 0, other, problem=error.code, message=str(error), retry_after=error.retry_after
            )
        try:
            return Offer(asked.kind, again, 0, token=self._let_in(site, asked, error))
        except (StepLost, StepRefused) as refused:
            return Offer(asked.kind, again, 0, other, problem=refused.code, message=str(refused))

    def answer(self, site: Site, read: Ticket, answer: str) -> str:
        """The new token, for the right answer.

        Raises:
            StepRefused: it is wrong, too late, tried too often, or done before.
            StepLost: it cannot be told at the moment.
        """
        try:
            right = read.kind in ways_of(site) and self._ways[read.kind].check(site, read, answer)
            if right:
                passing.spend(self._house, read)
        except (StepLost, StateLost) as error:
            return self._let_in(site, read, error)
        except StepRefused:
            right = False
        self._count(site, read.kind, "passed" if right else "refused")
        if not right:
            raise StepRefused
        return passing.mint(self._house, read)

    def _let_in(self, site: Site, read: Ticket, error: StepLost | StateLost) -> str:
        """What the site's setting says of a way that fails by itself. Raises StepLost, and StepRefused where it was passed before."""
        why = error.why if isinstance(error, StepLost) else "the state store is lost"
        log.error("a step-up by %s at the site %s failed: %s", read.kind, site.key, why)
        self._count(site, read.kind, "lost")
        if isinstance(error, StateLost):
            self._house.metrics.count(self._house.metrics.state_lost)
        if site.step_up["lost"] != "allow":
            raise StepLost(why) from None
        try:
            passing.spend(self._house, read)
        except StateLost:
            log.warning("a step-up at the site %s is let in without the replay guard", site.key)
        return passing.mint(self._house, read, lost=True)

    def _count(self, site: Site, kind: str, event: str) -> None:
        self._house.metrics.count(self._house.metrics.step_up, site.key, kind, event)

    def close(self) -> None:
        """Closes the ways."""
        for way in self._ways.values():
            way.close()


def no_ticket(shape: type[_Told]) -> _Told:
    """What is said of a ticket that is forged, too old, or of another site."""
    refused = StepRefused()
    return shape(problem=refused.code, message=str(refused))


def passed(house: House, token: str) -> Passed:
    """A token as it is sent."""
    return Passed(token, house.tokens.ttl)


def problem(error: StepRefused | StepLost | StepLimited) -> Passed:
    """A problem as it is sent."""
    return Passed(problem=error.code, message=str(error), retry_after=getattr(error, "retry_after", 0))
