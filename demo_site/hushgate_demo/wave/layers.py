"""Counts and prints what each layer of the door stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hushgate_demo.wave.client import Visit
from hushgate_demo.wave.crowd import in_a_group

ASKED = ("challenge",)
REFUSED = ("throttle", "ghost", "deny")
SIDES = ("wave", "ordinary")


@dataclass
class Side:
    """What came of one side: the wave, or the ordinary signups."""

    tried: int = 0
    rows: int = 0
    stopped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By layer, its word, and the decision."""
    grouped: int = 0
    grouped_asked: int = 0
    """Of the university and the company: how many tried, and how many were asked for a step more."""

    @property
    def asked(self) -> int:
        """Signups that were asked for a step more, by which a person passes."""
        return self._decided(ASKED)

    @property
    def refused(self) -> int:
        """Signups that were throttled, ghosted or denied."""
        return self._decided(REFUSED)

    def _decided(self, decisions: tuple[str, ...]) -> int:
        return sum(count for (_, _, decision), count in self.stopped.items() if decision in decisions)


@dataclass
class Table:
    """The two sides of a replay."""

    title: str
    wave: Side = field(default_factory=Side)
    ordinary: Side = field(default_factory=Side)
    troubles: Counter[str] = field(default_factory=Counter)


def count(title: str, visits: Iterable[Visit], log: dict[str, dict[str, Any]]) -> Table:
    """Holds the visits against the operator's log: the wave itself is never told."""
    table = Table(title)
    for visit in visits:
        side = table.ordinary if visit.visitor.person else table.wave
        side.tried += 1
        grouped = in_a_group(visit.visitor.email)
        side.grouped += grouped
        entry = log.get(visit.visitor.email)
        if visit.trouble or entry is None:
            table.troubles[visit.trouble or f"not in the log, status {visit.status}"] += 1
            continue
        side.rows += bool(entry["row"])
        side.grouped_asked += grouped and entry["decision"] in ASKED
        if entry["decision"] != "allow":
            side.stopped[entry["layer"] or "", entry["code"] or "", entry["decision"]] += 1
    return table


def layered(table: Table) -> str:
    """The table as it is printed."""
    sides = (table.wave, table.ordinary)
    head = f"{table.title:<58}" + "".join(f"{name:>10}" for name in SIDES)
    keys = sorted({key for side in sides for key in side.stopped})
    lines = [
        _line(f"  {layer:<9} {code:<28} {decision}", *(side.stopped[layer, code, decision] for side in sides))
        for layer, code, decision in keys
    ]
    share = table.wave.rows / max(table.wave.tried, 1)
    return "\n".join(
        [
            head,
            _line("tried", *(side.tried for side in sides)),
            *lines,
            _line("asked for a step more", *(side.asked for side in sides)),
            _line("throttled, ghosted or denied", *(side.refused for side in sides)),
            _line(f"real rows ({share:.1%} of the wave)", *(side.rows for side in sides)),
            *_why_asked(table.ordinary),
            *(f"{count} went wrong: {what}" for what, count in table.troubles.most_common(5)),
        ]
    )


def _why_asked(ordinary: Side) -> list[str]:
    """Why ordinary people were asked: two groups sign up within an hour, which is the hardest that there is to tell from a wave."""
    if not ordinary.asked:
        return []
    rest, others = ordinary.asked - ordinary.grouped_asked, ordinary.tried - ordinary.grouped
    return [
        "\nTwo groups of the ordinary sign up within one hour from small domains that the site never saw: a university's enrolment and",
        "a company's new staff. They are put in because a wave looks the same (mail-domain-burst), and are far more than on most days:",
        f"{ordinary.grouped_asked} of {ordinary.grouped} were asked, and {rest} of the {others} others. Who is asked opens the link in the mail, and is let in.",
    ]


def _line(name: str, *counts: int) -> str:
    return f"{name:<58}" + "".join(f"{count:>10}" for count in counts)
