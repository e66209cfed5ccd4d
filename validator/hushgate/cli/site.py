"""``hushgate site``: adds a site to the settings file, and lists them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from hushgate.config import CONFIG_FILE, CONFIG_VARIABLE, load
from hushgate.keys import hash_secret, new_secret
from hushgate.settings import SITE


@click.group()
def site() -> None:
    """Adds a site to the settings file, and lists them."""


@site.command()
@click.argument("hostnames", nargs=-1, required=True)
@click.option("--name", default="", help="What the site is called, for people.")
def add(hostnames: tuple[str, ...], name: str) -> None:
    """Adds a site whose signup pages are on HOSTNAMES. Prints its key for the page and its secret for the backend, once."""
    load()
    names = next(setting for setting in SITE if setting.name == "hostnames")
    try:
        names.read(list(hostnames))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="HOSTNAMES") from None
    file = Path(os.environ.get(CONFIG_VARIABLE) or CONFIG_FILE)
    key, secret = f"site-{secrets.token_hex(6)}", new_secret()
    lines = [
        f"\n[sites.{key}]",
        f"name = {_quoted(name or hostnames[0])}",
        f"hostnames = [{', '.join(map(_quoted, hostnames))}]",
    ]
    lines += [f'secrets = ["{hash_secret(secret)}"]', 'mode = "observe"', ""]
    with file.open("a", encoding="utf-8") as out:
        out.write("\n".join(lines))
    click.echo(f"added to {file}, observing: set mode to enforce when the report is to your liking")
    click.echo(f"site key (public, for the page):      {key}")
    click.echo(f"secret (for siteverify, shown once):  {secret}")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else " " for char in escaped) + '"'


@site.command("list")
def list_sites() -> None:
    """Lists the sites in the settings file."""
    for found in load().sites.values():
        mode = "enforce" if found.rules.enforce else "observe"
        click.echo(f"{found.key}  {mode:8} {', '.join(found.hostnames)}  {found.name}")
