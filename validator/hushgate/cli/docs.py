"""``hushgate docs``: writes CHECKS.md and SETTINGS.md."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hushgate.docs import pages


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a page is stale.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(__file__).parents[1],
    help="Folder to write to.",
)
def docs(check: bool, to: Path) -> None:
    """Writes CHECKS.md and SETTINGS.md from the checks and the settings themselves."""
    stale = []
    for name, text in pages().items():
        file = to / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            file.write_text(text, encoding="utf-8")
    click.echo(f"{'stale' if check else 'written'}: {', '.join(stale) or 'nothing'}")
    if check and stale:
        sys.exit(1)
