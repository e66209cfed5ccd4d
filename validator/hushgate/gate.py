"""The gate as a customer's backend holds it: ``Gate.from_env()``, then ``admit`` or ``verify``, and ``outcome`` later.

``Gate`` works in process, with the gate's keys and state; ``RemoteGate`` asks a gate that runs elsewhere. They answer alike.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import Any

from hushgate import admission
from hushgate.admission import Admission, RequestLike
from hushgate.caller import IPNetwork, read_caller
from hushgate.config import Config, Site, load, load_client
from hushgate.decision import Decided, decide_without
from hushgate.errors import GateLost, Problem, SettingsError
from hushgate.events.outcomes import check_outcome
from hushgate.ghost import Ghosts
from hushgate.house import House, keep_outcome, open_ghosts, open_house
from hushgate.metrics import Metrics
from hushgate.remote.answers import admission_of, admission_without, claims_of, error_of
from hushgate.remote.client import Client
from hushgate.remote.steps import RemoteStepUp
from hushgate.signup.logins import Login, Logins
from hushgate.signup.passwords import Passwords
from hushgate.stepup.face import StepUp
from hushgate.verify import Verified, verify
from hushgate.visit import Decision
from hushgate.wire import (
    AdmitAnswer,
    AdmitQuestion,
    CommitAnswer,
    CommitQuestion,
    LoginAnswer,
    LoginQuestion,
    OutcomeAnswer,
    OutcomeQuestion,
    Refused,
    VerifyAnswer,
    VerifyQuestion,
)

SITE_VARIABLE = "HUSHGATE_SITE"
FIELDS_MAX = 64
FILLED = "filled"


class Gate:
    """Verifies tokens in process, with the same keys and the same state as the gate that minted them."""

    def __init__(self, config: Config, *, site: str | None = None, **parts: Any) -> None:
        """``site`` is the site key; it may be left out where only one site is configured.

        Raises:
            SettingsError: there are no keys, or it is not clear which site this is.
        """
        self.house: House = open_house(config, **parts)
        self.site: Site = _choose(self.house.sites, config.sites, site)
        self._ghosts = open_ghosts(config, self.site, parts.get("hooks"))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, *, path: Path | None = None) -> Gate:
        """Reads the settings file and HUSHGATE_* (the site from HUSHGATE_SITE); a RemoteGate where HUSHGATE_URL is set.

        Raises:
            SettingsError: with every mistake in them.
        """
        client = load_client(environ)
        if client["url"]:
            return RemoteGate.from_settings(client)
        return cls(load(path, environ), site=client["site"])

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
            self.house,
            self.site,
            caller,
            token=token,
            action=action,
            hostname=hostname,
            email=email,
            form=form,
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

    def without(self, action: str, reason: str) -> Admission:
        """The admission where the gate cannot be asked, by the policy's row ``gate_lost``."""
        return admission_without(self.metrics, self._gate_lost(action), reason)

    def _gate_lost(self, action: str) -> Decided:
        return decide_without("gate_lost", self.site.rules.policy_for(action), enforce=self.site.rules.enforce)

    def close(self) -> None:
        """Closes the state store, the spool and the quarantine."""
        self._ghosts.close()
        self.house.close()


class RemoteGate(Gate):
    """Asks a gate that runs elsewhere, within a budget. Where it does not answer, the policy's row ``gate_lost`` decides.

    It has no ``house`` and no ``site``: settings, keys and state are the gate's own.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        sitekey: str = "",
        budget_ms: int = 800,
        gate_lost: Decision | None = None,
        trusted_proxies: tuple[IPNetwork, ...] = (),
        passwords: Passwords | None = None,
    ) -> None:
        """``gate_lost`` is by default what the gate's own policy said last, and "allow" before it has ever answered."""
        self._secret, self._sitekey, self._given, self._proxies = secret, sitekey, gate_lost, trusted_proxies
        self._passwords = passwords or Passwords("", 0)
        self._metrics = Metrics()
        self._client = Client(url, budget_ms / 1000, self._metrics)
        self._step_up = RemoteStepUp(url, secret, self._metrics)
        self._told: dict[str, Decision] = {}

    @classmethod
    def from_settings(cls, client: Mapping[str, Any]) -> RemoteGate:
        """From what ``load_client`` read. Raises SettingsError where there is no secret."""
        if not client["secret"]:
            raise SettingsError([Problem("environment", "HUSHGATE_SECRET", "there is none", "Set the site's secret")])
        return cls(
            client["url"],
            client["secret"],
            sitekey=client["site"] or "",
            budget_ms=client["budget_ms"],
            gate_lost=client["gate_lost"],
            trusted_proxies=client["trusted_proxies"],
            passwords=open_passwords(client),
        )

    @property
    def sitekey(self) -> str:
        """The site's key, from HUSHGATE_SITE."""
        return self._sitekey

    @property
    def metrics(self) -> Metrics:
        """What is counted in this process."""
        return self._metrics

    def verify(
        self, token: str, *, action: str | None = None, hostname: str | None = None, holder: str | None = None
    ) -> Verified:
        """As in process.

        Raises:
            TokenRefused: in its several ways.
            StateLost: the gate's state store is lost, and it is set to refuse.
            GateLost: the gate did not answer.
        """
        question = VerifyQuestion(self._secret, token, action, hostname, holder or "")
        answer = self._client.ask("/v1/verify", question, VerifyAnswer, again=bool(holder))
        if answer.told is None:
            raise error_of(answer.refused or Refused("", "the gate gave no reason"))
        return Verified(
            claims_of(answer.told), answer.told.lost, holder or "", self._commit(answer.lease, action or "")
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
        """As in process: one decision for one signup, whatever happened to the token or to the gate. Never raises.

        Of ``form`` the gate is told which fields were filled, never what stands in them.
        """
        caller = read_caller(request.environ, self._proxies)
        question = AdmitQuestion(
            secret=self._secret,
            response=token,
            action=action,
            hostname=hostname,
            remoteip=_address(caller.ip),
            scheme="https" if caller.scheme == "https" else "http",
            headers=caller.headers,
            email=email,
            form=_filled(form or {}),
        )
        try:
            answer = self._client.ask("/v1/admit", question, AdmitAnswer)
        except GateLost as error:
            return self.without(action, str(error))
        self._told[action] = answer.gate_lost
        return admission_of(answer, action, self._commit(answer.lease, action))

    def _commit(self, lease: str | None, action: str) -> Callable[[], bool]:
        def commit() -> bool:
            if lease is None:
                return True
            try:
                # not asked again: the first may have spent it, and the second would be told that it is spent
                question = CommitQuestion(self._secret, lease)
                return self._client.ask("/v1/commit", question, CommitAnswer, again=False).success
            except GateLost:
                return self._gate_lost(action).decision == "allow"

        return commit

    def login(self, request: RequestLike, account: str) -> Login:
        """As in process. Where the gate does not answer, everybody may try."""
        address = _address(read_caller(request.environ, self._proxies).ip)

        def ask(*, failed: bool) -> LoginAnswer:
            try:
                question = LoginQuestion(self._secret, account[:512], address, failed)
                return self._client.ask("/v1/login", question, LoginAnswer, again=not failed)
            except GateLost as error:
                return LoginAnswer("allow", str(error), 0)

        def fail() -> None:
            ask(failed=True)

        told = ask(failed=False)
        return Login(told.decision, told.reason, told.retry_after, fail)

    @property
    def passwords(self) -> Passwords:
        """As in process, by ``HUSHGATE_PASSWORDS_URL``: it is the backend that asks, so that no password goes to the gate."""
        return self._passwords

    @property
    def step_up(self) -> RemoteStepUp:
        """As in process."""
        return self._step_up

    def outcome(self, id: str | None, outcome: str) -> bool:
        """As in process; False too where the gate did not answer, and it should be told again later."""
        if id is None:
            return False
        check_outcome(id, outcome)
        try:
            return self._client.ask("/v1/outcome", OutcomeQuestion(self._secret, id, outcome), OutcomeAnswer).success
        except GateLost:
            return False

    @cached_property
    def ghosts(self) -> Ghosts:
        """As in process. They live with the backend: it has settings for this site and a HUSHGATE_KEYS of its own.

        Raises:
            SettingsError: it has not.
        """
        config = load()
        return open_ghosts(config, _choose(config.sites, config.sites, self._sitekey or None))

    def _gate_lost(self, action: str) -> Decided:
        return Decided(self._given or self._told.get(action, "allow"), None, "suppress")

    def close(self) -> None:
        """Closes the connections to the gate."""
        if "ghosts" in vars(self):
            self.ghosts.close()
        self._client.close()
        self._step_up.close()


def _filled(form: Mapping[str, str]) -> dict[str, str]:
    """Which fields hold something: what is in them is the visitor's, and may be a password."""
    return {name[:64]: FILLED if value else "" for name, value in islice(form.items(), FIELDS_MAX)}


def _address(ip: str) -> str | None:
    """An address that the gate will take: a server on a Unix socket gives none, and a test client may give any text."""
    try:
        return str(ip_address(ip))
    except ValueError:
        return None


def open_passwords(settings: Mapping[str, Any]) -> Passwords:
    """The look-up of passwords, as the settings have it."""
    return Passwords(settings["passwords_url"] or "", settings["passwords_ms"] / 1000)


def _own_passwords(house: House) -> Passwords:
    return open_passwords(house.config.gate)


def _choose(known: Mapping[str, Site], configured: Mapping[str, Site], key: str | None) -> Site:
    """The site with this key among those known; without a key, the only one that is configured."""
    sites = known if key else configured
    if key is not None and key in sites:
        return sites[key]
    if key is None and len(sites) == 1:
        return next(iter(sites.values()))
    what = f"no site has the key {key}" if key else f"{len(sites)} sites are configured, and none is chosen"
    raise SettingsError([Problem("environment", SITE_VARIABLE, what, "Name one of the sites in the settings file")])
