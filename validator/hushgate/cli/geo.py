"""``hushgate geo``: where the knowledge of addresses comes from."""

from __future__ import annotations

import click

from hushgate.config import load
from hushgate.geo import Atlas


@click.group()
def geo() -> None:
    """Where the knowledge of addresses comes from."""


@geo.command()
def status() -> None:
    """Names each data file, its licence, its date and whether it can be read."""
    gate = load().gate
    for source in Atlas(gate["country_data"], gate["network_data"], gate["anonymous_data"]).status():
        click.echo(
            f"{source.name}: {'ok' if source.ok else source.error}, of {source.date}, licence {source.licence}, {source.path}"
        )


@geo.command("look-up")
@click.argument("address")
def look_up(address: str) -> None:
    """Says what is known of ADDRESS."""
    gate = load().gate
    network = Atlas(gate["country_data"], gate["network_data"], gate["anonymous_data"]).look_up(address)
    click.echo(f"country {network.country}, AS{network.asn} {network.org}, {network.kind}")
