"""Turnstile and hCaptcha: the widget's answer is verified by whoever runs it.

Sources: https://developers.cloudflare.com/turnstile/get-started/server-side-validation and https://docs.hcaptcha.com/#verify.
The visitor's address is not passed on.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from hushgate.config import Site
from hushgate.errors import StepLost
from hushgate.house import House
from hushgate.stepup.ticket import Ticket
from hushgate.stepup.way import Fields
from hushgate.upstream import Upstream, UpstreamLost, fetch

OURS = frozenset(
    {
        "missing-input-secret",
        "invalid-input-secret",
        "sitekey-secret-mismatch",
        "bad-request",
        "internal-error",
    }
)
"""Error codes that are our own mistake, or the service's: not the visitor's."""


class _Told(Struct, rename={"errors": "error-codes"}):
    """What is read of the answer."""

    success: bool
    hostname: str = ""
    action: str = ""
    cdata: str = ""
    errors: list[str] = []


class Captcha:
    """One of the two services, by its name."""

    def __init__(self, house: House, name: str) -> None:
        gate = house.config.gate
        self._name, self._url, self._secret = name, gate[f"{name}_url"], gate[f"{name}_secret"]
        self._wait = gate["step_up_ms"] / 1000
        self._upstream = Upstream(name, self._verify)

    def ask(self, site: Site, ticket: Ticket) -> tuple[Ticket, Fields]:
        """See Way. Turnstile gives ``action`` and ``cdata`` back, so that an answer serves one ticket; hCaptcha knows neither."""
        return ticket, {"sitekey": site.step_up["sitekey"], "action": ticket.claims.action, "cdata": ticket.nonce}

    def check(self, site: Site, ticket: Ticket, answer: str) -> bool:
        """See Way. The service is waited for no longer than ``step_up_ms``."""
        if not answer:
            return False
        # the ticket is part of the question: one answer with two tickets is asked about twice, and the second is refused there
        question = f"{ticket.nonce}\n{site.step_up['sitekey']}\n{answer}"
        try:
            told = self._upstream.ask(question).result(self._wait)
        except TimeoutError:
            raise StepLost(f"{self._name} did not answer in time") from None
        except (UpstreamLost, CancelledError) as error:
            raise StepLost(str(error)) from None
        return told.success and self._fits(site, ticket, told)

    def _fits(self, site: Site, ticket: Ticket, told: _Told) -> bool:
        """Whether the answer was given on this page, for this ticket."""
        hostname = ticket.claims.hostname
        here = told.hostname == hostname if hostname else told.hostname in site.hostnames
        if self._name == "hcaptcha":
            return here
        return here and told.action == ticket.claims.action and told.cdata == ticket.nonce

    def _verify(self, question: str) -> _Told:
        _, sitekey, answer = question.split("\n", 2)
        fields = {"secret": self._secret, "response": answer}
        if self._name == "hcaptcha":
            fields["sitekey"] = sitekey
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = fetch(self._url, kind, data=urlencode(fields).encode())
        try:
            told = msgspec.json.decode(reply.body, type=_Told)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise UpstreamLost(f"{self._name} answered {reply.status}, and nothing that can be read") from None
        ours = OURS.intersection(told.errors)
        if not told.success and (ours or reply.status >= 500):
            raise UpstreamLost(f"{self._name} refuses our question: {', '.join(sorted(ours)) or reply.status}")
        return told

    def close(self) -> None:
        """See Way."""
