"""``/v1/session`` and ``/v1/verdict``: what the collector talks to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from hushgate.caller import Caller, read_caller
from hushgate.errors import HushgateError
from hushgate.house import House
from hushgate.intake import open_session, take_verdict
from hushgate.payload import read_envelope, read_opening
from hushgate.web.answers import Answer, refuse_and_count, say
from hushgate.web.direct import Environ, Handler

Work = Callable[[Caller, bytes], dict[str, Any]]


def handlers(house: House) -> dict[str, Handler]:
    """The two endpoints."""
    proxies = house.config.gate["trusted_proxies"]
    ours = frozenset(name for site in house.sites.values() for name in site.hostnames)
    # Threads that take the interpreter from each other at every write halve what a worker does: they go one by one, unless they
    # wait for somebody else's answer.
    turn = threading.Lock() if house.state.kind == "lmdb" else nullcontext()

    def handler(work: Work) -> Handler:
        def handle(environ: Environ, body: bytes) -> Answer:
            caller = read_caller(environ, proxies)
            origin = caller.origin if caller.hostname in ours or "*" in ours else None
            try:
                with turn:
                    said = work(caller, body)
                return say(said, origin=origin)
            except HushgateError as error:
                return refuse_and_count(house, error, origin)

        return handle

    return {
        "/v1/session": handler(lambda caller, body: open_session(house, caller, read_opening(body))),
        "/v1/verdict": handler(lambda caller, body: take_verdict(house, caller, read_envelope(body))),
    }
