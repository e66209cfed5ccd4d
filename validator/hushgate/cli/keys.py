"""``hushgate keys``: makes and rotates the gate's own keys."""

from __future__ import annotations

import os

import click

from hushgate.keys import VARIABLE, new_key, read_keys


@click.group()
def keys() -> None:
    """Makes and rotates the gate's own keys."""


@keys.command()
def new() -> None:
    """Prints a fresh key, for the environment."""
    click.echo(f"{VARIABLE}={new_key()}")


@keys.command()
@click.option("--keep", default=2, show_default=True, help="Keys in force, the new one among them.")
def rotate(keep: int) -> None:
    """Puts a fresh key in front of those in the environment, and prints what to set.

    Tokens and sessions made with the older keys stay good as long as their key is in the list.
    """
    old = os.environ.get(VARIABLE, "").replace(",", " ").split()
    if old:
        read_keys(" ".join(old))
    click.echo(f"{VARIABLE}={','.join([new_key(), *old][: max(keep, 1)])}")
