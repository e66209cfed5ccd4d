"""Logins: failures are counted by address, by account, and by both, against those who try lists of passwords.

An account that is not there is counted like one that is, and every refusal reads the same: what is answered tells nothing of
which accounts exist. Failures at an account alone never lock its owner out: they ask for a step more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hushgate.caller import address_prefix
from hushgate.config import Site
from hushgate.errors import StateLost
from hushgate.house import House
from hushgate.state import Hit, Limit
from hushgate.visit import Decision

WORDS = "That did not work. Check the address and the password, or try again later."
"""The one answer for a wrong password, an account that is not there, and too many attempts."""


@dataclass(frozen=True)
class Login:
    """What is decided about one attempt to log in, before the password is looked at.

    ``decision`` is allow, challenge or throttle; ``retry_after`` is in seconds. Say afterwards what came of it: ``failed()``.
    """

    decision: Decision
    reason: str
    retry_after: int
    _count: Callable[[], None]

    @property
    def allowed(self) -> bool:
        """Whether to look at the password at all."""
        return self.decision == "allow"

    def failed(self) -> None:
        """The password was wrong, or there is no such account: the two count alike."""
        self._count()


class Logins:
    """Counts failures for one site."""

    def __init__(self, house: House, site: Site) -> None:
        self._house, self._site = house, site

    def look(self, ip: str, account: str) -> Login:
        """Decides about an attempt, counting nothing. Never raises: without the state store everybody may try."""
        shards = self._shards(ip, account)
        count = partial(self._fail, shards)
        try:
            answers = {name: self._house.state.test(shard, limits) for name, (shard, limits) in shards.items()}
        except StateLost:
            self._house.metrics.count(self._house.metrics.state_lost)
            return Login("allow", "the state store is lost", 0, count)
        return _decide(answers, count)

    def _shards(self, ip: str, account: str) -> dict[str, tuple[str, list[Limit]]]:
        """Where failures are counted: each pair of a shard and its limits. Accounts are kept as keyed hashes."""
        prefix, site = address_prefix(ip), self._site
        hashed = self._house.sessions.hash(account.strip().lower(), self._house.ring.newest.id)
        names = {"address": prefix, "pair": f"{hashed}:{prefix}", "account": hashed}
        return {
            name: (
                f"{site.key}:login:{name}:{key}",
                [Limit(name, rate.amount, rate.window) for rate in site.logins[name]],
            )
            for name, key in names.items()
            if site.logins[name]
        }

    def _fail(self, shards: dict[str, tuple[str, list[Limit]]]) -> None:
        metrics = self._house.metrics
        metrics.count(metrics.login_failures, self._site.key)
        try:
            for shard, limits in shards.values():
                self._house.state.hit(shard, limits)
        except StateLost:
            metrics.count(metrics.state_lost)


def _decide(answers: dict[str, Hit], count: Callable[[], None]) -> Login:
    waits = {name: answer.retry_after for name, answer in answers.items() if not answer.allowed}
    hard = {name: wait for name, wait in waits.items() if name != "account"}
    if hard:
        name = max(hard, key=lambda one: hard[one])
        return Login("throttle", _REASONS[name], hard[name], count)
    if waits:
        return Login("challenge", _REASONS["account"], 0, count)
    return Login("allow", "", 0, count)


_REASONS = {
    "address": "too many failed logins from this address",
    "pair": "too many failed logins at this account from this address",
    "account": "too many failed logins at this account, from many addresses",
}
