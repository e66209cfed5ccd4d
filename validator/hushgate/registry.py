"""The list of checks, and what a check is.

A check is a function in ``hushgate/checks/<subject>.py``: its parameters are what it reads, it returns what it saw, in words,
or None, and everything else about it stands in the decorator. A new file there is a new check; there is no list to edit.
"""

from __future__ import annotations

import enum
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hushgate.evidence import known, reads
from hushgate.evidence.privacy import Privacy
from hushgate.signals import Interaction

Judge = Callable[..., str | None]


class Tier(enum.Enum):
    """What a finding counts for."""

    HARD = "hard"  # impossible for a browser in a person's hands: decides alone
    SOFT = "soft"  # scores
    NOTE = "note"  # recorded only; new checks start here


@dataclass(frozen=True)
class Check:
    """One check.

    ``weight`` is 0 to 100; ``flags`` and ``passes`` are examples of evidence, in the shape of a record; ``wrong_about`` says
    which people it may hit; ``abstain`` names the classes of visits it does not judge; ``family`` is its subject. ``counts`` names
    counts of the interaction: where all of them are 0 there is nothing that it could see, and it need not look.
    """

    name: str
    title: str
    tier: Tier
    weight: int
    judge: Judge
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    flags: Sequence[dict[str, Any]]
    passes: Sequence[dict[str, Any]]
    wrong_about: str
    family: str
    abstain: frozenset[Privacy] = field(default_factory=frozenset)
    counts: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The check's own words about why it is right: its docstring."""
        return " ".join((self.judge.__doc__ or "").split())


_CHECKS: dict[str, Check] = {}


def check(
    name: str,
    *,
    title: str,
    tier: Tier,
    weight: int = 0,
    flags: Sequence[dict[str, Any]],
    passes: Sequence[dict[str, Any]],
    wrong_about: str,
    abstain: Sequence[Privacy] = (),
    counts: Sequence[str] = (),
) -> Callable[[Judge], Judge]:
    """Registers a function as a check.

    Raises:
        TypeError: a parameter names no evidence, a count is none of the interaction, the name is taken, or the weight does not fit the tier.
    """

    def register(judge: Judge) -> Judge:
        family = judge.__module__.rpartition(".")[2]
        needed, more = reads(judge), (frozenset(abstain), tuple(counts))
        _add(Check(name, title, tier, weight, judge, *needed, flags, passes, wrong_about, family, *more))
        return judge

    return register


def _add(made: Check) -> None:
    unknown = [parameter for parameter in (*made.needs, *made.optional) if not known(parameter)]
    if unknown:
        raise TypeError(f"check {made.name}: there is no evidence called {', '.join(unknown)}")
    if made.counts and not ("interaction" in made.needs and {*made.counts} <= {*Interaction.__struct_fields__}):
        raise TypeError(f"check {made.name}: {', '.join(made.counts)} are not counts of an interaction that it needs")
    if made.name in _CHECKS:
        raise TypeError(f"check {made.name} is defined twice")
    if not 0 <= made.weight <= 100 or (made.weight == 0) != (made.tier is Tier.NOTE):
        raise TypeError(f"check {made.name}: a weight of {made.weight} does not fit the tier {made.tier.value}")
    _CHECKS[made.name] = made


def all_checks() -> list[Check]:
    """Every check, by family and in the order in which the family's file has them."""
    import hushgate.checks as package

    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{module}")
    return sorted(_CHECKS.values(), key=lambda one: one.family)
