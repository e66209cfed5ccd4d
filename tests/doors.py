"""The door as the tests hold it: a gate in process, signups at it, and layers that say what they are told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hushgate import Admission, Gate
from hushgate.house import House
from hushgate.signup import door as signup_door
from hushgate.signup.layer import Attempt, Layer
from hushgate.visit import Decision, Word
from stories import HEADERS, Rig, open_rig


def gate_of(rig: Rig) -> Gate:
    """The gate in process, on the rig's state and keys."""
    house = rig.house
    return Gate(house.config, state=house.state, spool=house.spool, atlas=house.atlas, metrics=house.metrics)


class Door:
    """A gate, and signups at it."""

    def __init__(self, rig: Rig, **parts: Any) -> None:
        self.rig = rig
        self.gate: Gate = gate_of(rig)
        for name, part in parts.items():
            object.__setattr__(self.gate.house, name, part)

    def signup(
        self, ip: str = "203.0.113.7", email: str | None = None, token: str | None = None, **headers: str
    ) -> Admission:
        token = self.rig.token() if token is None else token
        environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": ip}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return self.gate.admit(SimpleNamespace(environ=environ), token=token, action="signup", email=email)


Opened = Callable[..., Door]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Opened]:
    """Opens gates that limit what is named, and nothing else; without a name, as they are shipped."""
    rigs: list[Rig] = []

    def opened(parts: dict[str, Any] | None = None, **limits: Any) -> Door:
        off = dict.fromkeys(("address", "session", "device", "provider", "domain", "network", "site"), "off")
        rigs.append(
            open_rig(tmp_path / str(len(rigs)), limits={**off, **limits} if limits else {}, layers={"mail": "off"})
        )
        return Door(rigs[-1], **(parts or {}))

    yield opened
    for rig in rigs:
        rig.house.close()


class Says(Layer):
    """A layer for the tests of the door alone: it says what it is told to."""

    def __init__(self, name: str, says: Word | Exception | None, *, early: bool = False) -> None:
        self.name, self.says, self.early = name, says, early
        self.told: list[Decision] = []

    def look(self, attempt: Attempt) -> Word | None:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def settle(self, attempt: Attempt, decision: Decision) -> None:
        self.told.append(decision)


def word(layer: str, decision: Decision, **more: Any) -> Word:
    return Word(layer, decision, f"{layer} says {decision}", f"{layer}-{decision}", **more)


def door_of(house: House, *layers: Layer) -> None:
    """Puts these layers behind that of the verdict, each of them on, and enforcing where the site does."""
    opened = house.room(signup_door.Door)
    opened.arrange([*(layer for layer in opened.layers if layer.name == "verdict"), *layers])
    for site in house.sites.values():
        rules = site.layers["verdict"]
        site.layers.update({layer.name: rules for layer in layers})
