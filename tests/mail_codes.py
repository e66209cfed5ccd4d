"""What the tests of mail codes share: a site that sends them, and a visitor who asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gates import remote
from hushgate.wire import Offer
from step_ups import Desk, open_gate

ANN = "ann@example.com"
CODES = {"kind": "mail-code", "mail_from": "Shop <signup@shop.example>"}


@contextmanager
def opened(data: Path, url: str | None, *, elsewhere: bool = False, **step_up: Any) -> Iterator[Desk]:
    gate = {"step_up_ms": 20_000, **({"smtp_url": url} if url else {})}
    rig, held = open_gate(data, gate=gate, name="My Shop", step_up={**CODES, **step_up})
    if elsewhere:
        with remote(rig) as gate_elsewhere:
            yield Desk(rig, gate_elsewhere)
    else:
        yield Desk(rig, held)
    rig.house.close()


def asked(desk: Desk, email: str = ANN, **more: Any) -> Offer:
    _, admission = desk.challenged()
    return desk.gate.step_up.offer(admission, email=email, **more)
