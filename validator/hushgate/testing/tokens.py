"""A token with an outcome of one's choice, for a site's own tests."""

from __future__ import annotations

import secrets
import time

from hushgate.errors import HushgateError
from hushgate.gate import Gate
from hushgate.house import TEST_OUTCOMES
from hushgate.remote_gate import RemoteGate
from hushgate.tokens import Claims
from hushgate.visit import Decision, Finding, new_id

OUTCOMES = tuple(key.removeprefix("test-") for key in TEST_OUTCOMES)


def token(gate: Gate, decision: Decision, *, action: str = "signup", hostname: str = "localhost") -> str:
    """A token of the gate's own site that decides so. Raises HushgateError where the gate's test_keys are off."""
    if isinstance(gate, RemoteGate):
        raise HushgateError("a gate elsewhere has the keys: use its test site keys, test-human and so on")
    if not gate.house.config.gate["test_keys"]:
        raise HushgateError("test_keys is off: set HUSHGATE_TEST_KEYS=true where tests run, and nowhere else")
    outcome = next(name for name in OUTCOMES if TEST_OUTCOMES[f"test-{name}"][1] == decision)
    return gate.house.tokens.mint(forced(gate.site.key, outcome, action, hostname))


def forced(site: str, outcome: str, action: str, hostname: str) -> Claims:
    """The claims of a token with one of OUTCOMES."""
    verdict, decision = TEST_OUTCOMES[f"test-{outcome}"]
    return Claims(
        id=new_id(),
        nonce=secrets.token_urlsafe(12),
        site=site,
        hostname=hostname,
        action=action,
        at=time.time(),
        verdict=verdict,
        decision=decision,
        score=0.0 if verdict == "human" else 99.0,
        confidence="high",
        conversion="count" if decision == "allow" else "suppress",
        findings=[Finding("minted", "note", 0, "the outcome was chosen, nobody was judged")],
    )
