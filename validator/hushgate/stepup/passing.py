"""What a step-up that was passed is worth: a new token that says so, and the old one is spent."""

from __future__ import annotations

import hmac

import msgspec

from hushgate.errors import StepRefused
from hushgate.house import House
from hushgate.keys import new_nonce
from hushgate.stepup.ticket import TTL, Ticket
from hushgate.tokens import Claims
from hushgate.verify import shard_of
from hushgate.visit import Decision


def mail_hash(house: House, email: str, key_id: str) -> str:
    """A keyed hash of a mail address: enough to know it again, and of no use without the key."""
    return f"{key_id}.{house.sessions.hash(email.strip().lower(), key_id)}"


def is_passed(house: House, claims: Claims | None, email: str | None) -> bool:
    """Whether a token satisfies a challenge. One that was earned by a mail code does so for that address only, where one is told."""
    if claims is None or not claims.stepped:
        return False
    if not claims.mail or not email:
        return True
    key_id = claims.mail.partition(".")[0]
    return hmac.compare_digest(claims.mail, mail_hash(house, email, key_id))


def spend(house: House, ticket: Ticket) -> None:
    """Spends the visit's one step-up, and the token that it came with. Raises StepRefused where it was spent, and StateLost."""
    nonce = ticket.claims.nonce
    if not house.state.spend(nonce, f"step-up {nonce}", TTL + house.tokens.ttl):
        raise StepRefused
    if ticket.leased and not house.state.commit(shard_of(ticket.claims.site), nonce, ticket.holder, house.tokens.ttl):
        raise StepRefused


def mint(house: House, ticket: Ticket, *, lost: bool = False) -> str:
    """The new token. The verdict stays; of the decision a challenge is lifted, and nothing stronger."""
    claims = ticket.claims
    counts = ticket.leased and claims.verdict != "bot"
    passed = msgspec.structs.replace(
        claims,
        nonce=new_nonce(),
        decision=_lift(claims.decision),
        would=_lift(claims.would) if claims.would else None,
        conversion="count" if counts else "suppress",
        lost=list(dict.fromkeys([*claims.lost, "step-up"])) if lost else claims.lost,
        stepped=ticket.kind,
        mail=mail_hash(house, ticket.email, ticket.key) if ticket.kind == "mail-code" else "",
    )
    return house.tokens.mint(passed)


def _lift(decision: Decision) -> Decision:
    return "allow" if decision == "challenge" else decision
