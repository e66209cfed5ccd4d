"""Counts and prints what each layer of the door stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hushgate_demo.wave.client import Visit

REFUSED = ("throttle", "ghost", "deny")
SIDES = ("wave", "ordinary")


@dataclass
class Side:
    """What came of one side: the wave, or the ordinary signups."""

    tried: int = 0
    rows: int = 0
    stopped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By layer, its word, and the decision."""

    @property
    def refused(self) -> int:
        """Signups that were throttled, ghosted or denied."""
        return sum(count for (_, _, decision), count in self.stopped.items() if decision in REFUSED)


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
        entry = log.get(visit.visitor.email)
        if visit.trouble or entry is None:
            table.troubles[visit.trouble or f"not in the log, status {visit.status}"] += 1
            continue
        side.rows += bool(entry["row"])
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
            _line("throttled, ghosted or denied", *(side.refused for side in sides)),
            _line(f"real rows ({share:.1%} of the wave)", *(side.rows for side in sides)),
            *(f"{count} went wrong: {what}" for what, count in table.troubles.most_common(5)),
        ]
    )


def _line(name: str, *counts: int) -> str:
    return f"{name:<58}" + "".join(f"{count:>10}" for count in counts)
