"""The gate as a customer's backend holds it: ``Gate.from_env()``, then ``admit`` or ``verify``, and ``outcome`` later.

``Gate`` works in process, with the gate's keys and state; ``RemoteGate`` (remote_gate.py) asks a gate that runs elsewhere. They
answer alike.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hushgate import admission
from hushgate.admission import Admission, RequestLike
from hushgate.caller import read_caller
from hushgate.config import Config, Site, load, load_client
from hushgate.decision import Decided, decide_without
from hushgate.errors import GateLost, Problem, SettingsError
from hushgate.ghost import Ghosts
from hushgate.ghost.hooks import check_hooks
from hushgate.house import House, keep_outcome, open_ghosts, open_house
from hushgate.keys import VARIABLE
from hushgate.metrics import Metrics
from hushgate.remote.answers import admission_without
from hushgate.remote.steps import RemoteStepUp
from hushgate.signup.logins import Login, Logins
from hushgate.signup.passwords import Passwords
from hushgate.stepup.face import StepUp
from hushgate.verify import Verified, verify

SITE_VARIABLE = "HUSHGATE_SITE"
_REMEDY = (
    "Set the gate's keys (`hushgate keys new` makes one); or, where the gate runs elsewhere, HUSHGATE_URL and HUSHGATE_SECRET, "
    "the site's secret"
)


class Gate:
    """Verifies tokens in process, with the same keys and the same state as the gate that minted them."""

    def __init__(self, config: Config, *, site: str | None = None, **parts: Any) -> None:
        """``site`` is the site key; it may be left out where only one site is configured.

        Raises:
            SettingsError: there are no keys, it is not clear which site this is, or the module of its ghost_hooks is not there.
        """
        self.house: House = open_house(config, **parts)
        self.site: Site = choose_site(self.house.sites, config.sites, site)
        if not parts.get("hooks"):
            check_hooks(self.site.ghosts.hooks, f"sites.{self.site.key}.ghost_hooks")
        self._ghosts = open_ghosts(config, self.site, parts.get("hooks"), self.house.metrics)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, *, path: Path | None = None) -> Gate:
        """Reads the settings file and HUSHGATE_* (the site from HUSHGATE_SITE); a RemoteGate where HUSHGATE_URL is set.

        Raises:
            SettingsError: with every mistake in them.
        """
        client = load_client(environ)
        if client["url"]:
            from hushgate.remote_gate import RemoteGate

            return RemoteGate.from_settings(client, environ)
        config = load(path, environ)
        if config.ring is None:
            raise SettingsError([Problem("environment", VARIABLE, "no key is set", _REMEDY)])
        return cls(config, site=client["site"])

    @property
    def sitekey(self) -> str:
        """The site's key, for the script tag; "" where it is not known."""
        return self.site.key

    @property
    def metrics(self) -> Metrics:
        """What is counted here."""
        return self.house.metrics

    def verify(
        self, token: str, *, action: str | None = None, hostname: str | None = None, holder: str | None = None
    ) -> Verified:
        """Reads a token and holds it to this site, and to ``action`` and ``hostname`` where they are given.

        With a ``holder`` (anything that stands for this visitor) the token is leased: the same holder may come again until
        ``commit()``. Without one it is spent at once.

        Raises:
            TokenRefused: TokenMissing, TokenForged, TokenExpired, TokenMisdirected or TokenReplayed.
            StateLost: the state store is lost and the gate is set to refuse.
        """
        return verify(
            self.house,
            token,
            sites=frozenset({self.site.key}),
            action=action,
            hostname=hostname,
            holder=holder or "",
            spend=not holder,
        )

    def admit(
        self,
        request: RequestLike,
        *,
        token: str,
        action: str,
        hostname: str | None = None,
        email: str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Admission:
        """One decision for one signup, whatever happened to the token. Never raises.

        ``request`` is the framework's request (anything with a WSGI ``environ``). ``email`` is the address that was written into
        the form, and ``form`` its fields, of which the door reads the decoy.
        """
        caller = read_caller(request.environ, self.house.config.gate["trusted_proxies"])
        return admission.admit(
            self.house, self.site, caller, token=token, action=action, hostname=hostname, email=email, form=form
        )

    def login(self, request: RequestLike, account: str) -> Login:
        """Decides about an attempt to log in, before the password is looked at; say ``failed()`` of it afterwards. Never raises."""
        caller = read_caller(request.environ, self.house.config.gate["trusted_proxies"])
        return Logins(self.house, self.site).look(caller.ip, account)

    @property
    def passwords(self) -> Passwords:
        """Tells how often a password was seen in breaches, where that is switched on."""
        return self.house.room(_own_passwords)

    @property
    def step_up(self) -> StepUp | RemoteStepUp:
        """What a visit that is challenged may do to be let in. docs/step-up.md."""
        return StepUp(self.house, self.site)

    def outcome(self, id: str | None, outcome: str) -> bool:
        """Puts on record what became of a signup: confirmed, active, paid, bounced or reported. Told twice, it counts once.

        ``id`` is that of its admission; None where it had none, and then there is nothing to keep. Returns whether it is on record.

        Raises:
            BadField: it is no visit's id, or no outcome.
        """
        return id is not None and keep_outcome(self.house, self.site, id, outcome)

    @property
    def ghosts(self) -> Ghosts:
        """The site's ghosts: their ids, their pace, the quarantine."""
        return self._ghosts

    def without(self, action: str, reason: str, code: str = GateLost.code) -> Admission:
        """The admission where the gate cannot be asked, by the policy's row ``gate_lost``; ``code`` is the error's."""
        return admission_without(self.metrics, self._gate_lost(action), reason, code)

    def _gate_lost(self, action: str) -> Decided:
        return decide_without("gate_lost", self.site.rules.policy_for(action), enforce=self.site.rules.enforce)

    def close(self) -> None:
        """Closes the state store, the spool and the quarantine."""
        self._ghosts.close()
        self.house.close()


def open_passwords(settings: Mapping[str, Any]) -> Passwords:
    """The look-up of passwords, as the settings have it."""
    return Passwords(settings["passwords_url"] or "", settings["passwords_ms"] / 1000)


def _own_passwords(house: House) -> Passwords:
    return open_passwords(house.config.gate)


def choose_site(known: Mapping[str, Site], configured: Mapping[str, Site], key: str | None) -> Site:
    """The site with this key among those known; without a key, the only one that is configured."""
    sites = known if key else configured
    if key is not None and key in sites:
        return sites[key]
    if key is None and len(sites) == 1:
        return next(iter(sites.values()))
    what = f"no site has the key {key}" if key else f"{len(sites)} sites are configured, and none is chosen"
    raise SettingsError([Problem("environment", SITE_VARIABLE, what, "Name one of the sites in the settings file")])
