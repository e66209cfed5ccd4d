"""Runs the checks over the evidence of one visit.

A site's checks are written as two rounds when they are manned (``rounds.py``): some seventy checks run in every verdict, and putting
them one by one costs more than the checks do.

The first round holds the checks that read nothing but the visit's story, the second those that read something of its moment.
What comes of the first is the visit's background, and may be kept: a wave tells one story a thousand times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import or_
from typing import Any, NamedTuple

from msgspec import Struct

from hushgate.evidence import Evidence
from hushgate.registry import Check, Tier
from hushgate.rounds import Post, Told, Unjudged, of_moment, reads, write_round
from hushgate.visit import Finding, Skip

SAW_MAX = 200


class Setting(NamedTuple):
    """How a site wants one check: None keeps what the check ships with."""

    tier: Tier | None = None
    weight: int | None = None
    off: bool = False


Found = list[tuple[str, Finding]]
"""Findings, each with its check's family."""


class Background(NamedTuple):
    """What the checks of the story said, heaviest first, and its evidence for the others. It is shared, and never changed."""

    story: Evidence
    told: Told
    found: Found
    unjudged: list[Unjudged]
    judged: frozenset[str]


class Watch:
    """All posts of one site, ready to run."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self.posts = tuple(posts)
        later = {number for number, post in enumerate(posts) if any(map(of_moment, reads(post.check)))}
        self._first = _Round(self.posts, set(range(len(posts))) - later)
        self._second = _Round(self.posts, later)
        self._join: Callable[[frozenset[str], frozenset[str]], frozenset[str]] = lru_cache(maxsize=256)(or_)

    def background(self, story: Evidence) -> Background:
        """Runs the checks that read nothing but the story."""
        found, unjudged, judged = self._first.run((), story)
        return Background(story, self._second.tell(story), sorted(found, key=_lightness), unjudged, judged)

    def run(self, background: Background, moment: Evidence) -> Report:
        """Runs the others, and joins what they say with what is known."""
        found, unjudged, judged = self._second.run(background.told, moment)
        joined = sorted(background.found + found, key=_lightness) if found else background.found
        return Report(self, joined, background.unjudged + unjudged, self._join(background.judged, judged))


class _Round:
    """Some of the posts, as one function."""

    def __init__(self, posts: Sequence[Post], numbers: set[int]) -> None:
        self._posts = posts
        self.tell, self._go = write_round([(number, posts[number]) for number in sorted(numbers)])
        self._families = Counter(posts[number].check.family for number in numbers if posts[number].weight)
        self._judged = lru_cache(maxsize=256)(self._families_judged)
        self._labels = [(check.family, check.name, tier.value, weight) for check, tier, weight in posts]

    def run(self, told: Told, moment: Evidence) -> tuple[Found, list[Unjudged], frozenset[str]]:
        """Findings, what was not judged, and the families of which at least one check that scores was judged."""
        seen, unjudged = self._go(told, moment)
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
