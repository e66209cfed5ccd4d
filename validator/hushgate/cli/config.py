"""``hushgate config``: the settings in force, and whether they will do."""

from __future__ import annotations

import click

from hushgate.config import load
from hushgate.settings import GATE, SITE, Rate


def _show(value: object) -> str:
    if isinstance(value, Rate):
        return f"{value.amount} in {value.window} s"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "(none)"
    return "(not set)" if value is None else str(value)


@click.command()
def config() -> None:
    """Reads the settings file and the environment, and prints what is in force. Secrets are not shown."""
    found = load()
    click.echo(f"settings from {found.source}; keys: {len(found.ring.keys) if found.ring else 0} in the environment")
    for setting in GATE:
        value = found.gate[setting.name]
        shown = "(set)" if setting.secret and value else _show(value)
        click.echo(f"  gate.{setting.name} = {shown}")
    for key, values in found.values["sites"].items():
        for setting in SITE:
            click.echo(f"  sites.{key}.{setting.name} = {_show(values[setting.name])}")
