"""The way of a visit through the gate: a session is opened, a sealed payload comes back, a verdict goes out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from hushgate.caller import Caller, address_prefix
from hushgate.config import Site
from hushgate.decision import Conversion
from hushgate.device import device_story
from hushgate.errors import SessionRefused, SessionSpent, StateLost
from hushgate.house import TEST_OUTCOMES, House
from hushgate.judge import Judgement, judge
from hushgate.origins import check_origin, find_site
from hushgate.payload import Envelope, Opening, Page, Payload, read_payload
from hushgate.quiz import ask, write_seed
from hushgate.sessions import FUTURE_MS, Session
from hushgate.signup.lists import refuse_blocked
from hushgate.signup.reputation import Reputation
from hushgate.tokens import Claims
from hushgate.visit import Finding, Judged, Timing, Visit, new_id

log = logging.getLogger(__name__)
SPEND_SLACK = 2 * FUTURE_MS // 1000
"""Seconds that a spent nonce is remembered beyond its session's time to live: clocks of two workers differ."""


def open_session(house: House, caller: Caller, opening: Opening) -> dict[str, Any]:
    """Answers ``POST /v1/session``. Raises RequestRefused in its several ways."""
    site = find_site(house, opening.sitekey, caller)
    refuse_blocked(house, site.key, caller.ip)
    check_origin(house, site, caller)
    prefix = address_prefix(caller.ip)
    house.session_limit.hit(prefix)
    first = _first(house, site, opening.after)
    opened = house.sessions.open(site.key, opening.action, caller.user_agent, prefix, first, caller.story)
    house.metrics.count(house.metrics.sessions, site.key)
    if house.config.gate["reputation_key"]:
        house.room(Reputation).warm(caller.ip)
    return {"session": opened.text, "key": opened.key, "expires_in": house.sessions.ttl, "quiz": ask(opened.quiz)}


def _first(house: House, site: Site, after: str | None) -> int | None:
    """The time of the page's first session, by its previous one. A session that cannot be read is no reason to refuse."""
    if after is None:
        return None
    try:
        before = house.sessions.read(after, expired=True)
    except SessionRefused:
        return None
    return before.first if before.site == site.key else None


def take_verdict(house: House, caller: Caller, envelope: Envelope) -> dict[str, Any]:
    """Answers ``POST /v1/verdict``. Raises RequestRefused in its several ways."""
    started = time.perf_counter()
    session = house.sessions.read(envelope.session)
    site = house.site(session.site)
    refuse_blocked(house, site.key, caller.ip)
    hostname = check_origin(house, site, caller)
    house.sessions.check_seal(envelope.session, session, envelope.payload, envelope.seal)
    payload = read_payload(envelope.payload)
    spent = _begin_spend(house, caller, session)
    visit = _visit(house, caller, session, payload)
    judgement = _judge(house, site, visit, payload)
    lost = spent()  # the store answers while the visit is judged
    judged = msgspec.structs.replace(judgement.judged, lost=lost) if lost else judgement.judged
    device = device_story(house.sessions, session.key, site.key, payload.story, float(visit.at or 0))
    token = house.tokens.mint(_claims(visit, judged, judgement.conversion, hostname, device))
    _record(house, visit, judged, judgement)
    _count(house, site, judged, payload, started)
    return _answer(house, site, token, visit.id, judgement.conversion)


def _begin_spend(house: House, caller: Caller, session: Session) -> Callable[[], list[str]]:
    """Asks the store to spend the session. What is returned waits for the answer, and names what was lost.

    Raises TooMany, or StateLost where the policy is to refuse; what is returned raises SessionSpent too.
    """
    # by who asks: what one session is sent again and again from elsewhere must not use up what its opener's neighbours may have
    house.verdict_limit.hit(address_prefix(caller.ip))
    try:
        waiting = house.state.begin_spend(session.prefix, session.nonce, house.sessions.ttl + SPEND_SLACK)
    except StateLost as error:
        return partial(list, _without_state(house, error))

    def spent() -> list[str]:
        try:
            fresh = waiting()
        except StateLost as error:
            return _without_state(house, error)
        if not fresh:
            raise SessionSpent("this session has had its verdict, open another", "session")
        return []

    return spent


def _without_state(house: House, error: StateLost) -> list[str]:
    """What is missing then. Raises the error where the policy is to refuse."""
    house.metrics.count(house.metrics.state_lost)
    if house.config.gate["state_lost"] == "refuse":
        raise error
    return ["state"]


def _visit(house: House, caller: Caller, session: Session, payload: Payload) -> Visit:
    now = time.time() * 1000
    page: Page = payload.page
    skew = None if page.clock is None else round(page.clock - now)
    return Visit(
        id=new_id(),
        at=round(now / 1000, 3),
        site=session.site,
        action=session.action,
        ip=caller.ip,
        robot=house.lookout.recognise(caller.ip, caller.headers, caller.scheme, caller.line),
        headers=caller.headers,
        signals=payload.signals,
        missing=payload.story.missing,
        timing=Timing(max(0.0, round(now - session.first)), page.open_ms, skew),
        opened=_opened(house, caller, session),
    )


def _opened(house: House, caller: Caller, session: Session) -> dict[str, str]:
    """What has become of what the session was opened with, and the quiz that was asked."""
    who = house.sessions.who(caller.user_agent, address_prefix(caller.ip), caller.story, session.key)
    opened = {
        "user_agent": "same" if who.agent == session.agent else "changed",
        "address": "same" if who.prefix == session.prefix else "changed",
    }
    if session.story and session.story != who.story:
        opened["story"] = "changed"
    quiz = house.sessions.quiz(session)
    if quiz:
        opened["quiz"] = write_seed(quiz)
    return opened


def _judge(house: House, site: Site, visit: Visit, payload: Payload) -> Judgement:
    network = house.atlas.look_up(visit.ip or "")
    judgement = judge(visit, payload, site.rules, network)
    if site.outcome is None:
        return judgement
    verdict, decision = TEST_OUTCOMES[site.key]
    finding = Finding("test-key", "note", 0, f"the site key {site.key} always gives this outcome")
    judged = Judged(verdict, decision, {"human": 0.0, "suspect": 60.0}.get(verdict, 99.0), "high", [finding])
    conversion: Conversion = "count" if decision == "allow" else "suppress"
    return msgspec.structs.replace(judgement, judged=judged, conversion=conversion)


def _claims(visit: Visit, judged: Judged, conversion: Conversion, hostname: str, device: str) -> Claims:
    return Claims(
        id=visit.id,
        nonce=visit.id,
        site=visit.site,
        hostname=hostname,
        action=visit.action,
        at=float(visit.at or 0),
        verdict=judged.verdict,
        decision=judged.decision,
        score=judged.score,
        confidence=judged.confidence,
        conversion=conversion,
        findings=judged.findings,
        would=judged.would,
        lost=judged.lost,
        device=device,
    )


def _record(house: House, visit: Visit, judged: Judged, judgement: Judgement) -> None:
    visit.judged = judged
    visit.network = judgement.network
    if not house.spool.append(visit):
        house.metrics.count(house.metrics.spool_failures)


def _count(house: House, site: Site, judged: Judged, payload: Payload, started: float) -> None:
    house.metrics.verdicts.add(site.key, judged.verdict, judged.decision, time.perf_counter() - started)
    if payload.unknown:
        house.metrics.count(house.metrics.unknown_signals, by=payload.unknown)


def _answer(house: House, site: Site, token: str, id: str, conversion: Conversion) -> dict[str, Any]:
    answer: dict[str, Any] = {"token": token, "id": id, "expires_in": house.tokens.ttl}
    if site.disclosure == "conversion":
        answer["conversion"] = conversion
    return answer
