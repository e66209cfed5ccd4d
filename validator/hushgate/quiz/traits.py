"""Questions whose answers are an engine's own: a table, measured in the real browsers (collector_js/scripts/traits.mjs)."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct

PER_QUIZ = 2


class Trait(Struct, frozen=True):
    """A style, what is asked of it, what each engine answers, and the engines of each answer."""

    style: str
    what: str
    answers: dict[str, str]
    owners: dict[str, list[str]] = {}

    def __post_init__(self) -> None:
        for engine, answer in self.answers.items():
            self.owners.setdefault(answer, []).append(engine)


class Table(Struct, frozen=True):
    """``versions`` are those that were measured, by engine: what is newer is not judged by this table."""

    versions: dict[str, int]
    traits: tuple[Trait, ...]


@cache
def table() -> Table:
    """The table that is shipped."""
    text = (resources.files("hushgate.data") / "quiz_traits.json").read_bytes()
    return msgspec.json.decode(text, type=Table)


def pick(one: int, other: int) -> tuple[Trait, Trait]:
    """Two different traits, by two bytes."""
    traits = table().traits
    first = one % len(traits)
    return traits[first], traits[(first + 1 + other % (len(traits) - 1)) % len(traits)]
