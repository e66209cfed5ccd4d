"""The layer of the verdict: what the visit was judged to be, by its token; without a usable one, the policy's row.

Without a token the request's own headers are judged, and the row is the least that is done.
"""

from __future__ import annotations

from hushgate.decision import decide_without
from hushgate.errors import HushgateError, StateLost, TokenExpired, TokenMisdirected, TokenMissing, TokenReplayed
from hushgate.house import House
from hushgate.signup.layer import Attempt, Layer
from hushgate.stepup.passing import is_passed
from hushgate.tokens import Claims
from hushgate.visit import Decision, Word

_ROWS: dict[type[HushgateError], str] = {
    TokenMissing: "missing",
    TokenExpired: "expired",
    TokenReplayed: "replayed",
    TokenMisdirected: "misdirected",
    StateLost: "state_lost",
}


class VerdictLayer(Layer):
    """Says what the site's policy makes of the verdict."""

    name = "verdict"

    def __init__(self, house: House) -> None:
        self._house = house

    def look(self, attempt: Attempt) -> Word:
        """See Layer."""
        if attempt.claims is None:
            return self._without(attempt, attempt.refused or TokenMissing("there is no token"))
        claims = attempt.claims
        wanted = claims.would or claims.decision
        if wanted == "allow" and claims.stepped and not is_passed(self._house, claims, attempt.email):
            return Word(self.name, "challenge", "the mail code was read at another address", "other-address")
        return Word(self.name, wanted, in_words(claims), claims.verdict)

    def _without(self, attempt: Attempt, error: HushgateError) -> Word:
        row = _ROWS.get(type(error), "forged")
        self._house.metrics.count(self._house.metrics.no_data, row)
        wanted: Decision = decide_without(row, attempt.site.rules.policy_for(attempt.action), enforce=True).decision
        judged = attempt.headers.judged if attempt.headers else None
        if judged is not None and judged.verdict == "bot":
            wanted = judged.would or judged.decision
        return Word(self.name, wanted, f"no verdict: {error}", row)


def in_words(claims: Claims) -> str:
    """A verdict in words."""
    words = f"{claims.verdict}, score {claims.score:g}, confidence {claims.confidence}"
    words = f"{words}; stepped up by {claims.stepped}" if claims.stepped else words
    return f"{words}; judged without the state store" if claims.lost else words


def open_layer(house: House) -> Layer:
    """The layer."""
    return VerdictLayer(house)
