"""A gate that runs elsewhere, as a customer's backend holds it: the same face as ``Gate``, over HTTP."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from functools import cached_property
from ipaddress import ip_address
from itertools import islice
from threading import Thread
from typing import Any

from hushgate.admission import Admission, RequestLike
from hushgate.caller import Caller, IPNetwork, read_caller
from hushgate.config import load
from hushgate.decision import Decided, Policy
from hushgate.errors import GateLost, Problem, SettingsError
from hushgate.events.outcomes import check_outcome
from hushgate.gate import Gate, choose_site, open_passwords
from hushgate.ghost import AbsentGhosts, Ghosts
from hushgate.ghost.absent import NEEDED
from hushgate.house import open_ghosts
from hushgate.metrics import Metrics
from hushgate.remote.answers import admission_of, claims_of, error_of
from hushgate.remote.client import Client
from hushgate.remote.steps import RemoteStepUp
from hushgate.signup.logins import Login
from hushgate.signup.passwords import Passwords
from hushgate.verify import Verified
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

log = logging.getLogger(__name__)
FIELDS_MAX = 64
FILLED = "filled"


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
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """``gate_lost`` is by default what the gate's own policy said last, and "allow" before it has ever answered.

        ``environ`` has what ghosts need, where the site keeps any.
        """
        self._secret, self._sitekey, self._given, self._proxies = secret, sitekey, gate_lost, trusted_proxies
        self._passwords = passwords or Passwords("", 0)
        self._metrics = Metrics()
        self._url, self._budget = url, budget_ms / 1000
        self._client = Client(url, self._budget, self._metrics)
        self._step_up = RemoteStepUp(url, secret, self._metrics)
        self._told: dict[str, Decision] = {}
        self._told_quarantine: dict[str, Decision] = {}
        self._environ = environ

    @classmethod
    def from_settings(cls, client: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> RemoteGate:
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
            environ=environ,
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
        told = {"response": token, "hostname": hostname, "email": email, "form": _filled(form or {})}
        try:
            answer = self._client.ask("/v1/admit", self._question(caller, action, told), AdmitAnswer)
        except GateLost as error:
            return self.without(action, str(error), error.code)
        self._told[action], self._told_quarantine[action] = answer.gate_lost, answer.quarantine_lost
        return admission_of(answer, action, self._commit(answer.lease, action))

    def _question(self, caller: Caller, action: str, told: Mapping[str, Any]) -> AdmitQuestion:
        return AdmitQuestion(
            secret=self._secret,
            sitekey=self._sitekey[:64],
            action=action,
            remoteip=_address(caller.ip),
            scheme="https" if caller.scheme == "https" else "http",
            headers=caller.headers,
            **told,
        )

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

        Where it has not, these are AbsentGhosts, which keep nothing: never raises.
        """
        try:
            config = load(environ=self._environ)
            config.keys()  # missed before the site is: a backend that keeps no ghosts has no settings file, and no wrong site key
            site = choose_site(config.sites, config.sites, self._sitekey or None)
            return open_ghosts(config, site, metrics=self._metrics)
        except SettingsError as error:
            return AbsentGhosts("; ".join(map(str, error.problems)), self._sitekey, self._quarantine_lost)

    def _quarantine_lost(self, action: str) -> Decision:
        """The policy's row, as the gate said last."""
        self._metrics.count(self._metrics.ghosts_lost, self._sitekey)
        return self._told_quarantine.get(action, Policy().quarantine_lost)

    def look_around(self) -> None:
        """Says in the log, when a site starts, what is known to go wrong later. It does not wait for the gate, and never raises."""
        if isinstance(self.ghosts, AbsentGhosts):
            log.warning("gate.ghosts keeps nothing in this backend (%s): %s", self.ghosts.why, NEEDED)
        Thread(target=self._try_secret, name="hushgate-secret", daemon=True).start()

    def _try_secret(self) -> None:
        """Asks once, over a connection of its own, and counts nothing: a server may fork meanwhile. The client logs what is wrong."""
        client = Client(self._url, self._budget, Metrics())
        with closing(client), suppress(GateLost):
            client.ask("/v1/verify", VerifyQuestion(self._secret, "", holder="start"), VerifyAnswer)

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
