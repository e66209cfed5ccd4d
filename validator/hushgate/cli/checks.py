"""``hushgate checks``: what is checked."""

from __future__ import annotations

import click

from hushgate.calibration import shipped
from hushgate.calibration.words import measured
from hushgate.registry import all_checks


@click.command()
@click.argument("name", required=False)
def checks(name: str | None) -> None:
    """Lists every check, or tells all about the one called NAME."""
    found = [check for check in all_checks() if name in (None, check.name)]
    if not found:
        raise click.BadParameter(f"there is no check called {name}", param_hint="NAME")
    for check in found:
        click.echo(f"{check.family:12} {check.tier.value:4} {check.weight or '':>3}  {check.name:32} {check.title}")
        if name:
            click.echo(
                f"\n{check.why}\nReads: {', '.join((*check.needs, *check.optional))}\nWrong about: {check.wrong_about}"
            )
            click.echo(f"Measured: {measured(check, shipped().figure(check.name))}")
            click.echo(f"Says nothing about: {', '.join(kind.value for kind in check.abstain) or 'nobody'}")
