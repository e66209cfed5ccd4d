"""What came of each visit: read from the demo's record and panel, and from what the other detectors answered."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hushgate.visit import encode
from running import Demo, running_demo
from zoo.beside import beside
from zoo.run import play
from zoo.subjects import Subject, missing

WAIT = 6.0


class Outcome(msgspec.Struct):
    """One visit of one subject. ``beside`` is what BotD and fpscanner answered, None where the page ran neither."""

    subject: str
    kind: str
    round: int
    gl: bool
    error: str = ""
    lacking: list[str] = []
    verdict: str | None = None
    decision: str | None = None
    score: float | None = None
    confidence: str | None = None
    findings: list[dict[str, Any]] = []
    counted: bool = False
    beside: dict[str, Any] | None = None
    visit: str | None = None

    @property
    def ran(self) -> bool:
        """Whether the subject got as far as a decision."""
        return self.decision is not None

    @property
    def as_wanted(self) -> bool:
        """A bot is one, or gets a ghost; a person is let in and counted."""
        if self.kind == "person":
            return self.decision == "allow" and self.counted
        return self.verdict == "bot" or self.decision in ("ghost", "deny")


def run_zoo(chosen: Sequence[Subject], data: Path, rounds: int, *, gl: bool, ask: bool = True) -> Iterator[Outcome]:
    """Runs the subjects against a demo of their own, writing under ``data``; gives each outcome as it comes."""
    data.mkdir(parents=True, exist_ok=True)
    with running_demo(data) as demo, beside(demo.url, ask=ask) as page:
        for number in range(1, rounds + 1):
            for subject in chosen:
                lacking = missing(subject)
                if lacking:
                    yield Outcome(subject.name, subject.kind, number, gl, lacking=lacking)
                    continue
                run = play(subject, page.url, number, gl=gl)
                outcome = _read(demo, subject, run.email, Outcome(subject.name, subject.kind, number, gl, run.error))
                outcome.beside = page.answer(subject.name)
                yield outcome


def _read(demo: Demo, subject: Subject, email: str, outcome: Outcome) -> Outcome:
    entry = _entry(demo, email, subject.kind == "person")
    if entry is None:
        return outcome
    for name in ("verdict", "decision", "score", "confidence", "findings", "visit"):
        setattr(outcome, name, entry[name])
    outcome.counted = bool(entry["effects"]["conversion"])
    return outcome


def _entry(demo: Demo, email: str, counts: bool) -> dict[str, Any] | None:
    """The signup on the panel, waited for; a person's until its conversion is there, where it comes."""
    end = time.monotonic() + WAIT
    found: dict[str, Any] | None = None
    while time.monotonic() < end:
        entries: list[dict[str, Any]] = demo.operator()["entries"]
        found = next((entry for entry in entries if entry["email"].casefold() == email.casefold()), None)
        if found and (not counts or found["effects"]["conversion"]):
            return found
        time.sleep(0.2)
    return found


def records(data: Path, outcomes: Sequence[Outcome]) -> dict[str, bytes]:
    """The gate's record of each outcome's visit, by the visit's id, one line each."""
    wanted = {outcome.visit for outcome in outcomes if outcome.visit}
    return {visit.id: encode(visit) for visit in Demo("", "", data).visits() if visit.id in wanted}
