"""``hushgate config``: the settings in force, and whether they will do."""

from __future__ import annotations

import click

from hushgate.cli.start import hooks_lacking
from hushgate.config import load, load_client
from hushgate.settings import GATE, Rate

_SECRET = {setting.name for setting in GATE if setting.secret}


def _show(value: object) -> str:
    if isinstance(value, Rate):
        return f"{value.amount} in {value.window} s"
    if isinstance(value, tuple):
        return ", ".join(map(_part, value)) or "(none)"
    return "(not set)" if value is None else str(value)


def _part(value: object) -> str:
    """One of several; an entry of a list is written kind:value, as it may be in the settings."""
    return ":".join(value) if isinstance(value, tuple) else _show(value)


@click.command()
def config() -> None:
    """Reads the settings file and the environment, and prints what is in force. Secrets are not shown.

    Of the gate and of each site all is shown; of a site's policy, checks, layers and the other tables what was set there. Where there
    are no keys, which a gate needs, that is told at the end.
    """
    found = load()
    click.echo(f"settings from {found.source}; keys: {len(found.ring.keys) if found.ring else 0} in the environment")
    click.echo(f"metrics: {'on, for who shows the token' if found.gate['metrics_token'] else 'off, no token is set'}")
    for path, values in {"gate": found.gate, **found.values}.items():
        for name, value in values.items():
            hidden = path == "gate" and name in _SECRET and value
            click.echo(f"  {path}.{name} = {'(set)' if hidden else _show(value)}")
    for note in hooks_lacking(found):
        click.echo(f"hushgate: {note}", err=True)
    if not load_client()["url"]:  # a backend whose gate runs elsewhere needs none
        found.keys()
