"""Replays a wave by its own clock: what takes a day there takes a minute here, and the door counts it as a day.

The visits to the gate go at the real pace, a batch at a time; then their forms are sent one by one, each after the demo's clock was set
to the time at which it comes. Real time passes for nobody's counters in between.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from random import Random

import click

from hushgate_demo.wave import crowd, driver
from hushgate_demo.wave.client import Ready, Server, Visit, prepare, submit
from hushgate_demo.wave.kinds import KINDS, Kind
from hushgate_demo.wave.layers import Table, count, layered
from hushgate_demo.wave.replay import find
from hushgate_demo.wave.tally import last_serial, read_log
from hushgate_demo.wave.visitor import Signup

PEOPLE, EARLIER = 100, 60
BATCH, THREADS = 160, 48
APART = 61 * crowd.DAY
"""Seconds between one replay and the next: nothing that is counted lasts as long."""
_LABEL = "pages and forms"
HANDS = {"driver": "Driven by a script that hides well", "person": "Judged human: only the door's layers can tell"}


def replay(
    demo_url: str,
    gate_url: str,
    *,
    name: str,
    count: int | None = None,
    people: int | None = None,
    earlier: int = EARLIER,
    seed: int = 1,
    hands: Sequence[str] = tuple(HANDS),
) -> list[Table]:
    """Replays a wave of this name by each hand of HANDS against the demo that is running, and prints a table of each.

    ``count`` bots (the wave's own number) and ``people`` ordinary signups beside them (100, and the groups); ``earlier`` of them came
    in the weeks before.

    Raises:
        SystemExit: no demo is running there, or the address is not this machine's.
    """
    demo, gate, _ = find(demo_url, gate_url)
    kind, ordinary = KINDS[name], PEOPLE if people is None else people
    click.echo(f"{kind.name}: {kind.title}")
    return [_play(demo, gate, gather(kind, hand, count or kind.count, ordinary, earlier, seed), hand) for hand in hands]


def _play(demo: Server, gate: Server, signups: list[Signup], hand: str) -> Table:
    started, hours = time.monotonic(), (signups[-1].at - signups[0].at) / 3600
    click.echo(
        f"\n{len(signups)} signups over HTTP; the door counts by the wave's own clock, {hours:.1f} hours pass by it. "
        f"Each fills in a page in real time, {THREADS} at once: {_least(signups):.0f} seconds at the least."
    )
    table = _run(demo, gate, signups, HANDS[hand])
    click.echo(f"It took {time.monotonic() - started:.0f} seconds.\n\n{layered(table)}")
    return table


def gather(
    kind: Kind, hand: str, number: int, ordinary: int, earlier: int, seed: int, *, tag: str = ""
) -> list[Signup]:
    """Everybody, in the order in which they come: those before, the wave, and the ordinary beside it.

    ``tag`` is four hex digits that go into domains and numbers, drawn where there is none: a wave that comes again is another one.
    """
    random, tag = Random(seed), tag or secrets.token_hex(2)  # noqa: S311 - so that a seed is a wave
    wave = kind.make(random, number, kind.seconds * number / kind.count, str(int(tag, 16)))
    if hand == "driver":
        wave = [one._replace(visitor=driver.drive(random, one.visitor)) for one in wave]
    beside = crowd.beside(random, kind.seconds * number / kind.count, ordinary, str(int(tag, 16)))
    return sorted([*crowd.before(random, 14, earlier, tag), *wave, *beside], key=lambda one: one.at)


def _run(demo: Server, gate: Server, signups: list[Signup], title: str) -> Table:
    serial = last_serial(demo)
    begin = demo.send("GET", "/operator/clock", []).json()["now"] + APART - signups[0].at
    visits, started, steps = [], time.monotonic(), 2 * len(signups)
    try:
        with click.progressbar(length=steps, label=_LABEL, show_eta=False, file=sys.stderr) as bar:
            for batch in _batches(signups):
                ready = _prepared(demo, gate, batch, bar.update)
                for one, visitor in zip(batch, ready, strict=True):
                    _set(demo, begin + one.at)
                    visits.append(submit(demo, visitor) if isinstance(visitor, Ready) else visitor)
                    bar.label = _label(started, (bar.pos + 1) / steps)
                    bar.update(1)
                _say(len(visits), len(signups))
    finally:
        demo.send("DELETE", "/operator/clock", [])
    return count(title, visits, read_log(demo, serial))


def _label(started: float, share: float) -> str:
    """What the bar is called: from the first form on with how long it takes still. Pages come many at once, and tell nothing of that."""
    passed = time.monotonic() - started
    return f"{_LABEL}, about {passed / share - passed:.0f} s left" if sys.stderr.isatty() else _LABEL


def _prepared(demo: Server, gate: Server, batch: list[Signup], done: Callable[[int], None]) -> list[Ready | Visit]:
    """The pages of a batch, filled in; ``done`` hears of each."""
    with ThreadPoolExecutor(THREADS) as threads:
        ways = [threads.submit(prepare, demo, gate, one.visitor) for one in batch]
        for _ in as_completed(ways):
            done(1)
    return [way.result() for way in ways]


def _say(done: int, whole: int) -> None:
    """For who writes it to a file: a terminal has the bar, and how long it takes still."""
    if not sys.stderr.isatty():
        click.echo(f"{done} of {whole}")


def _least(signups: list[Signup]) -> float:
    """Seconds that the pages alone take: no batch is done before its slowest visitor, or before all have had their turn."""
    times = [[one.visitor.seconds for one in batch] for batch in _batches(signups)]
    return sum(max(*batch, sum(batch) / THREADS) for batch in times)


def _batches(signups: list[Signup]) -> Iterator[list[Signup]]:
    for at in range(0, len(signups), BATCH):
        yield signups[at : at + BATCH]


def _set(demo: Server, now: float) -> None:
    form = ("Content-Type", "application/x-www-form-urlencoded")
    answer = demo.send("POST", "/operator/clock", [form], f"now={now:.3f}")
    if answer.status != 200:
        raise SystemExit(f"hushgate demo: the demo's clock cannot be set: {answer.status} {answer.body[:200]}")
