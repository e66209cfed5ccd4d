"""``hushgate site``: adds a site to the settings file, and lists them."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from hushgate.config import CONFIG_FILE, CONFIG_VARIABLE, Site, load, parse
from hushgate.errors import HushgateError
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
    file = Path(os.environ.get(CONFIG_VARIABLE) or CONFIG_FILE)
    before = load().sites if file.exists() else {}
    names = _read(hostnames)
    key, secret = f"site-{secrets.token_hex(6)}", new_secret()
    lines = [
        f"\n[sites.{key}]",
        f"name = {_quoted(name or names[0])}",
        f"hostnames = [{', '.join(map(_quoted, names))}]",
    ]
    lines += [f'secrets = ["{hash_secret(secret)}"]', 'mode = "observe"', ""]
    _append(file, "\n".join(lines))
    for note in _shared(before, names):
        click.echo(f"hushgate: {note}", err=True)
    click.echo(f"added to {file}, observing: set mode to enforce when the report is to your liking")
    click.echo(f"site key (public, for the page):      {key}")
    click.echo(f"secret (for siteverify, shown once):  {secret}")
    click.echo("settings are read at the start: restart the gate, and backends in process, if they are running")


def _shared(before: Mapping[str, Site], names: tuple[str, ...]) -> Iterator[str]:
    """A sentence for each site that has one of the hostnames already: two forms of one page may be two sites, but by oversight, too."""
    for key, other in before.items():
        if both := [name for name in names if name in other.hostnames]:
            yield f"note: the site {key} has {', '.join(both)}, too; if one was meant, remove the other from the file"


def _read(hostnames: tuple[str, ...]) -> tuple[str, ...]:
    setting = next(setting for setting in SITE if setting.name == "hostnames")
    try:
        names: tuple[str, ...] = setting.read(list(hostnames))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="HOSTNAMES") from None
    return names


def _append(file: Path, text: str) -> None:
    """Adds to the settings file what can be read afterwards. Raises HushgateError where it cannot be, and leaves the file as it was."""
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        parse(tomllib.loads(before + text), os.environ, str(file))
        with file.open("a", encoding="utf-8") as out:
            out.write(text)
    except tomllib.TOMLDecodeError:
        raise HushgateError(f"{file}: nothing can be added: write its sites as tables, [sites.<site key>]") from None
    except OSError as error:
        raise HushgateError(f"{file}: cannot be written: {error.strerror}. Check the path and its rights") from None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else " " for char in escaped) + '"'


@site.command("list")
def list_sites() -> None:
    """Lists the sites in the settings file."""
    for found in load().sites.values():
        mode = "enforce" if found.rules.enforce else "observe"
        click.echo(f"{found.key}  {mode:8} {', '.join(found.hostnames)}  {found.name}")
