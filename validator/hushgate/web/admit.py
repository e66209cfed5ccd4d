"""``/v1/admit``, ``/v1/verify``, ``/v1/commit``, ``/v1/outcome``, ``/v1/login``: what ``Gate`` does in process, for a backend elsewhere.

Who asks has the site's secret, so what it says of the visitor is believed: its address, and the headers of its request.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

import msgspec

from hushgate import admission
from hushgate.admission import Admission
from hushgate.caller import is_ipv4, told_caller
from hushgate.config import Site
from hushgate.decision import decide_without
from hushgate.errors import BadField, StateLost, TokenRefused
from hushgate.house import House, keep_outcome
from hushgate.leases import Held
from hushgate.signup.logins import Logins
from hushgate.verify import Verified, commit, verify
from hushgate.visit import Decision
from hushgate.web.answers import say
from hushgate.web.backends import note_other_site, sites_of
from hushgate.web.direct import Handler
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
    Told,
    VerifyAnswer,
    VerifyQuestion,
)

_AT = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_MISSING = re.compile(r"missing required field `(\w+)`")


def handlers(house: House) -> dict[str, Handler]:
    """The endpoints."""

    def handler(shape: type[Any], work: Callable[[House, Any], Any]) -> Handler:
        decode = msgspec.json.Decoder(shape).decode
        return lambda _, body: say(work(house, read_question(decode, body)))

    return {
        "/v1/admit": handler(AdmitQuestion, admit),
        "/v1/verify": handler(VerifyQuestion, read_token),
        "/v1/commit": handler(CommitQuestion, spend),
        "/v1/outcome": handler(OutcomeQuestion, keep),
        "/v1/login": handler(LoginQuestion, log_in),
    }


def read_question(decode: Callable[[bytes], Any], body: bytes) -> Any:
    """A question by its shape. Raises BadField, with the field that is wrong."""
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        message = str(error)
        at = _AT.search(message) or _MISSING.search(message)
        field = at.group(1).removesuffix("[...]") if at else "body"
        raise BadField(f"{field}: {_AT.sub('', message).replace('`', '')}", field) from None


def _site_of(house: House, secret: str, token: str) -> Site:
    """The site that is asked for. The test secret opens several, and the token says which."""
    sites = sites_of(house, secret)
    if len(sites) == 1:
        return sites[0]
    try:
        claimed = house.tokens.read(token).site
    except TokenRefused:
        return sites[0]
    return next((site for site in sites if site.key == claimed), sites[0])


def admit(house: House, question: AdmitQuestion) -> AdmitAnswer:
    """One decision for one signup. Raises SecretRefused and BadField."""
    site = _site_of(house, question.secret, question.response)
    if question.sitekey and question.sitekey != site.key and not site.outcome:
        note_other_site(house, site, question.sitekey)
    admitted = admission.admit(
        house,
        site,
        told_caller(_address(question.remoteip), question.scheme, question.headers),
        token=question.response,
        action=question.action,
        hostname=question.hostname,
        email=question.email,
        form=question.form,
    )
    lost = decide_without("gate_lost", site.rules.policy_for(question.action), enforce=site.rules.enforce)
    return _answer(house, admitted, lost.decision, site.rules.policy_for(question.action).quarantine_lost)


def _address(ip: str | None) -> str:
    """The visitor's address, "" where the backend does not tell it. Raises BadField."""
    ip = ip or ""
    try:
        return ip if not ip or is_ipv4(ip) else str(ipaddress.ip_address(ip))
    except ValueError:
        raise BadField("remoteip: expected an IP address", "remoteip") from None


def _answer(house: House, admitted: Admission, gate_lost: Decision, quarantine_lost: Decision) -> AdmitAnswer:
    return AdmitAnswer(
        success=admitted.allowed,
        decision=admitted.decision,
        would=admitted.would,
        conversion=admitted.conversion,
        reason=admitted.reason,
        reasons=admitted.reasons,
        retry_after=admitted.retry_after,
        id=admitted.id,
        verdict=admitted.verdict,
        score=admitted.score,
        confidence=admitted.confidence,
        findings=admitted.findings,
        skipped=admitted.skipped,
        lost=admitted.lost,
        log=admitted.log,
        lease=_lease(house, admitted.verified),
        gate_lost=gate_lost,
        quarantine_lost=quarantine_lost,
        step_up=admitted.step_up,
    )


def _lease(house: House, verified: Verified | None) -> str | None:
    if verified is None or not verified.holder:
        return None
    return house.leases.write(Held(verified.claims.site, verified.claims.nonce, verified.holder))


def read_token(house: House, question: VerifyQuestion) -> VerifyAnswer:
    """Reads a token, and leases or spends it. Raises SecretRefused."""
    sites = frozenset(site.key for site in sites_of(house, question.secret))
    try:
        verified = verify(
            house,
            question.response,
            sites=sites,
            action=question.action,
            hostname=question.hostname,
            holder=question.holder,
            spend=not question.holder,
        )
    except (TokenRefused, StateLost) as error:
        return VerifyAnswer(None, Refused(error.code, str(error), **vars(error)), None)
    told = msgspec.convert(verified.claims, Told, from_attributes=True)
    return VerifyAnswer(msgspec.structs.replace(told, lost=verified.lost), None, _lease(house, verified))


def spend(house: House, question: CommitQuestion) -> CommitAnswer:
    """Spends a lease. Raises SecretRefused, and BadField where it is no lease of this site."""
    sites = {site.key for site in sites_of(house, question.secret)}
    held = house.leases.read(question.lease)
    if held.site not in sites:
        raise BadField("lease: it belongs to another site", "lease")
    return CommitAnswer(commit(house, held.site, held.nonce, held.holder))


def keep(house: House, question: OutcomeQuestion) -> OutcomeAnswer:
    """Puts on record what became of a visit. Raises SecretRefused and BadField."""
    return OutcomeAnswer(keep_outcome(house, sites_of(house, question.secret)[0], question.id, question.outcome))


def log_in(house: House, question: LoginQuestion) -> LoginAnswer:
    """Decides about an attempt to log in, and counts it where it has failed. Raises SecretRefused and BadField."""
    logins = Logins(house, sites_of(house, question.secret)[0])
    login = logins.look(_address(question.remoteip), question.account)
    if question.failed:
        login.failed()
    return LoginAnswer(login.decision, login.reason, login.retry_after)
