"""Runs the checks over the evidence of one visit.

A site's checks are compiled into two functions when they are manned: every name of evidence is looked up once, and each check
is a plain call. Some seventy checks run in every verdict, and putting them one by one costs more than the checks do.

The first function holds the checks that read nothing but the visit's story, the second those that read something of its moment.
What comes of the first is the visit's background, and may be kept: a wave tells one story a thousand times.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, groupby
from typing import Any, NamedTuple

from msgspec import Struct

from hushgate.evidence import DERIVED, MOMENT, Derivation, Evidence, Missing
from hushgate.registry import Check, Tier
from hushgate.visit import Finding, Skip

SAW_MAX = 200


class Setting(NamedTuple):
    """How a site wants one check: None keeps what the check ships with."""

    tier: Tier | None = None
    weight: int | None = None
    off: bool = False


class Post(NamedTuple):
    """A check as one site runs it."""

    check: Check
    tier: Tier
    weight: int


Sight = tuple[int, Any]
"""The number of a post, and what its check saw."""

Unjudged = tuple[Missing, tuple[int, ...]]
"""Why some of the posts could not be judged, and their numbers."""

Round = Callable[[Evidence, Evidence], tuple[list[Sight], list[Unjudged]]]
"""Puts the evidence of the story and of the moment to some of the checks: what was seen, and what was not judged."""

Found = list[tuple[str, Finding]]
"""Findings, each with its check's family."""


class Background(NamedTuple):
    """What the checks of the story said, heaviest first, and its evidence for the others. It is shared, and never changed."""

    story: Evidence
    found: Found
    unjudged: list[Unjudged]
    judged: frozenset[str]


class Watch:
    """All posts of one site, ready to run."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self.posts = tuple(posts)
        later = {number for number, post in enumerate(posts) if any(map(_of_moment, _reads(post.check)))}
        self._first = _Round(self.posts, set(range(len(posts))) - later)
        self._second = _Round(self.posts, later)

    def background(self, story: Evidence) -> Background:
        """Runs the checks that read nothing but the story."""
        found, unjudged, judged = self._first.run(story, story)
        return Background(story, sorted(found, key=_lightness), unjudged, judged)

    def run(self, background: Background, moment: Evidence) -> Report:
        """Runs the others, and joins what they say with what is known."""
        found, unjudged, judged = self._second.run(background.story, moment)
        joined = sorted(background.found + found, key=_lightness) if found else background.found
        return Report(self, joined, background.unjudged + unjudged, background.judged | judged)


class _Round:
    """Some of the posts, compiled."""

    def __init__(self, posts: Sequence[Post], numbers: set[int]) -> None:
        self._posts = posts
        self._go = _compile([(number, posts[number]) for number in sorted(numbers)])
        self._families = Counter(posts[number].check.family for number in numbers if posts[number].weight)
        self._judged = lru_cache(maxsize=256)(self._families_judged)
        self._labels = [(check.family, check.name, tier.value, weight) for check, tier, weight in posts]

    def run(self, story: Evidence, moment: Evidence) -> tuple[Found, list[Unjudged], frozenset[str]]:
        """Findings, what was not judged, and the families of which at least one check that scores was judged."""
        seen, unjudged = self._go(story, moment)
        judged = self._judged(tuple([numbers for _, numbers in unjudged]))
        return [self._finding(*sight) for sight in seen], unjudged, judged

    def _families_judged(self, unjudged: tuple[tuple[int, ...], ...]) -> frozenset[str]:
        numbers = chain.from_iterable(unjudged)
        out = Counter(post.check.family for number in numbers if (post := self._posts[number]).weight)
        return frozenset(family for family, count in self._families.items() if count > out[family])

    def _finding(self, number: int, saw: Any) -> tuple[str, Finding]:
        family, name, tier, weight = self._labels[number]
        return family, Finding(name, tier, weight, str(saw)[:SAW_MAX])


class Report(Struct, frozen=True, gc=False):
    """What the checks said: findings, heaviest first, what was not judged, and the families of which something was."""

    watch: Watch
    findings: Found
    unjudged: list[Unjudged]
    judged: frozenset[str]

    @property
    def skipped(self) -> list[Skip]:
        """What was not judged, and why."""
        posts = self.watch.posts
        return [Skip(posts[number].check.name, why.reason) for why, numbers in self.unjudged for number in numbers]


def _lightness(found: tuple[str, Finding]) -> int:
    return -found[1].weight


def _reads(check: Check) -> tuple[str, ...]:
    return (*check.needs, *check.optional, *(("privacy",) if check.abstain else ()))


def _of_moment(name: str) -> bool:
    derivation = DERIVED.get(name)
    if derivation is None:
        return name in MOMENT
    return any(map(_of_moment, (*derivation.needs, *derivation.optional)))


def man(checks: Sequence[Check], settings: Mapping[str, Setting]) -> Watch:
    """The checks as a site's settings want them; those that are off are left out."""
    wanted = [(check, settings.get(check.name, Setting())) for check in checks]
    return Watch([_post(check, setting) for check, setting in wanted if not setting.off])


def _post(check: Check, setting: Setting) -> Post:
    tier = setting.tier or check.tier
    weight = check.weight if setting.weight is None else setting.weight
    return Post(check, tier, 0 if tier is Tier.NOTE else weight)


def run(watch: Watch, evidence: Evidence) -> Report:
    """Runs every check that can be judged. Never raises: a check that fails is not judged, and the reason says so."""
    return watch.run(watch.background(evidence), evidence)


def _failed(error: Exception) -> Missing:
    return Missing(f"the check failed ({type(error).__name__})")


def _unfair(check: Check, classes: Any) -> Missing | None:
    if type(classes) is Missing or check.abstain.isdisjoint(classes):
        return None
    return Missing(f"not fair to {next(iter(check.abstain & classes)).value}")


_HEAD = """
def round(story, moment):
    seen, unjudged = [], []
    given = moment.get
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
    why = {why}
    if why is None:
{calls}
    else:
        unjudged.append((why, {numbers}))
"""
_CHECK = """
        try:
            saw = judge_{number}({values})
            if saw is not None:
                seen.append(({number}, saw))
        except Exception as error:
            unjudged.append((failed(error), ({number},)))
"""


def _compile(posts: Sequence[tuple[int, Post]]) -> Round:
    """Writes the round as one function. Its names are Python identifiers of our own: parameters of checks."""
    scope: dict[str, Any] = {"Missing": Missing, "failed": _failed, "unfair": _unfair}
    alone = not any(_of_moment(name) for _, post in posts for name in _reads(post.check))
    source = _HEAD + "".join(_write_name(name, scope, alone=alone) for name in _order(posts, alone=alone))
    for why, group in groupby(posts, _write_why):
        together = list(group)
        calls = "".join(_write_check(number, post.check, scope) for number, post in together)
        source += _GROUP.format(why=why, calls=calls, numbers=tuple(number for number, _ in together))
    exec(source + "    return seen, unjudged\n", scope)  # noqa: S102 - the source is made above, from names of our own
    made: Round = scope["round"]
    return made


def _write_why(numbered: tuple[int, Post]) -> str:
    """Why a check cannot be judged, as an expression that is None where it can."""
    number, post = numbered
    why = [f"no_{name}" for name in post.check.needs]
    if post.check.abstain:
        why.append(f"(unfair(check_{number}, privacy) if privacy else None)")
    return " or ".join(why) or "None"


def _write_check(number: int, check: Check, scope: dict[str, Any]) -> str:
    scope[f"judge_{number}"], scope[f"check_{number}"] = check.judge, check
    values = _values(check.judge, check.needs, check.optional, scope)
    return _CHECK.format(number=number, values=values)


def _derivation(name: str, *, alone: bool) -> Derivation | None:
    """How a round works a name out by itself; None where it asks for it. A round of the moment asks the story for its own."""
    return DERIVED.get(name) if alone or _of_moment(name) else None


def _order(posts: Sequence[tuple[int, Post]], *, alone: bool) -> list[str]:
    """Every name that is read, each after those that it follows from."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        derivation = _derivation(name, alone=alone)
        for other in (*derivation.needs, *derivation.optional) if derivation else ():
            visit(other)
        ordered[name] = None

    for _, post in posts:
        for name in _reads(post.check):
            visit(name)
    return list(ordered)


def _write_name(name: str, scope: dict[str, Any], *, alone: bool) -> str:
    derivation = _derivation(name, alone=alone)
    if derivation is None:
        return _SOURCE.format(name=name, where="moment" if _of_moment(name) else "story")
    scope[f"derive_{name}"] = derivation.function
    why = " or ".join(f"no_{need}" for need in derivation.needs) or "None"
    values = _values(derivation.function, derivation.needs, derivation.optional, scope)
    return _DERIVED.format(name=name, why=why, values=values)


def _values(function: Callable[..., Any], needs: Sequence[str], optional: Sequence[str], scope: dict[str, Any]) -> str:
    """The arguments of a call: what is needed by name, what is optional by name or its default."""
    defaults = {
        name: f"default_{function.__module__}_{function.__name__}_{name}".replace(".", "_") for name in optional
    }
    for name, default in defaults.items():
        scope[default] = inspect.signature(function).parameters[name].default
    return ", ".join([*needs, *(f"{default} if no_{name} else {name}" for name, default in defaults.items())])
