"""Runs the checks over the evidence of one visit.

A site's checks are compiled into one function when they are manned: every name of evidence is looked up once, and each check
is a plain call. Some seventy checks run in every verdict, and putting them one by one costs more than the checks do.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from hushgate.evidence import DERIVED, Evidence, Missing
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
"""The number of a post, and what its check saw, or why it could not be judged."""

Round = Callable[[Evidence], tuple[list[Sight], list[Sight]]]
"""Puts the evidence to every check: what was seen, and what was not judged."""


class Watch:
    """All posts of one site, ready to run."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self.posts = tuple(posts)
        self.round = _compile(self.posts)
        self.families = Counter(post.check.family for post in posts if post.weight)


@dataclass(frozen=True)
class Report:
    """What the checks said: findings with their families, heaviest first, and what was not judged."""

    watch: Watch
    findings: list[tuple[str, Finding]]
    unjudged: list[Sight]

    @property
    def skipped(self) -> list[Skip]:
        """What was not judged, and why."""
        return [Skip(self.watch.posts[number].check.name, missing.reason) for number, missing in self.unjudged]

    @cached_property
    def judged(self) -> set[str]:
        """The families of which at least one check that scores was judged."""
        posts = self.watch.posts
        out = Counter(posts[number].check.family for number, _ in self.unjudged if posts[number].weight)
        return {family for family, count in self.watch.families.items() if count > out[family]}


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
    seen, unjudged = watch.round(evidence)
    findings = []
    for number, saw in seen:
        check, tier, weight = watch.posts[number]
        findings.append((check.family, Finding(check.name, tier.value, weight, str(saw)[:SAW_MAX])))
    findings.sort(key=lambda pair: -pair[1].weight)
    return Report(watch, findings, unjudged)


def _failed(error: Exception) -> Missing:
    return Missing(f"the check failed ({type(error).__name__})")


def _unfair(check: Check, classes: Any) -> Missing | None:
    if type(classes) is Missing or check.abstain.isdisjoint(classes):
        return None
    return Missing(f"not fair to {next(iter(check.abstain & classes)).value}")


_HEAD = """
def round(evidence):
    seen, unjudged = [], []
    given = evidence.get
"""
_SOURCE = """
    {name} = evidence["{name}"]
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
_CHECK = """
    why = {why}
    if why is None:
        try:
            saw = judge_{number}({values})
            if saw is not None:
                seen.append(({number}, saw))
        except Exception as error:
            unjudged.append(({number}, failed(error)))
    else:
        unjudged.append(({number}, why))
"""


def _compile(posts: Sequence[Post]) -> Round:
    """Writes the round as one function. Its names are Python identifiers of our own: parameters of checks."""
    scope: dict[str, Any] = {"Missing": Missing, "failed": _failed, "unfair": _unfair}
    source = _HEAD + "".join(_write_name(name, scope) for name in _order(posts))
    for number, post in enumerate(posts):
        check = post.check
        why = [f"no_{name}" for name in check.needs] + ([f"unfair(check_{number}, privacy)"] if check.abstain else [])
        values = _values(check.judge, check.needs, check.optional, scope)
        source += _CHECK.format(number=number, why=" or ".join(why) or "None", values=values)
        scope[f"judge_{number}"], scope[f"check_{number}"] = check.judge, check
    exec(source + "    return seen, unjudged\n", scope)  # noqa: S102 - the source is made above, from names of our own
    made: Round = scope["round"]
    return made


def _order(posts: Sequence[Post]) -> list[str]:
    """Every name that is read, each after those that it follows from."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        derivation = DERIVED.get(name)
        for other in (*derivation.needs, *derivation.optional) if derivation else ():
            visit(other)
        ordered[name] = None

    for post in posts:
        for name in (*post.check.needs, *post.check.optional, *(("privacy",) if post.check.abstain else ())):
            visit(name)
    return list(ordered)


def _write_name(name: str, scope: dict[str, Any]) -> str:
    derivation = DERIVED.get(name)
    if derivation is None:
        return _SOURCE.format(name=name)
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
