"""A ghost on record, and how it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hushgate.ghost.seal import Sealer
from hushgate.ghost.shapes import Id
from hushgate.visit import Decision


@dataclass(frozen=True)
class Ghost:
    """A success that never happened.

    ``decision`` is "ghost", or the policy's row ``quarantine_lost`` where it could not be kept. ``new`` is False for a visitor who
    came before, and whose signup came to its end then: it is the ghost of then. ``fields`` is what was submitted, ``left_out`` the names of what is not kept. ``visit`` and
    ``reason`` say which visit it was, and why it was ghosted; ``score`` is the visit's, None where it had none. ``tried`` counts the restores that were begun.
    """

    id: Id
    at: datetime
    action: str
    fields: dict[str, Any] = field(default_factory=dict, repr=False)
    decision: Decision = "ghost"
    new: bool = True
    left_out: tuple[str, ...] = ()
    expires: datetime | None = None
    visit: str | None = None
    reason: str = ""
    tried: int = 0
    score: float | None = None

    @property
    def ghosted(self) -> bool:
        """Whether to answer as if it had succeeded."""
        return self.decision == "ghost"


class Sealed(NamedTuple):
    """A ghost that cannot be read, and why."""

    id: str
    at: datetime
    expires: datetime
    why: str


class Done(NamedTuple):
    """A ghost that is a person now."""

    id: str
    real_id: str
    at: datetime


class Row(NamedTuple):
    """A ghost as the file holds it. Times are seconds since 1970."""

    id: str
    action: str
    at: float
    expires: float
    key: str
    sealed: bytes
    tried: int
    answered: int = 0


def pack(ghost: Ghost) -> bytes:
    """What is sealed of a ghost. Any text will do: what is no valid Unicode is escaped."""
    told = {
        "id": ghost.id,
        "fields": ghost.fields,
        "left_out": ghost.left_out,
        "visit": ghost.visit,
        "reason": ghost.reason,
        "score": ghost.score,
    }
    return json.dumps(told, default=str).encode()


def unpack(sealer: Sealer, row: Row) -> Ghost:
    """The ghost of a row. Raises QuarantineSealed."""
    told = json.loads(sealer.open(row.id, row.key, row.sealed))
    return Ghost(
        id=told["id"],
        at=utc(row.at),
        action=row.action,
        fields=told["fields"],
        new=not (row.answered or row.tried),
        left_out=tuple(told["left_out"]),
        expires=utc(row.expires),
        visit=told["visit"],
        reason=told["reason"],
        tried=row.tried,
        score=told.get("score"),
    )


def utc(at: float) -> datetime:
    """A moment, from seconds since 1970."""
    return datetime.fromtimestamp(at, UTC)
