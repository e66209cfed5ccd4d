"""Proof of work, by the ALTCHA protocol (https://altcha.org/docs/v2/proof-of-work): the browser works, and its person does nothing.

The browser looks for the one number whose key begins as the challenge says. The number is drawn between half of a bound and the
bound, so that no phone is unlucky for ever, and what is sent does not tell the bound, which grows with the score: a script learns
no more of its score than how long one number took. It costs a bot time, and proves nothing else.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Any

import altcha
import msgspec

from hushgate.config import Site
from hushgate.house import House
from hushgate.stepup.ticket import TTL, Ticket
from hushgate.stepup.way import Fields

ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 2000
"""Of PBKDF2, for one try: enough that a browser's own overhead for a try matters little, and quick to make and to verify."""


class Work:
    """Makes challenges that one ticket can answer, and verifies what comes back."""

    def __init__(self, house: House) -> None:
        self._house = house

    def ask(self, site: Site, ticket: Ticket) -> tuple[Ticket, Fields]:
        """See Way."""
        bound = tries(site.step_up, ticket.claims.score)
        challenge = altcha.create_challenge(
            ALGORITHM,
            ROUNDS,
            counter=bound - secrets.randbelow(bound // 2 + 1),
            expires_at=int(ticket.at) + TTL,
            data={"ticket": ticket.nonce},
            hmac_secret=self._key("sign", ticket),
            hmac_key_secret=self._key("solution", ticket),
        )
        return ticket, {"challenge": challenge.to_dict()}

    def check(self, site: Site, ticket: Ticket, answer: str) -> bool:  # noqa: ARG002 - a way is asked so
        """See Way. A solution is good for the ticket that its challenge was made for, which is spent with it."""
        payload = _read(answer)
        if payload is None:
            return False
        data: Any = payload.challenge.parameters.data
        meant = data.get("ticket") if isinstance(data, dict) else None
        if not isinstance(meant, str) or not hmac.compare_digest(meant.encode(), ticket.nonce.encode()):
            return False
        sign, solution = self._key("sign", ticket), self._key("solution", ticket)
        return bool(altcha.verify_solution(payload, sign, hmac_key_secret=solution).verified)

    def _key(self, use: str, ticket: Ticket) -> bytes:
        return self._house.ring.derive(f"step-up-{use}", ticket.key) or b""

    def close(self) -> None:
        """See Way."""


def tries(settings: dict[str, Any], score: float) -> int:
    """The most tries that a visit of this score may need; it needs three quarters of that on average."""
    easiest, hardest = int(settings["easiest"]), int(settings["hardest"])
    return round(easiest + (hardest - easiest) * max(0.0, min(100.0, score)) / 100)


class _Solution(msgspec.Struct):
    """What is read of an answer before the library has it: it trusts the types."""

    counter: int
    derivedKey: str  # noqa: N815 - the protocol's name


class _Challenge(msgspec.Struct):
    parameters: dict[str, Any]
    signature: str


class _Payload(msgspec.Struct):
    challenge: _Challenge
    solution: _Solution


def _read(answer: str) -> altcha.Payload | None:
    try:
        read = msgspec.json.decode(base64.b64decode(answer), type=_Payload)
        solution = altcha.Solution(read.solution.counter, read.solution.derivedKey)
        parameters = altcha.ChallengeParameters.from_dict(read.challenge.parameters)
        return altcha.Payload(altcha.Challenge(parameters, read.challenge.signature), solution)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
