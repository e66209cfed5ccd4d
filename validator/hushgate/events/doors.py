"""What the door said of each signup: a log beside the spool, and what it comes to when it is read back.

It holds no whole address of a visitor: its prefix, its network, and the domain of the mail address. The mail address itself is there as a
keyed hash, unless the site's setting ``mail.keep`` says otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import msgspec
from msgspec import Struct

from hushgate.events.spool import read_lines
from hushgate.visit import Decision, Verdict

FOLDER = "door"
DECISIONS: tuple[Decision, ...] = get_args(Decision)
EXAMPLES = 5


class Spoken(Struct, frozen=True, omit_defaults=True):
    """One layer's word. ``lifted`` names the layer whose word made it void."""

    layer: str
    decision: Decision
    code: str
    reason: str
    enforced: bool
    lifted: str = ""


class Entered(Struct, frozen=True, omit_defaults=True):
    """One attempt at the door. ``at`` is seconds since 1970; ``would`` is what enforcing every layer would have decided."""

    at: float
    site: str
    action: str
    decision: Decision
    would: Decision
    words: list[Spoken]
    visit: str | None = None
    verdict: Verdict | None = None
    prefix: str = ""
    country: str | None = None
    asn: int | None = None
    org: str | None = None
    domain: str = ""
    email: str = ""
    skipped: list[str] = []

    @property
    def standing(self) -> list[Spoken]:
        """The words that are not void, and do not let in."""
        return [word for word in self.words if not word.lifted and word.decision != "allow"]


_decode = msgspec.json.Decoder(Entered).decode


def read_doors(data: Path, since: float = 0.0, site: str | None = None) -> Iterator[Entered]:
    """Every signup on record under the data folder, each once: of a form that was sent again, the last answer counts."""
    last: dict[str, Entered] = {}
    for entered in read_lines(data / FOLDER, _decode, "a signup"):
        if entered.at < since or site not in (None, entered.site):
            continue
        if entered.visit is None:
            yield entered
        elif entered.visit not in last or last[entered.visit].at <= entered.at:
            last[entered.visit] = entered
    yield from last.values()


@dataclass
class Tally:
    """What a layer, or one of its codes, said, and of whom."""

    decisions: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    networks: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    alone: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, entered: Entered, word: Spoken, *, alone: bool) -> None:
        """Takes in one word about one signup."""
        self.decisions[word.decision] += 1
        self.verdicts[entered.verdict or "none"] += 1
        self.modes["enforce" if word.enforced else "observe"] += 1
        self.networks[entered.org or entered.country or "unknown"] += 1
        if entered.domain:
            self.domains[entered.domain] += 1
        self.alone += alone
        if entered.visit and len(self.examples) < EXAMPLES:
            self.examples.append(entered.visit)


@dataclass
class Summary:
    """What the door did in a while, and what it would have done had every layer enforced. ``people`` are humans it would stop."""

    signups: int = 0
    first: float = 0.0
    last: float = 0.0
    did: Counter[str] = field(default_factory=Counter)
    would: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    layers: dict[str, Tally] = field(default_factory=dict)
    codes: dict[tuple[str, str], Tally] = field(default_factory=dict)
    people: list[Entered] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, entered: Entered) -> None:
        """Takes in one signup."""
        self.signups += 1
        self.first = min(self.first or entered.at, entered.at)
        self.last = max(self.last, entered.at)
        self.did[entered.decision] += 1
        self.would[entered.would] += 1
        self.verdicts[entered.verdict or "none"] += 1
        self.skipped.update(entered.skipped)
        standing = entered.standing
        for word in standing:
            alone = len(standing) == 1
            self.layers.setdefault(word.layer, Tally()).add(entered, word, alone=alone)
            self.codes.setdefault((word.layer, word.code), Tally()).add(entered, word, alone=alone)
        if entered.verdict == "human" and entered.would not in ("allow", "challenge"):
            self.people.append(entered)


def summarise(entries: Iterable[Entered]) -> dict[str, Summary]:
    """One summary a site."""
    sites: dict[str, Summary] = {}
    for entered in entries:
        sites.setdefault(entered.site, Summary()).add(entered)
    return sites
