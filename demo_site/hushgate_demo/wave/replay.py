"""Replays a wave: who is in it, at what pace, and what came of it."""

from __future__ import annotations

import secrets
import sys
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from http.client import HTTPException
from pathlib import Path
from random import Random

import click

from hushgate_demo.wave import bots, people
from hushgate_demo.wave.client import Server, Visit, play
from hushgate_demo.wave.tally import Summary, last_serial, table, tally
from hushgate_demo.wave.visitor import Visitor

COUNT, PEOPLE = 120, 12
COUNT_MAX = 20_000
BOT_THREADS = 8
PEOPLE_THREADS = 16


def run(
    demo_url: str,
    gate_url: str,
    *,
    count: int | None = None,
    people: int | None = None,
    seed: int = 1,
    records: Path | None = None,
) -> Summary:
    """Sends ``count`` bots (120) and ``people`` people (12) to the demo that is running, and prints what came of them.

    The same seed is the same wave, but for the mail addresses, which are new in every run. ``records`` is a file or a
    folder of recorded people.

    Raises:
        SystemExit: no demo is running there, or the address is not this machine's.
    """
    demo, gate, serial = find(demo_url, gate_url)
    count, people = COUNT if count is None else count, PEOPLE if people is None else people
    visitors = gather(min(count, COUNT_MAX), min(people, COUNT_MAX), seed, records)
    click.echo(f"A wave of {count} bots, and {people} people among them, is on its way to {demo_url}")
    visits = _send(demo, gate, visitors)
    summary = tally(demo, serial, visits, {row.country: row.name for row in bots.TABLE})
    click.echo(table(summary))
    return summary


def gather(count: int, crowd: int, seed: int, records: Path | None = None) -> list[Visitor]:
    """Everybody in the wave, in the order in which they set out."""
    random = Random(seed)  # noqa: S311 - so that a seed is a wave
    tag = secrets.token_hex(3)
    shares = bots.shares(count)
    rows = [row for row in bots.TABLE for _ in range(shares[row.country])]
    random.shuffle(rows)
    wave = [bots.make(random, row, number, tag) for number, row in enumerate(rows)]
    recorded = people.read(records) if records else []
    if recorded:
        persons = [people.replay(random, random.choice(recorded), count + number, tag) for number in range(crowd)]
    else:
        persons = [people.make(random, count + number, tag) for number in range(crowd)]
    return [*wave, *persons]


def find(demo_url: str, gate_url: str) -> tuple[Server, Server, int]:
    """The demo and the gate that run there, and the serial of the latest signup. Raises SystemExit as ``run`` does."""
    try:
        demo, gate = Server(demo_url), Server(gate_url)
        return demo, gate, last_serial(demo)
    except ValueError as error:
        raise SystemExit(f"hushgate demo: {error}") from None
    except (OSError, HTTPException):
        raise SystemExit(f"hushgate demo: no demo answers on {demo_url}. Start one first: hushgate demo") from None


def _send(demo: Server, gate: Server, visitors: list[Visitor]) -> list[Visit]:
    """Bots come a few at a time; people take their time beside them."""
    with ThreadPoolExecutor(BOT_THREADS) as hurried, ThreadPoolExecutor(PEOPLE_THREADS) as calm:
        ways = [(calm if visitor.person else hurried).submit(play, demo, gate, visitor) for visitor in visitors]
        return _collect(ways)


def _collect(ways: list[Future[Visit]]) -> list[Visit]:
    visits = []
    try:
        for way in as_completed(ways):
            visits.append(way.result())
            _progress(len(visits), len(ways))
    except KeyboardInterrupt:
        for way in ways:
            way.cancel()
        raise
    return visits


def _progress(done: int, whole: int) -> None:
    if sys.stdout.isatty():
        click.echo(f"\r{done} of {whole} ", nl=done == whole)
    elif done == whole or done % max(whole // 4, 1) == 0:
        click.echo(f"{done} of {whole}")
