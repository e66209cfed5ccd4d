"""Counts and prints what came of a wave. The decisions come from the operator's log: the wave itself is never told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from hushgate_demo.wave.client import Server, Visit

_HEAD = ("", "sessions", "ghosted", "to confirm", "let in")


@dataclass
class Line:
    """One row of the table."""

    name: str
    sessions: int = 0
    ghosted: int = 0
    waiting: int = 0
    let_in: int = 0


@dataclass
class Summary:
    """What came of a wave: the bots by country, the people, and the conversions that the analytics were told of."""

    bots: list[Line]
    people: Line
    conversions: int = 0
    troubles: Counter[str] = field(default_factory=Counter)

    @property
    def sessions(self) -> int:
        """All signups that were tried, which is what analytics without a gate would have counted."""
        return sum(line.sessions for line in self.bots) + self.people.sessions

    @property
    def ghosted(self) -> int:
        """How many bots were ghosted."""
        return sum(line.ghosted for line in self.bots)


def tally(demo: Server, serial: int, visits: Iterable[Visit], names: dict[str, str]) -> Summary:
    """Holds the visits against the operator's log from ``serial`` on."""
    log = read_log(demo, serial)
    lines = {country: Line(name) for country, name in names.items()}
    summary = Summary(list(lines.values()), Line("People"))
    for visit in visits:
        if visit.trouble:
            summary.troubles[visit.trouble] += 1
        line = summary.people if visit.visitor.person else lines[visit.visitor.country]
        _count(line, log.get(visit.visitor.email, {}))
        summary.conversions += visit.converted
    return summary


def _count(line: Line, entry: dict[str, object]) -> None:
    line.sessions += 1
    line.ghosted += entry.get("decision") == "ghost"
    line.waiting += entry.get("outcome") == "confirm"
    line.let_in += bool(entry.get("row"))


def read_log(demo: Server, serial: int) -> dict[str, dict[str, object]]:
    """The signups after ``serial`` by address, as the operator's panel has them."""
    entries: dict[str, dict[str, object]] = {}
    while True:
        page = demo.send("GET", f"/operator/log.json?after={serial}", []).json().get("entries") or []
        if not page:
            return entries
        entries |= {entry["email"]: entry for entry in page}
        serial = page[-1]["serial"]


def last_serial(demo: Server) -> int:
    """The number of the latest signup, 0 before the first. Raises OSError or HTTPException where no demo runs."""
    latest = demo.send("GET", "/operator.json", []).json().get("latest") or {}
    return int(latest.get("serial", 0))


def table(summary: Summary) -> str:
    """The summary as it is printed."""
    total = Line("Bots in all")
    for line in summary.bots:
        for name in ("sessions", "ghosted", "waiting", "let_in"):
            setattr(total, name, getattr(total, name) + getattr(line, name))
    rows = [_row(line) for line in summary.bots if line.sessions]
    rule = "-" * len(_row(total))
    head = f"{_HEAD[0]:<16}" + "".join(f"{word:>11}" for word in _HEAD[1:])
    without = f"Conversions without the gate: {summary.sessions:>6}"
    with_gate = f"Conversions with the gate:    {summary.conversions:>6}"
    troubles = [f"{count} went wrong: {what}" for what, count in summary.troubles.most_common(5)]
    return "\n".join([head, *rows, rule, _row(total), _row(summary.people), "", without, with_gate, *troubles])


def _row(line: Line) -> str:
    return f"{line.name:<16}" + "".join(f"{n:>11}" for n in (line.sessions, line.ghosted, line.waiting, line.let_in))
