"""The parts that a gate works with, opened once: settings, keys, state, addresses, spool, counters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from hushgate.config import Config, LayerRules, Site
from hushgate.engine import man
from hushgate.errors import Problem, SettingsError, SiteUnknown
from hushgate.events import doors, outcomes
from hushgate.events.spool import Spool
from hushgate.evidence.browser import parse_user_agent
from hushgate.geo import Atlas
from hushgate.ghost import Ghosts, Hooks
from hushgate.judge import Rules
from hushgate.keys import TEST_SECRET, KeyRing, hash_secret
from hushgate.leases import Leases
from hushgate.limiter import Limiter
from hushgate.metrics import Metrics
from hushgate.robots import Lookout
from hushgate.robots.names import Names
from hushgate.sessions import Sessions
from hushgate.settings import REDIS_REMEDY, STEP_UP
from hushgate.state import State, open_state
from hushgate.tokens import Tokens
from hushgate.visit import Decision, Verdict

T = TypeVar("T")
TEST_OUTCOMES: dict[str, tuple[Verdict, Decision]] = {
    "test-human": ("human", "allow"),
    "test-suspect": ("suspect", "allow"),
    "test-challenge": ("suspect", "challenge"),
    "test-throttle": ("suspect", "throttle"),
    "test-bot": ("bot", "ghost"),
    "test-deny": ("bot", "deny"),
}
"""Site keys with one fixed outcome, for a customer's own tests. They work only where ``test_keys`` is on."""

_TEST_WORK = {"kind": "proof-of-work", "easiest": 4, "hardest": 8}
"""What is offered to who is challenged there: the real thing, and next to no work."""


@dataclass(frozen=True)
class House:
    """Everything that was opened."""

    config: Config
    ring: KeyRing
    state: State
    spool: Spool
    outcomes: Spool
    doors: Spool
    atlas: Atlas
    lookout: Lookout
    metrics: Metrics
    _rooms: dict[Callable[[House], Any], Any] = field(default_factory=dict, repr=False)
    _building: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def room(self, build: Callable[[House], T]) -> T:
        """What ``build`` makes of this house: made at the first call, kept, and closed with the house where it can be."""
        if build not in self._rooms:
            with self._building:
                if build not in self._rooms:
                    self._rooms[build] = build(self)
        kept: T = self._rooms[build]
        return kept

    @cached_property
    def sessions(self) -> Sessions:
        """Opens and reads sessions."""
        return Sessions(self.ring, self.config.gate["session_ttl"])

    @cached_property
    def tokens(self) -> Tokens:
        """Mints and reads tokens."""
        return Tokens(self.ring, self.config.gate["token_ttl"])

    @cached_property
    def leases(self) -> Leases:
        """Writes leases for backends elsewhere, and reads them."""
        return Leases(self.ring, self.config.gate["token_ttl"])

    @cached_property
    def session_limit(self) -> Limiter:
        """How many sessions an address prefix may open."""
        return Limiter(self.config.gate["session_rate"])

    @cached_property
    def verdict_limit(self) -> Limiter:
        """How many verdicts an address prefix may ask for."""
        return Limiter(self.config.gate["verdict_rate"])

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Every site by its key, test keys among them where they are on."""
        return {**self.config.sites, **(_test_sites() if self.config.gate["test_keys"] else {})}

    @cached_property
    def by_secret(self) -> dict[str, Site]:
        """Every site by the hash of each of its secrets."""
        return {hashed: site for site in self.config.sites.values() for hashed in site.secrets}

    def site(self, key: str) -> Site:
        """The site with this key. Raises SiteUnknown."""
        site = self.sites.get(key)
        if site is None:
            raise SiteUnknown("no site has this key", "sitekey")
        return site

    def close(self) -> None:
        """Closes what is open."""
        for room in self._rooms.values():
            getattr(room, "close", lambda: None)()
        self.spool.close()
        self.lookout.close()
        self.outcomes.close()
        self.doors.close()
        self.state.close()


def _test_sites() -> dict[str, Site]:
    hashes = (hash_secret(TEST_SECRET),)
    rules = Rules(man([], {}))
    layers = {"verdict": LayerRules(enforce=True, own={})}  # no other layer may change the outcome
    steps = {setting.name: setting.default for setting in STEP_UP} | _TEST_WORK
    return {
        key: Site(key, key, ("*",), hashes, "conversion", rules, outcome, layers, step_up=steps)
        for key, (outcome, _) in TEST_OUTCOMES.items()
    }


def open_state_of(config: Config) -> State:
    """Opens the state store that is configured. Raises SettingsError where its URL cannot be read."""
    try:
        return open_state(config.gate["redis_url"], config.data / "state")
    except ValueError as error:
        raise SettingsError([Problem("environment", "HUSHGATE_REDIS_URL", str(error), REDIS_REMEDY)]) from None


def keep_outcome(house: House, site: Site, id: str, outcome: str) -> bool:
    """Puts on record what became of a visit; False where it could not be written. Told twice, it counts once.

    Raises:
        BadField: it is no visit's id, or no outcome.
    """
    record = outcomes.new_outcome(site.key, id, outcome)
    house.metrics.count(house.metrics.outcomes, site.key, outcome)
    return house.outcomes.append(record)


def _open_spool(config: Config, folder: str) -> Spool:
    gate = config.gate
    limits = {"max_bytes": gate["spool_bytes"], "days": gate["spool_days"], "total_bytes": gate["spool_total_bytes"]}
    return Spool(config.data / folder, **limits)


def open_lookout(config: Config) -> Lookout:
    """What is known of robots. Raises SettingsError where a file of the operator's cannot be used."""
    try:
        return Lookout(robot_folder(config), Names() if config.gate["robot_lookups"] else None)
    except (OSError, ValueError) as error:
        remedy = "Mend or remove the file; `hushgate robots update` writes it anew"
        raise SettingsError([Problem("gate", "robot_data", str(error), remedy)]) from None


def robot_folder(config: Config) -> Path:
    """Where the operator's knowledge of robots is kept."""
    given: Path | None = config.gate["robot_data"]
    return given or config.data / "robots"


def open_house(config: Config, **parts: Any) -> House:
    """Opens every part that is not given. Raises SettingsError without keys."""
    gate = config.gate
    ring = config.keys()
    parse_user_agent("")  # the parser builds its tables at the first call, which takes a tenth of a second
    return House(
        config=config,
        ring=ring,
        state=parts.get("state") or open_state_of(config),
        spool=parts.get("spool") or _open_spool(config, "spool"),
        outcomes=parts.get("outcomes") or _open_spool(config, outcomes.FOLDER),
        doors=parts.get("doors") or _open_spool(config, doors.FOLDER),
        atlas=parts.get("atlas") or Atlas(gate["country_data"], gate["network_data"], gate["anonymous_data"]),
        lookout=parts.get("lookout") or open_lookout(config),
        metrics=parts.get("metrics") or Metrics(),
    )


def open_ghosts(config: Config, site: Site, hooks: Hooks | None = None, metrics: Metrics | None = None) -> Ghosts:
    """The ghosts of one site; ``hooks`` win over its setting. Opens no file until one is needed. Raises SettingsError without keys."""

    def lost(action: str) -> Decision:
        if metrics is not None:
            metrics.count(metrics.ghosts_lost, site.key)
        return site.rules.policy_for(action).quarantine_lost

    return Ghosts(config.keys(), site.key, site.ghosts, config.data, lost=lost, hooks=hooks)
