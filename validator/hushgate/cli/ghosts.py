"""``hushgate ghosts``: what ghosted visitors submitted; brings a person back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hushgate.cli.choose import choose_site
from hushgate.config import load
from hushgate.errors import GhostUnknown, HushgateError
from hushgate.ghost import Ghost, Ghosts
from hushgate.ghost.fields import looks_hashed
from hushgate.ghost.quarantine import FILE
from hushgate.ghost.records import Sealed
from hushgate.house import open_ghosts

_HEADINGS = ["time", "id", "score", "mail", "reason"]
_SHOWN = 60
"""Letters of a stranger's text in the list."""
_SITE = click.option("--site", "key", help="Site key. May be left out where there is one site.")


@click.group()
def ghosts() -> None:
    """Lists what ghosted visitors submitted, and brings a person back."""


@contextmanager
def _opened(key: str | None) -> Iterator[Ghosts]:
    config = load()
    opened = open_ghosts(config, choose_site(config, key))
    try:
        yield opened
    finally:
        opened.quarantine.close()


def _plain(value: object) -> str:
    """A stranger's text as one line, with nothing in it that a terminal would obey."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _when(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _kept(value: Any) -> Any:
    """What a field holds, as it may be shown: that there is the hash of a password, and never the hash."""
    if isinstance(value, dict):
        return {name: _kept(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_kept(inner) for inner in value]
    return "(hash kept)" if looks_hashed(value) else value


def _mail(fields: dict[str, Any]) -> str:
    """The mail address among the fields; where there is none, the first text that is no hash."""
    texts = [value for value in fields.values() if isinstance(value, str) and not looks_hashed(value)]
    return next((text for text in texts if "@" in text), next(iter(texts), ""))


def _row(ghost: Ghost | Sealed) -> tuple[str, ...]:
    if isinstance(ghost, Sealed):
        return _when(ghost.at), ghost.id, "", "", f"(cannot be read: {ghost.why})"
    begun = "RESTORE BEGUN, NOT DONE; " if ghost.tried else ""
    return (
        _when(ghost.at),
        str(ghost.id),
        _score(ghost),
        _mail(ghost.fields)[:_SHOWN],
        f"{begun}{ghost.reason or 'unknown'}",
    )


def _score(ghost: Ghost) -> str:
    return "none" if ghost.score is None else f"{ghost.score:g}"


def _table(ghosts: Iterable[Ghost | Sealed]) -> list[str]:
    """Lines in columns under their headings, none where there is no ghost. The reason is the last, and of any length."""
    rows = [[_plain(cell) for cell in _row(ghost)] for ghost in ghosts]
    rows = [_HEADINGS, *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _none(key: str | None, restored: bool) -> str:
    config = load()
    what = "no ghost has become a person again" if restored else "no ghost is in the quarantine"
    return f"{what} at the site {choose_site(config, key).key}, by {config.data / FILE}"


@ghosts.command("list")
@_SITE
@click.option("--restored", is_flag=True, help="Those that are people now, instead.")
def list_ghosts(key: str | None, restored: bool) -> None:
    """Lists the ghosts in the quarantine, the latest first: time, id, score, mail address, and why it was ghosted."""
    with _opened(key) as opened:
        if restored:
            lines = [
                f"{_when(done.at)}  {_plain(done.id)}  account {_plain(done.real_id)}"
                for done in opened.quarantine.restored()
            ]
        else:
            lines = _table(opened.quarantine.all())
    click.echo("\n".join(lines) if lines else _none(key, restored), err=not lines)


@ghosts.command()
@click.argument("id")
@_SITE
def show(id: str, key: str | None) -> None:
    """Shows what one ghost submitted, and why it was ghosted."""
    with _opened(key) as opened:
        done = opened.quarantine.done(id)
        if done is not None:
            click.echo(f"ghost {_plain(id)}: a person since {_when(done.at)}, account {_plain(done.real_id)}")
            return
        ghost = opened.quarantine.show(id)
        click.echo(f"ghost {_plain(str(ghost.id))} of {_when(ghost.at)}, kept until {_when(ghost.expires)}")
        click.echo(f"  action {_plain(ghost.action)}, visit {_plain(ghost.visit or 'unknown')}")
        click.echo(f"  why: {_plain(ghost.reason or 'unknown')}; score {_score(ghost)}")
        for name, value in ghost.fields.items():
            click.echo(f"  {_plain(name)}: {_plain(_kept(value))}")
        for name in ghost.left_out:
            click.echo(f"  {_plain(name)}: not kept, ask for it anew")


@ghosts.command()
@click.argument("ids", nargs=-1, required=True)
@_SITE
def restore(ids: tuple[str, ...], key: str | None) -> None:
    """Brings people back: the site's on_restore does the real signup, once. IDS are ghosts' ids."""
    sys.path.insert(0, str(Path.cwd()))  # as `python -m` does: the site's module is found where its code is
    failed = 0
    with _opened(key) as opened:
        for id in ids:  # noqa: A001 - the word of the command
            failed += not _restore(opened, id)
    if failed:
        raise HushgateError(f"{failed} of {len(ids)} not restored")


def _restore(opened: Ghosts, id: str) -> bool:
    try:
        done = opened.restore(id)
    except HushgateError as error:
        click.echo(f"ghost {_plain(id)}: {_plain(str(error))}", err=True)
        return False
    except Exception as error:  # noqa: BLE001 - the site's own, whatever it is
        click.echo(
            f"ghost {_plain(id)}: on_restore failed, and it stays: {type(error).__name__}: {_plain(str(error))}",
            err=True,
        )
        return False
    was = "was restored before" if done.again else "restored"
    click.echo(f"ghost {_plain(id)}: {was}, account {_plain(str(done.real_id))}")
    return True


@ghosts.command()
@click.argument("id", required=False)
@_SITE
@click.option("--all", "everything", is_flag=True, help="All of them, also those that are still in their time.")
@click.option("--yes", is_flag=True, help="Without asking.")
def purge(id: str | None, key: str | None, everything: bool, yes: bool) -> None:
    """Removes the ghosts that are past their time; or one, or all."""
    with _opened(key) as opened:
        if everything and id:
            raise click.UsageError("name one ghost, or --all")
        if everything and not yes:
            click.confirm("Remove everything in the quarantine? Nobody in it can be brought back then.", abort=True)
        count = opened.quarantine.purge(id, everything=everything)
        if id and not count:
            raise GhostUnknown(f"there is no ghost {_plain(id)} in the quarantine")
        click.echo(f"{count} removed")
