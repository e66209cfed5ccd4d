"""Redeems tokens: leased to the caller by ``verify``, spent by ``commit``."""

from __future__ import annotations

import logging
from collections.abc import Callable

from msgspec import Struct

from hushgate.decision import Conversion
from hushgate.errors import StateLost, TokenMisdirected, TokenReplayed
from hushgate.house import House
from hushgate.seldom import Seldom
from hushgate.state import Lease
from hushgate.tokens import Claims
from hushgate.visit import Confidence, Decision, Finding, Verdict

log = logging.getLogger(__name__)


def _spent() -> bool:
    return True


class Verified(Struct, frozen=True):
    """A token that was read and found good: the verdict in it, and ``commit`` to spend it.

    ``holder`` is whom it is leased to, "" where it was spent at once.
    """

    claims: Claims
    lost: list[str] = []
    holder: str = ""
    _commit: Callable[[], bool] = _spent

    @property
    def id(self) -> str:
        """The visit's id."""
        return self.claims.id

    @property
    def verdict(self) -> Verdict:
        """human, suspect or bot."""
        return self.claims.verdict

    @property
    def decision(self) -> Decision:
        """allow, challenge, throttle, ghost or deny."""
        return self.claims.decision

    @property
    def score(self) -> float:
        """0 to 100, 100 is a bot."""
        return self.claims.score

    @property
    def confidence(self) -> Confidence:
        """none, low, medium or high."""
        return self.claims.confidence

    @property
    def findings(self) -> list[Finding]:
        """What was found, heaviest first."""
        return self.claims.findings

    @property
    def conversion(self) -> Conversion:
        """Whether this conversion counts."""
        return self.claims.conversion

    @property
    def stepped(self) -> str:
        """The step-up that was passed, "" for none."""
        return self.claims.stepped

    @property
    def allowed(self) -> bool:
        """Whether to let the visit in."""
        return self.claims.decision == "allow"

    @property
    def ghosted(self) -> bool:
        """Whether to answer as if it had been let in, and do nothing."""
        return self.claims.decision == "ghost"

    def commit(self) -> bool:
        """Spends the token: True for the one call that does, so do it before what must happen once.

        Without the state store it is the policy that decides, as for the verdict itself.
        """
        return self._commit()


def verify(
    house: House,
    token: str,
    *,
    sites: frozenset[str],
    action: str | None,
    hostname: str | None,
    holder: str,
    spend: bool,
) -> Verified:
    """Reads a token, holds it to its claims, and leases or spends it.

    Raises:
        TokenRefused: in its several ways.
        StateLost: the store is lost and the gate is set to refuse.
    """
    claims = read(house, token, sites=sites, action=action, hostname=hostname)
    lost = [*claims.lost, *_lease(house, claims, holder, spend=spend)]
    return Verified(claims, lost) if spend else leased(house, claims, holder, lost)


def read(house: House, token: str, *, sites: frozenset[str], action: str | None, hostname: str | None) -> Claims:
    """The claims of a token that is for these sites, action and hostname. Raises TokenRefused in its several ways."""
    claims = house.tokens.read(token)
    if claims.site not in sites:
        error = TokenMisdirected("site", expected=", ".join(sorted(sites)), got=claims.site)
        house.room(_Strays).note(error)
        raise error
    _direct("action", action, claims.action)
    _direct("hostname", hostname, claims.hostname)
    return claims


class _Strays:
    """Logs tokens that are for another site than the one that is asked for, one a minute for each two sites."""

    def __init__(self, _house: House) -> None:
        self._seldom = Seldom()

    def note(self, error: TokenMisdirected) -> None:
        if self._seldom.may(f"{error.got} {error.expected}"):
            log.warning(
                "a token of the site %s was brought to the site %s, and refused: if both are yours, the page's data-sitekey (HUSHGATE_SITE) "
                "and the backend's secret (HUSHGATE_SECRET) are of two sites",
                error.got,
                error.expected,
            )


def leased(house: House, claims: Claims, holder: str, lost: list[str]) -> Verified:
    """A token that is leased to its holder."""
    return Verified(claims, lost, holder, lambda: commit(house, claims.site, claims.nonce, holder))


def shard_of(site: str) -> str:
    """What lives together in the state store: a site's leases, and what the door counts of it."""
    return f"door:{site}"


def _direct(claim: str, expected: str | None, got: str) -> None:
    if expected is not None and expected != got:
        raise TokenMisdirected(claim, expected=expected, got=got)


def _lease(house: House, claims: Claims, holder: str, *, spend: bool) -> list[str]:
    try:
        lease = house.state.lease(shard_of(claims.site), claims.nonce, holder, house.tokens.ttl, spend=spend)
    except StateLost:
        house.metrics.count(house.metrics.state_lost)
        if refuses(house):
            raise
        return ["state"]
    refuse_replay(claims, lease)
    return []


def refuses(house: House) -> bool:
    """Whether a token is refused where the state store is lost."""
    return bool(house.config.gate["state_lost"] == "refuse")


def refuse_replay(claims: Claims, lease: Lease | None) -> None:
    """Raises TokenReplayed where somebody else has the token."""
    if lease is Lease.REPLAYED:
        raise TokenReplayed("the token was redeemed before", id=claims.id)


def commit(house: House, site: str, nonce: str, holder: str) -> bool:
    """Spends a leased token: True for the one call that does. Without the state store, the policy decides."""
    try:
        return house.state.commit(shard_of(site), nonce, holder, house.tokens.ttl)
    except StateLost:
        house.metrics.count(house.metrics.state_lost)
        return bool(house.config.gate["state_lost"] == "judge")
