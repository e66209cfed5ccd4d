"""``hushgate checks``: what is checked."""

from __future__ import annotations

from difflib import get_close_matches

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
        raise click.BadParameter(f"there is no check called {name}: {_remedy(name or '')}", param_hint="NAME")
    for check in found:
        click.echo(f"{check.family:12} {check.tier.value:4} {check.weight or '':>3}  {check.name:32} {check.title}")
        if name:
            click.echo(
                f"\n{check.why}\nReads: {', '.join((*check.needs, *check.optional))}\nWrong about: {check.wrong_about}"
            )
            click.echo(f"Measured: {measured(check, shipped().figure(check.name))}")
            click.echo(f"Says nothing about: {', '.join(kind.value for kind in check.abstain) or 'nobody'}")


def _remedy(name: str) -> str:
    """The nearest name, in whatever order its words were remembered."""
    names = {_sorted(check.name): check.name for check in all_checks()}
    near = get_close_matches(_sorted(name), names, 1)
    return f"did you mean {names[near[0]]}?" if near else "`hushgate checks` lists all"


def _sorted(name: str) -> str:
    return "-".join(sorted(name.lower().split("-")))
