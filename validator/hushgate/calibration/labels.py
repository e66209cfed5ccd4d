"""Reads visits on record of which it is known who made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hushgate.errors import BadField, HushgateError
from hushgate.visit import Visit, read_visit

FOLDERS = {"people": True, "bots": False}
"""A file in such a folder, at any depth, needs no label of its own."""

_EXPECTED = {"human": True, "bot": False}


class Labelled(NamedTuple):
    """A visit, and whether a person made it."""

    visit: Visit
    person: bool


def read_labelled(paths: Iterable[Path]) -> Iterator[Labelled]:
    """The visits of files, and of all ``*.json`` and ``*.jsonl`` under folders, one JSON object a line.

    The folder says who it was, else ``expect`` does.

    Raises:
        HushgateError: there is nothing to read at a path.
        BadField: a line is no visit on record, or nothing says who it was; the message names file, line and field.
    """
    for path in paths:
        for file in _files(path):
            yield from _read(file)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in (".json", ".jsonl") and file.is_file())
    if not found:
        raise HushgateError(f"{str(path)!r}: no *.json and no *.jsonl is in that folder")
    return found


def _read(file: Path) -> Iterator[Labelled]:
    folder = next((FOLDERS[name] for name in reversed(file.absolute().parent.parts) if name in FOLDERS), None)
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _label(line, folder, f"{str(file)!r}, line {number}")
    except OSError as error:
        raise HushgateError(f"{str(file)!r}: {error.strerror}") from None


def _label(line: bytes, folder: bool | None, where: str) -> Labelled:
    try:
        visit = read_visit(line)
    except BadField as error:
        raise BadField(f"{where}: {error}", "visit") from None
    named = _EXPECTED.get(visit.expect or "")
    if folder is None and named is None:
        hint = 'say "human" or "bot", or put the file into a folder called people or bots'
        raise BadField(f"{where}: expect: nothing says who made this visit: {hint}", "expect")
    if None not in (folder, named) and folder != named:
        kind = "people" if folder else "bots"
        raise BadField(f'{where}: expect: says "{visit.expect}", and the file is in a folder of {kind}', "expect")
    return Labelled(visit, bool(folder if named is None else named))
