"""``hushgate outcomes``: how right each check was, by what became of the signups that it flagged."""

from __future__ import annotations

import click

from hushgate.config import load
from hushgate.events import outcomes as records
from hushgate.events.precision import Measured, measure
from hushgate.wire import OUTCOMES

_NOTE = """
Bots are those that were reported, or whose mail came back; people those that paid, used the account or confirmed. Only who was let in can
have an outcome, so a check that stops bots looks worse here than it is: measure in observe mode."""


@click.command()
@click.option("--site", help="Site key. Without it, all sites together.")
def outcomes(site: str | None) -> None:
    """Tells how right each check was, by what became of the signups that it flagged (gate.outcome, /v1/outcome)."""
    everybody, checks = measure(records.read(load().data, site))
    if not everybody.outcomes:
        click.echo("no visit on record has an outcome: the backend tells them with gate.outcome(id, ...)")
        return
    click.echo(f"{'check':32}{'bots':>7}{'people':>8}{'unclear':>9}   right (95 %)     " + "  ".join(OUTCOMES))
    rows = sorted(checks.items(), key=lambda row: (-(row[1].bots + row[1].people), row[0]))
    for name, measured in [("(everybody)", everybody), *rows]:
        click.echo(_row(name, measured))
    click.echo(_NOTE)


def _row(name: str, measured: Measured) -> str:
    low, high = measured.bounds
    share = "-" if measured.precision is None else f"{measured.precision:4.0%} ({low:.0%}-{high:.0%})"
    counts = "  ".join(f"{measured.outcomes[word]:{len(word)}}" for word in OUTCOMES)
    return f"{name:32}{measured.bots:7}{measured.people:8}{measured.unclear:9}   {share:17}{counts}"
