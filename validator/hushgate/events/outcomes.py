"""What became of signups: a log beside the spool, and the visits on record with what it says of them.

The log holds a visit's id, its site, a time and one word; never who it was. It is joined to the visits when it is read.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from hushgate.errors import BadField
from hushgate.events.spool import read_lines, read_spool
from hushgate.visit import Visit
from hushgate.wire import OUTCOMES, OutcomeName

FOLDER = "outcomes"
_ID = re.compile(r"[0-9a-f]{23}")
_STANDING: dict[OutcomeName, bool] = {
    "paid": True,
    "reported": False,
    "active": True,
    "bounced": False,
    "confirmed": True,
}
"""Whether an outcome speaks for a person, weightiest first: a bot with a mailbox confirms too, and a person's mail may bounce."""


class Outcome(Struct, frozen=True):
    """One word about one visit. ``at`` is seconds since 1970."""

    id: str
    at: float
    site: str
    outcome: OutcomeName


class Labelled(NamedTuple):
    """A visit on record, and every outcome that was told of it, first told first."""

    visit: Visit
    outcomes: tuple[OutcomeName, ...]

    @property
    def person(self) -> bool | None:
        """Whether it was a person: the weightiest outcome decides. None where it paid and was reported, which may be either."""
        if {"paid", "reported"} <= set(self.outcomes):
            return None
        return next(good for name, good in _STANDING.items() if name in self.outcomes)


_decode = msgspec.json.Decoder(Outcome).decode


def check_outcome(id: str, outcome: str) -> OutcomeName:
    """The outcome. Raises BadField, naming ``id`` or ``outcome``, where it cannot be one."""
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise BadField("id: expected the id that the visit's admission had, 23 hexadecimal digits", "id")
    for known in OUTCOMES:
        if outcome == known:
            return known
    raise BadField(f"outcome: {str(outcome)[:32]!r} is none, expected one of {', '.join(OUTCOMES)}", "outcome")


def new_outcome(site: str, id: str, outcome: str) -> Outcome:
    """An outcome of now. Raises BadField, naming ``id`` or ``outcome``, where it cannot be one."""
    return Outcome(id, round(time.time(), 3), site, check_outcome(id, outcome))


def read_outcomes(data: Path) -> Iterator[Outcome]:
    """Every outcome on record under the data folder, as often as it was told."""
    return read_lines(data / FOLDER, _decode, "an outcome")


def read(data: Path, site: str | None = None) -> Iterator[Labelled]:
    """Every visit on record under the data folder that something became of, oldest first; of one site, or of all."""
    told: dict[tuple[str, str], dict[OutcomeName, None]] = {}
    for outcome in read_outcomes(data):
        told.setdefault((outcome.site, outcome.id), {})[outcome.outcome] = None
    for visit in read_spool(data / "spool"):
        names = told.pop((visit.site, visit.id), None)
        if names and site in (None, visit.site):
            yield Labelled(visit, tuple(names))
