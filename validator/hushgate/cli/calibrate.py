"""``hushgate calibrate``: what each check is worth, counted on labelled visits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from hushgate.calibration import Calibration, Figure, Side, Tally, read_labelled
from hushgate.calibration.figures import COMMON_SHARE, COMMON_WEIGHT, HARD_SHARE
from hushgate.config import load
from hushgate.errors import HushgateError
from hushgate.geo import Atlas
from hushgate.registry import Check, Tier, all_checks

_LABEL_WIDTH = 27


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def calibrate(paths: tuple[Path, ...], as_json: bool) -> None:
    """Counts how often each check fires on people and on bots, and says what weight that earns it.

    PATH is a file of visits on record, one JSON object a line, or a folder of such files. Who made a visit is known by the folder,
    people or bots, or by its "expect", human or bot.
    """
    gate = load().gate
    atlas = Atlas(gate["country_data"], gate["network_data"], gate["anonymous_data"])
    result = Tally(atlas.look_up).add_all(read_labelled(paths)).result()
    if not result.people or not result.bots:
        raise HushgateError(f"{result.people} people and {result.bots} bots: a weight needs both, one record at least")
    checks = {check.name: check for check in all_checks()}
    if as_json:
        click.echo(msgspec.json.encode(_document(result, checks)))
        return
    for line in _lines(result, checks):
        click.echo(line)


def _lines(result: Calibration, checks: dict[str, Check]) -> Iterator[str]:
    yield f"{result.people:,} people, {result.bots:,} bots; intervals are of 95 % (Wilson), of where the check was judged\n"
    people, bots = "people", "bots"
    head = f"{'check':32} {'ships':>9}  {people:{_LABEL_WIDTH}}{bots:{_LABEL_WIDTH}}{'ratio':>8} {'at least':>9} {'earned':>7} {'limit':>6}"
    yield head
    for figure in sorted(result.checks, key=lambda one: (-one.earned, -one.limit, one.check)):
        yield _row(figure, checks[figure.check])
    yield ""
    for label, verdicts in result.verdicts.items():
        yield f"{label}: {', '.join(f'{count:,} {verdict}' for verdict, count in sorted(verdicts.items()))}"
    yield from _complaints(result, checks)


def _row(figure: Figure, check: Check) -> str:
    ships = f"{check.tier.value} {check.weight}" if check.weight else check.tier.value
    ratio = "-" if figure.ratio is None else f"{figure.ratio:.3g}"
    sides = f"{_side(figure.people):{_LABEL_WIDTH}}{_side(figure.bots):{_LABEL_WIDTH}}"
    return (
        f"{figure.check:32} {ships:>9}  {sides}{ratio:>8} {figure.least_ratio:9.3g} {figure.earned:7} {figure.limit:6}"
    )


def _side(side: Side) -> str:
    if not side.judged:
        return "not judged"
    low, high = side.interval
    return f"{side.fired}/{side.judged} {100 * low:.2g}-{100 * high:.2g} %"


def _complaints(result: Calibration, checks: dict[str, Check]) -> Iterator[str]:
    """What the records prove against a default. Few records prove little, so the interval's end counts here, not the share."""
    for figure in result.checks:
        check, low = checks[figure.check], figure.people.interval.low
        if check.tier is Tier.HARD and low > HARD_SHARE:
            yield f"! {check.name} is hard, and fires on over {HARD_SHARE:.1%} of the people"
        if check.weight > COMMON_WEIGHT and low > COMMON_SHARE:
            yield f"! {check.name} weighs {check.weight}, and fires on over {COMMON_SHARE:.0%} of the people: {COMMON_WEIGHT} at most"


def _document(result: Calibration, checks: dict[str, Check]) -> dict[str, Any]:
    rows = [_entry(figure, checks[figure.check]) for figure in result.checks]
    return {"people": result.people, "bots": result.bots, "verdicts": result.verdicts, "checks": rows}


def _entry(figure: Figure, check: Check) -> dict[str, Any]:
    def side(one: Side) -> dict[str, Any]:
        return {"fired": one.fired, "judged": one.judged, "low": one.interval.low, "high": one.interval.high}

    return {
        "check": check.name,
        "tier": check.tier.value,
        "weight": check.weight,
        "people": side(figure.people),
        "bots": side(figure.bots),
        "ratio": figure.ratio,
        "least_ratio": figure.least_ratio,
        "earned": figure.earned,
        "limit": figure.limit,
    }
