"""What the tests of step-ups share: a site that challenges people, its backend, and a solver of its work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altcha
import pytest

from gates import remote, visitor
from hushgate import Admission, Gate
from stories import HEADERS, SITE, Rig, open_rig

WORK: dict[str, Any] = {"kind": "proof-of-work", "easiest": 4, "hardest": 8}
GREY: dict[str, Any] = {"policy": {"human": "challenge"}, "layers": {"limits": "off"}}


def solved(challenge: dict[str, Any] | None) -> str:
    """What a browser sends: the challenge with its solution."""
    assert challenge is not None
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return altcha.Payload(altcha.Challenge.from_dict(challenge), solution).to_base64()


def open_gate(data: Path, **more: Any) -> tuple[Rig, Gate]:
    """A site that challenges people, and asks for a little work."""
    rig = open_rig(data, **{**GREY, "step_up": WORK, **more})
    gate = Gate(rig.house.config, site=SITE, state=rig.house.state, spool=rig.house.spool)
    object.__setattr__(gate, "house", rig.house)
    return rig, gate


@dataclass
class Desk:
    """A site's backend: it admits, and holds a gate in process or elsewhere."""

    rig: Rig
    gate: Gate

    def admit(self, token: str, **more: Any) -> Admission:
        return self.gate.admit(visitor(), token=token, action="signup", **more)

    def challenged(self, **more: Any) -> tuple[str, Admission]:
        token = self.rig.token()
        admission = self.admit(token, **more)
        assert admission.decision == "challenge"
        return token, admission

    def counted(self, event: str, kind: str = "proof-of-work") -> float:
        labels = {"site": SITE, "kind": kind, "event": event}
        return self.rig.house.metrics.registry.get_sample_value("hushgate_step_up_total", labels) or 0.0


@pytest.fixture(params=["in process", "elsewhere"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    rig, gate = open_gate(tmp_path)
    if request.param == "in process":
        yield Desk(rig, gate)
    else:
        with remote(rig) as elsewhere:
            yield Desk(rig, elsewhere)
    rig.house.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    rig, gate = open_gate(tmp_path)
    yield Desk(rig, gate)
    rig.house.close()


def page(desk: Desk, path: str, headers: dict[str, str] = HEADERS, **question: Any) -> Any:
    """What a page is told."""
    return desk.rig.post(f"/v1/step-up/{path}", question, headers)
