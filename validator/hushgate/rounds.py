"""Writes a round of checks as one function, where every piece of evidence is looked up once, and each check is a plain call.

What a round of the moment reads of the story is known before, and the same at every visit of one browser: a second function tells it,
once, with all that follows from it (what is missing there, and to whom a check is not fair).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hushgate.evidence import DERIVED, MOMENT, Derivation, Evidence, Missing
from hushgate.registry import Check, Tier


class Post(NamedTuple):
    """A check as one site runs it."""

    check: Check
    tier: Tier
    weight: int


Sight = tuple[int, Any]
"""The number of a post, and what its check saw."""

Unjudged = tuple[Missing, tuple[int, ...]]
"""Why some of the posts could not be judged, and their numbers."""

Told = tuple[Any, ...]
"""What a round reads of the story."""


class Round(NamedTuple):
    """``tell`` takes the evidence of the story; ``go`` what that told and the evidence of the moment: what was seen, what was not judged.

    A round of the story takes that for its moment, and is told nothing. What was seen comes in the order of the posts.
    """

    tell: Callable[[Evidence], Told]
    go: Callable[[Told, Evidence], tuple[list[Sight], list[Unjudged]]]


def reads(check: Check) -> tuple[str, ...]:
    """Every name that a check reads, or asks whether it is fair."""
    return (*check.needs, *check.optional, *(("privacy",) if check.abstain else ()))


def of_moment(name: str) -> bool:
    """Whether a piece of evidence differs from visit to visit of one browser."""
    derivation = DERIVED.get(name)
    if derivation is None:
        return name in MOMENT
    return any(map(of_moment, (*derivation.needs, *derivation.optional)))


def write_round(numbered: Sequence[tuple[int, Post]]) -> Round:
    """A round of these posts. Its names are Python identifiers of our own: parameters of checks."""
    names = [name for _, post in numbered for name in reads(post.check)]
    return _Writer(alone=not any(map(of_moment, names))).write(numbered, names)


def _failed(error: Exception) -> Missing:
    return Missing(f"the check failed ({type(error).__name__})")


def _unfair(check: Check, classes: Any) -> Missing | None:
    if type(classes) is Missing or check.abstain.isdisjoint(classes):
        return None
    return Missing(f"not fair to {next(iter(check.abstain & classes)).value}")


_FUNCTIONS = """
def tell(story):
{story}
    return ({values})
def go(told, moment):
    ({names}) = told
    seen, unjudged = [], []
    given = moment.get
{moment}
    return seen, unjudged
"""
_SOURCE = """
    {name} = {where}["{name}"]
    no_{name} = {name} if type({name}) is Missing else None
"""
_DERIVED = """
    {name} = given("{name}")
    if {name} is None:
        {name} = {why}
        if {name} is None:
            {name} = derive_{name}({values})
    no_{name} = {name} if type({name}) is Missing else None
"""
_GROUP = """
    if {judged}:
{calls}
    else:
        unjudged.append(({why}, {numbers}))
"""
_CHECK = """
        try:
            saw = judge_{number}({values}){where}
            if saw is not None:
                seen.append(({number}, saw))
        except Exception as error:
            unjudged.append((failed(error), ({number},)))
"""


class _Writer:
    """Collects what a round is written of. ``alone`` is whether it is the story's own."""

    def __init__(self, *, alone: bool) -> None:
        self._alone = alone
        self._scope: dict[str, Any] = {"Missing": Missing, "failed": _failed, "unfair": _unfair}
        self._told: dict[str, str] = {}
        """What is told, by the name that it has in the round: an expression of ``tell``."""

    def write(self, numbered: Sequence[tuple[int, Post]], names: Sequence[str]) -> Round:
        """Both functions."""
        told_by = {name: self._name(name) for name in self._ordered(names)}
        groups = "".join(self._groups(numbered))
        source = _FUNCTIONS.format(
            story="".join(text for name, text in told_by.items() if self._of_story(name)),
            moment="".join(text for name, text in told_by.items() if not self._of_story(name)) + groups,
            names="".join(f"{name}, " for name in self._told),
            values="".join(f"{value}, " for value in self._told.values()),
        )
        exec(source, self._scope)  # noqa: S102 - the source is made above, from names of our own
        return Round(self._scope["tell"], self._scope["go"])

    def _of_story(self, name: str) -> bool:
        """Whether a name is told; the story's own round asks for everything itself."""
        return not self._alone and not of_moment(name)

    def _derivation(self, name: str) -> Derivation | None:
        """How the round works a name out by itself; None where it asks for it."""
        return None if self._of_story(name) else DERIVED.get(name)

    def _ordered(self, names: Sequence[str]) -> list[str]:
        """Every name that is read, each after those that it follows from."""
        ordered: dict[str, None] = {}

        def visit(name: str) -> None:
            derivation = self._derivation(name)
            for other in (*derivation.needs, *derivation.optional) if derivation else ():
                visit(other)
            ordered[name] = None

        for name in names:
            visit(name)
        return list(ordered)

    def _name(self, name: str) -> str:
        derivation = self._derivation(name)
        if derivation is None:
            return _SOURCE.format(name=name, where="story" if self._of_story(name) else "moment")
        self._scope[f"derive_{name}"] = derivation.function
        why = " or ".join(self._missing(need) for need in derivation.needs) or "None"
        values = self._values(derivation.function, derivation.needs, derivation.optional)
        return _DERIVED.format(name=name, why=why, values=values)

    def _groups(self, numbered: Sequence[tuple[int, Post]]) -> list[str]:
        """The calls of checks, those together that cannot be judged for the same reasons; what was seen is put in order at the end."""
        groups: dict[tuple[str, ...], list[tuple[int, Post]]] = {}
        for number, post in numbered:
            groups.setdefault(self._whys(number, post), []).append((number, post))
        return [*(self._group(whys, together) for whys, together in groups.items()), "\n    seen.sort()\n"]

    def _group(self, whys: tuple[str, ...], numbered: Sequence[tuple[int, Post]]) -> str:
        calls = "".join(self._check(number, post.check) for number, post in numbered)
        judged = " and ".join(f"not {why}" for why in whys) or "True"
        numbers = tuple(number for number, _ in numbered)
        return _GROUP.format(judged=judged, calls=calls, why=" or ".join(whys) or "None", numbers=numbers)

    def _whys(self, number: int, post: Post) -> tuple[str, ...]:
        """Why a check cannot be judged, as names that are None where it can."""
        whys = [self._missing(name) for name in post.check.needs]
        if post.check.abstain:
            self._scope[f"check_{number}"] = post.check
            whys.append(
                self._tell("privacy", f"unfair_{number}", f"(unfair(check_{number}, privacy) if privacy else None)")
            )
        return tuple(whys)

    def _check(self, number: int, check: Check) -> str:
        self._scope[f"judge_{number}"] = check.judge
        counts = " or ".join(f"interaction.{count}" for count in check.counts)
        where = f" if {counts} else None" if counts else ""
        values = self._values(check.judge, check.needs, check.optional)
        return _CHECK.format(number=number, values=values, where=where)

    def _values(self, function: Callable[..., Any], needs: Sequence[str], optional: Sequence[str]) -> str:
        """The arguments of a call: what is needed by name, what is optional by name or its default."""
        values = [self._tell(name, name, name) for name in needs]
        for name in optional:
            default = f"default_{function.__module__}_{function.__name__}_{name}".replace(".", "_")
            self._scope[default] = inspect.signature(function).parameters[name].default
            values.append(self._tell(name, f"{name}_or_{default}", f"({default} if no_{name} else {name})"))
        return ", ".join(values)

    def _missing(self, name: str) -> str:
        return self._tell(name, f"no_{name}", f"no_{name}")

    def _tell(self, of: str, name: str, value: str) -> str:
        """How the round gets a value that follows from ``of``: under a name where it is told, or as it is."""
        if not self._of_story(of):
            return value
        self._told[name] = value
        return name
