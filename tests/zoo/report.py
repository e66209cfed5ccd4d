"""Writes docs/detection.md: what each subject does, what Hushgate made of it, and what the others did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NamedTuple

from hushgate.registry import all_checks
from zoo import versions
from zoo.outcome import Outcome
from zoo.subjects import Absent, Subject

SHOWN = 4
"""Findings of a visit that are shown; the rest are counted."""
_MODES = {True: "with WebGL", False: "without WebGL"}


class Tally(NamedTuple):
    """How many of those that were asked were flagged."""

    flagged: int
    asked: int

    def __str__(self) -> str:
        return f"{self.flagged} of {self.asked}"


def report(outcomes: Sequence[Outcome], subjects: Sequence[Subject], absent: Sequence[Absent], rounds: int) -> str:
    """The whole page, as Markdown."""
    by_subject: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_subject[outcome.subject].append(outcome)
    ran = [subject for subject in subjects if any(outcome.ran for outcome in by_subject[subject.name])]
    bots = [subject for subject in ran if subject.kind == "bot"]
    people = [subject for subject in ran if subject.kind == "person"]
    parts = [
        _head(ran, rounds, sorted({outcome.gl for outcome in outcomes}, reverse=True)),
        _summary(outcomes),
        "## Bots\n",
        _table(bots, by_subject),
        "## People\n",
        _table(people, by_subject),
        _not_run([subject for subject in subjects if subject not in ran], by_subject, absent),
    ]
    return "\n".join(parts)


def _head(ran: Sequence[Subject], rounds: int, modes: Sequence[bool]) -> str:
    flag = "" if len(modes) > 1 else "--gl " if modes[0] else "--no-gl "
    visits = f"{rounds} visit{'s' if rounds > 1 else ''} each {' and '.join(_MODES[mode] for mode in modes)}"
    visits += " (once where there is no window)" if len(modes) > 1 else ""
    return f"""\
# Detection, measured

Written by `make zoo` on {datetime.now(UTC):%d %B %Y}; nothing here is written by hand. Repeat it with

    make zoo ARGS="{flag}--rounds {rounds}"

{len(ran)} subjects, {visits}: real browsers, driven by real tools or operated by simulated people through an X server, sign up at the demo site.
Each row is what the gate recorded, and beside it what [BotD](https://github.com/fingerprintjs/BotD) and
[fpscanner](https://github.com/antoinevastel/fpscanner) answered in the same page, asked once Hushgate's verdict was in. The simulated people
show that nothing in a real browser is flagged; they are a rough stand-in for people's behaviour.

- On: {versions.machine()}; {"; ".join(versions.browsers())}
- Detectors: {"; ".join(versions.detectors())}
- Tools: {", ".join(versions.tools(ran))}
"""


def _summary(outcomes: Sequence[Outcome]) -> str:
    lines = ["| | bots flagged | people flagged | people let in and counted |", "|---|---|---|---|"]
    ran = [outcome for outcome in outcomes if outcome.ran]
    people = [outcome for outcome in ran if outcome.kind == "person"]
    counted = Tally(sum(outcome.as_wanted for outcome in people), len(people))
    for name, asked in _DETECTORS.items():
        answers = [(outcome.kind, asked(outcome)) for outcome in ran]
        bots = _tally(said for kind, said in answers if kind == "bot")
        persons = _tally(said for kind, said in answers if kind == "person" and said is not None)
        lines.append(f"| {name} | {bots} | {persons} | {counted if name == 'Hushgate' else ''} |")
    note = "A bot that runs no script is missed by a detector that is one: it counts as not flagged. A visit is flagged by Hushgate where its\n"
    return "\n".join([*lines, "", f"{note}verdict is bot or its decision is to ghost.\n"])


def _tally(said: Any) -> Tally:
    answers = list(said)
    return Tally(sum(bool(answer) for answer in answers), len(answers))


def _hushgate(outcome: Outcome) -> bool:
    return outcome.verdict == "bot" or outcome.decision in ("ghost", "deny")


def _other(name: str) -> Callable[[Outcome], bool | None]:
    def said(outcome: Outcome) -> bool | None:
        answer = (outcome.beside or {}).get(name)
        return answer["bot"] if answer and "bot" in answer else None

    return said


_DETECTORS: dict[str, Callable[[Outcome], bool | None]] = {
    "Hushgate": _hushgate,
    "BotD": _other("botd"),
    "fpscanner": _other("fpscanner"),
}


def _table(subjects: Sequence[Subject], by_subject: dict[str, list[Outcome]]) -> str:
    head = "| subject | what it does | verdict | score | decision | what was seen | BotD | fpscanner |"
    rows = [_row(subject, [outcome for outcome in by_subject[subject.name] if outcome.ran]) for subject in subjects]
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows, ""])


def _row(subject: Subject, ran: Sequence[Outcome]) -> str:
    cells = [
        f"`{subject.name}`",
        subject.does,
        _often([outcome.verdict or "none" for outcome in ran]),
        _range([outcome.score for outcome in ran if outcome.score is not None]),
        _often([(outcome.decision or "") + (", counted" if outcome.counted else "") for outcome in ran]),
        _seen(ran),
        _answers(ran, "botd"),
        _answers(ran, "fpscanner"),
    ]
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """No text from a browser may end a cell or begin a tag."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _often(words: Sequence[str]) -> str:
    """The words with their counts, where they are not all the same."""
    counts = {word: words.count(word) for word in dict.fromkeys(words)}
    return words[0] if len(counts) == 1 else ", ".join(f"{word} {count}/{len(words)}" for word, count in counts.items())


def _range(scores: Sequence[float]) -> str:
    if not scores:
        return ""
    low, high = min(scores), max(scores)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _seen(ran: Sequence[Outcome]) -> str:
    """The findings that score, heaviest first, each by its title; over all visits."""
    titles = {check.name: check.title for check in all_checks()}
    weights = {
        one["check"]: one["weight"] for one in chain.from_iterable(outcome.findings for outcome in ran) if one["weight"]
    }
    names = sorted(weights, key=lambda name: -weights[name])
    words = [titles.get(name, name) for name in names[:SHOWN]]
    return "; ".join([*words, *([f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else [])])


def _answers(ran: Sequence[Outcome], name: str) -> str:
    said = []
    for outcome in ran:
        answer = (outcome.beside or {}).get(name)
        if answer is None:
            said.append("not run")
        elif "error" in answer:
            said.append("failed")
        else:
            said.append(f"bot ({', '.join(answer['saw'])})" if answer["bot"] else "not a bot")
    return _often(said)


def _not_run(subjects: Sequence[Subject], by_subject: dict[str, list[Outcome]], absent: Sequence[Absent]) -> str:
    rows = [
        f"| `{subject.name}` | {_cell(subject.does)} | {_cell(_why(by_subject[subject.name]))} |"
        for subject in subjects
    ]
    rows += [f"| `{entry.name}` | {_cell(entry.does)} | {_cell(entry.why)} |" for entry in absent]
    return "\n".join(["## Not run\n", "| subject | what it is | why not |", "|---|---|---|", *rows, ""])


def _why(outcomes: Sequence[Outcome]) -> str:
    lacking = dict.fromkeys(chain.from_iterable(outcome.lacking for outcome in outcomes))
    if lacking:
        return f"not on this machine: {', '.join(lacking)}"
    return next((outcome.error.splitlines()[-1][:160] for outcome in outcomes if outcome.error), "it did not sign up")
