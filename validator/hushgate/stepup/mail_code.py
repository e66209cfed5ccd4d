"""Mail codes: six digits to the address in the form, for ten minutes and five tries.

The code is nowhere but in the mail: the ticket has a keyed hash of it, and the state store counts the tries. Whether a mail could
be delivered is nobody's business here: the answer is the same for every address.
"""

from __future__ import annotations

import hmac
import secrets
from concurrent.futures import CancelledError

import msgspec

from hushgate.config import Site
from hushgate.errors import StepLimited, StepLost
from hushgate.house import House
from hushgate.keys import b64
from hushgate.state import Limit
from hushgate.stepup.mailer import Mail, Mailer, Post
from hushgate.stepup.passing import mail_hash
from hushgate.stepup.ticket import TTL, Ticket
from hushgate.stepup.way import Fields
from hushgate.upstream import UpstreamLost

DIGITS = 6
TRIES = 5
_DAY = 86400
"""The window in which tries are counted, far longer than a ticket's life: none of them slides out of it in time."""


class MailCode:
    """Sends codes and compares them. ``send`` is the site's own mailer; without one it is SMTP, by the settings."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._post = Post(house.config.gate)
        self._wait = house.config.gate["step_up_ms"] / 1000

    @property
    def send(self) -> Mailer | None:
        """The site's own mailer."""
        return self._post.mailer

    @send.setter
    def send(self, mailer: Mailer | None) -> None:
        self._post.mailer = mailer

    def ask(self, site: Site, ticket: Ticket) -> tuple[Ticket, Fields]:
        """See Way. A mail that is slow to go is waited for no longer than ``step_up_ms``, and counts as sent."""
        if not ticket.email:
            raise StepLost("there is no address to send a code to")
        self._limit(site, ticket)
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        future = self._post.post(
            ticket.nonce, Mail(ticket.email, code, site.name, site.step_up["mail_from"], TTL // 60)
        )
        try:
            future.result(self._wait)
        except TimeoutError:
            pass
        except (UpstreamLost, CancelledError) as error:
            raise StepLost(str(error)) from None
        except Exception as error:  # noqa: BLE001 - the site's mailer may raise anything
            raise StepLost(f"the mailer failed ({type(error).__name__})") from None
        return msgspec.structs.replace(ticket, code=self._hash(ticket, code)), {}

    def _limit(self, site: Site, ticket: Ticket) -> None:
        """Counts a mail against its address and its visitor. Raises StepLimited."""
        address = mail_hash(self._house, ticket.email, ticket.key)
        for who, rates in ((f"mail {address}", "mail_rate"), (f"visitor {ticket.holder}", "visitor_rate")):
            limits = [Limit(f"step-up {who}", rate.amount, rate.window) for rate in site.step_up[rates]]
            hit = self._house.state.hit(f"step-up {site.key} {who}", limits)
            if not hit.allowed:
                raise StepLimited(hit.retry_after)

    def check(self, site: Site, ticket: Ticket, answer: str) -> bool:  # noqa: ARG002 - a way is asked so
        """See Way. Each look is a try, right or wrong."""
        limit = Limit(f"step-up tries {ticket.nonce}", TRIES, _DAY)
        if not self._house.state.hit(ticket.nonce, [limit]).allowed:
            return False
        given = "".join(answer.split())
        return hmac.compare_digest(self._hash(ticket, given).encode(), ticket.code.encode())

    def _hash(self, ticket: Ticket, code: str) -> str:
        key = self._house.ring.derive("step-up-code", ticket.key) or b""
        return b64(hmac.digest(key, f"{ticket.nonce} {code}".encode("utf-8", "replace"), "sha256"))[:24]

    def close(self) -> None:
        """See Way."""
