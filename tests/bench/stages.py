"""Where a verdict's CPU time goes, stage by stage, in one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.test import EnvironBuilder

from bench.pools import verdict_bodies
from hushgate import intake
from hushgate.caller import read_caller
from hushgate.device import device_story
from hushgate.house import House
from hushgate.payload import read_envelope, read_payload
from hushgate.signup.lists import refuse_blocked
from stories import HEADERS, SITE


class Clock:
    """Adds up the CPU time of calls, by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def run(self, stage: str, call: Callable[..., Any], *values: Any) -> Any:
        started = time.thread_time()
        result = call(*values)
        self.spent[stage] = self.spent.get(stage, 0.0) + time.thread_time() - started
        return result


def stages(house: House, folder: Path, count: int = 2000) -> dict[str, float]:
    """Microseconds a visit, by stage."""
    pool = folder / "stages.txt"
    verdict_bodies(house, pool, count)
    builder = EnvironBuilder(
        "/v1/verdict", method="POST", headers=list(HEADERS.items()), environ_base={"REMOTE_ADDR": "127.0.0.1"}
    )
    environ = builder.get_environ()
    clock = Clock()
    for line in pool.read_bytes().splitlines():
        _one(house, clock, environ, line)
    return {stage: 1e6 * spent / count for stage, spent in clock.spent.items()}


def _one(house: House, clock: Clock, environ: dict[str, Any], body: bytes) -> None:
    site = house.site(SITE)
    caller = clock.run("headers and address", read_caller, environ, ())
    envelope = clock.run("body", read_envelope, body)
    clock.run("lists", refuse_blocked, house, SITE, caller.ip)
    session = clock.run("session", house.sessions.read, envelope.session)
    clock.run("seal", house.sessions.check_seal, envelope.session, session, envelope.payload, envelope.seal)
    payload = clock.run("payload", read_payload, envelope.payload)
    clock.run("state", clock.run("state", intake._begin_spend, house, caller, session))
    visit = clock.run("visit", intake._visit, house, caller, session, payload)
    judgement = clock.run("evidence, checks, score", intake._judge, house, site, visit, payload)
    judged = judgement.judged
    device = clock.run("device", device_story, house.sessions, session.key, SITE, payload.story, 0.0)
    claims = clock.run("claims", intake._claims, visit, judged, judgement.conversion, "x", device)
    clock.run("token", house.tokens.mint, claims)
    clock.run("spool", intake._record, house, visit, judged, judgement)
    clock.run("counters", intake._count, house, site, judged, payload, time.perf_counter())
