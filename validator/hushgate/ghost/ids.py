"""A ghost's id: made in the shape of the site's real ids, and recognised under every key in force."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from hushgate.errors import Problem, SettingsError
from hushgate.ghost.hooks import Hooks
from hushgate.ghost.shapes import (
    SAFE_BITS,
    TWITTER_EPOCH,
    Id,
    Nanoid,
    ObjectId,
    Own,
    Shape,
    Snowflake,
    Ulid,
    Uuid4,
    Uuid7,
)
from hushgate.keys import KeyRing

INTEGER_BITS = 2
OWN_BITS = 8


@dataclass(frozen=True)
class IdRules:
    """The settings of a site's ids: ``size`` is of a nanoid, ``epoch`` of a snowflake (milliseconds since 1970)."""

    shape: str = "uuid4"
    size: int = 21
    epoch: int = TWITTER_EPOCH


def _sequence(hooks: Hooks, bits: int) -> Shape:
    if hooks.next_id is None:
        raise _problem("ghost_id", "this shape takes ids from the site, and there is no hook next_id", "Add next_id")
    return Own(hooks.next_id, bits)


_SHAPES: dict[str, Callable[[IdRules, Hooks], Shape]] = {
    "uuid4": lambda _rules, _hooks: Uuid4(),
    "uuid7": lambda _rules, _hooks: Uuid7(),
    "ulid": lambda _rules, _hooks: Ulid(),
    "nanoid": lambda rules, _hooks: Nanoid(rules.size),
    "objectid": lambda _rules, _hooks: ObjectId(),
    "snowflake": lambda rules, _hooks: Snowflake(rules.epoch),
    "integer": lambda _rules, hooks: _sequence(hooks, INTEGER_BITS),
    "own": lambda _rules, hooks: _sequence(hooks, OWN_BITS),
}
SHAPES = tuple(_SHAPES)


def open_shape(rules: IdRules, hooks: Hooks) -> Shape:
    """The shape that a site has set. Raises SettingsError where it needs a hook that is not there."""
    shape = _SHAPES[rules.shape](rules, hooks)
    if shape.bits < SAFE_BITS and hooks.is_real is None:
        what = f"one real id in {1 << shape.bits:,} of this shape would pass as a ghost's, and there is no hook is_real"
        raise _problem("ghost_id", what, "Add is_real, which looks an id up, or use a shape with more random bits")
    return shape


def _problem(key: str, what: str, remedy: str) -> SettingsError:
    return SettingsError([Problem("settings", key, what, f"{remedy} to the module that ghost_hooks names")])


class Ids:
    """Makes and recognises the ids of one site's ghosts. Each site has its own mark."""

    def __init__(self, ring: KeyRing, site: str, shape: Shape) -> None:
        purpose = f"ghost-id {site}"
        self.shape, self._keys = shape, [key.derive(purpose) for key in ring.keys]

    def new(self, seed: bytes | None = None) -> Id:
        """A ghost's id, under the newest key. The same for the same seed, in shapes that hold no time."""
        return self.shape.draw(self._keys[0], seed)

    def marked(self, id: Id) -> bool:
        """Whether an id has the mark of any key in force. Every key is tried, so that the time tells nothing."""
        return sum(self.shape.marked(key, id) for key in self._keys) > 0

    @property
    def false_rate(self) -> float:
        """The chance that a real id passes as a ghost's, before the site is asked."""
        return -math.expm1(len(self._keys) * math.log1p(-(0.5**self.shape.bits)))
