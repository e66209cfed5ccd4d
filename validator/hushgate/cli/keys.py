"""``hushgate keys``: makes the gate's own keys, and replaces them in an order in which nobody is refused (SECURITY.md).

Standard output has the line for the environment alone; what to do with it goes to standard error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from hushgate.config import Config, load
from hushgate.errors import BadField
from hushgate.events.doors import read_doors
from hushgate.ghost.quarantine import sealed_under
from hushgate.keys import VARIABLE, new_key, read_keys, split_keys
from hushgate.signup.mail.kept import kept_under

_EVERYWHERE = (
    "Set this line for every process (gates, backends with the gate in process, this shell), and restart them all."
)


@click.group()
def keys() -> None:
    """Makes the gate's own keys, and replaces them: rotate, use, drop."""


@keys.command()
def new() -> None:
    """Prints a fresh key, for the environment."""
    click.echo(f"{VARIABLE}={new_key()}")


@keys.command()
def rotate() -> None:
    """Adds a fresh key behind those in the environment, and prints what to set.

    It is understood from then on, and not used: once every process has it, `hushgate keys use` puts it in front.
    """
    pairs, fresh = _in_force(), new_key()
    _tell([*pairs, fresh], _EVERYWHERE, f"When the last one is up: hushgate keys use {_id(fresh)}")


@keys.command()
@click.argument("id")
def use(id: str) -> None:
    """Puts the key ID in front of the others, and prints what to set. Every process must have it in its list already."""
    pairs = _in_force()
    chosen, before = _chosen(pairs, id), pairs[0]
    days = max((site.ghosts.days for site in load().sites.values()), default=0)
    later = f"after {days:g} days (ghost_days)" if days else "later"
    said = [_EVERYWHERE, f"Keep {_id(before)}: drop it {later}, with hushgate keys drop {_id(before)}"]
    if chosen == before:
        said = [f"{id} is in use already: nothing is to be done."]
    _tell([chosen, *(pair for pair in pairs if pair != chosen)], *said)


@keys.command()
@click.argument("id")
@click.option("--yes", is_flag=True, help="Without asking.")
def drop(id: str, yes: bool) -> None:
    """Takes the key ID out of the list, and prints what to set. It says first what cannot be read without it."""
    pairs = _in_force()
    chosen = _chosen(pairs, id)
    if chosen == pairs[0]:
        raise BadField(f"id: {id} is the key in use: put another in front first, with `hushgate keys use`", "id")
    for line in _lost(load(), id):
        click.echo(line, err=True)
    if not yes:
        click.confirm(f"Drop {id}?", abort=True, err=True)
    _tell([pair for pair in pairs if pair != chosen], _EVERYWHERE)


def _lost(config: Config, id: str) -> Iterator[str]:
    """What a key that is dropped takes with it."""
    hours = config.gate["session_ttl"] / 3600
    yield f"Pages that were opened under {id} are refused, and so are their tokens: {hours:g} hours after the last process stopped using it there are none."
    ghosts = sealed_under(config.data, id)
    if ghosts:
        yield f"LOST: sealed under {id}: {ghosts} in the quarantine, who can be read and restored no more, and cannot log in."
    hashes = sum(kept_under(id, entered.email) for entered in read_doors(config.data))
    if hashes:
        yield f"LOST: hashed under {id}: the mail address of {hashes} on record, who cannot be found by it any more."
    yield f"Looked at: {config.data.absolute()}. Whoever has the key can put it back."


def _in_force() -> list[str]:
    """The pairs in the environment. Raises SettingsError where there are none, or one is not good."""
    text = os.environ.get(VARIABLE, "")
    read_keys(text)
    return split_keys(text)


def _id(pair: str) -> str:
    return pair.partition(":")[0]


def _chosen(pairs: list[str], id: str) -> str:
    for pair in pairs:
        if _id(pair) == id:
            return pair
    known = ", ".join(map(_id, pairs))
    raise BadField(f"id: no key in {VARIABLE} has the id {id!a}; there are {known}", "id")


def _tell(pairs: list[str], *said: str) -> None:
    click.echo(f"{VARIABLE}={','.join(pairs)}")
    for line in said:
        click.echo(line, err=True)
