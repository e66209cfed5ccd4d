"""``python -m population``: writes people as visits on record, or makes the calibration that is shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click

from hushgate.calibration import Calibration, Labelled, Tally, read_labelled, write
from hushgate.geo import Atlas
from hushgate.visit import read_visit
from population import KINDS, people
from population.forgers import forgers

COUNT = 14_000
"""As many people as the datapoints' own observations, about: more would only repeat those, and make the intervals look narrower than they are."""

SEED = 1
VISITS = Path(__file__).parents[1] / "visits"
COMMAND = "make calibrate"


def _made() -> Iterator[Labelled]:
    for person in people(COUNT, SEED):
        yield Labelled(read_visit(json.dumps(person.record)), person=True)
    for record in forgers(SEED):
        yield Labelled(read_visit(json.dumps(record)), person=False)


def calibration() -> Calibration:
    """Counts everybody: the population, the forgers, and the recordings."""
    recorded = list(read_labelled([VISITS]))
    recordings = sum(one.person for one in recorded)
    tally = Tally(Atlas().look_up).add_all(_made()).add_all(recorded)
    sources = [
        f"{COUNT:,} people made by tests/population (seed {SEED}) from apify-fingerprint-datapoints {version('apify-fingerprint-datapoints')}",
        f"{recordings} people and {len(recorded) - recordings} bots recorded in tests/visits",
        f"{sum(1 for _ in forgers(SEED))} bots made by tests/population/forgers.py",
    ]
    return tally.result(COMMAND, sources)


@click.group()
def main() -> None:
    """A population."""


@main.command()
@click.option("--count", default=1000, show_default=True, help="How many people.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed gives the same people.")
@click.option("--kind", type=click.Choice([*KINDS, ""]), default="", help="Only people of this kind.")
def visits(count: int, seed: int, kind: str) -> None:
    """Prints people as visits on record, one JSON object a line."""
    for person in people(count, seed):
        if kind in ("", person.kind):
            click.echo(json.dumps(person.record))


@main.command()
def calibrate() -> None:
    """Writes the calibration that the shipped weights come from (validator/hushgate/data/calibration.json)."""
    result = calibration()
    write(result)
    click.echo(f"counted {result.people:,} people and {result.bots} bots")


if __name__ == "__main__":
    main()
