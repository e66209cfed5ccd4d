"""Where the address data comes from: name, licence and date of each file, for operators and for pages that show it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import maxminddb
import msgspec


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of address data.

    ``use`` is country, network or anonymous; ``date`` is the day it was made (ISO 8601), ``age_days`` how long ago that
    is; ``records`` the number of ranges, where the format tells; ``attribution`` what the licence asks to be shown.
    """

    use: str
    name: str
    path: str
    ok: bool
    licence: str | None = None
    attribution: str | None = None
    date: str | None = None
    age_days: int | None = None
    records: int | None = None
    error: str | None = None


class _Shipped(msgspec.Struct):
    """One entry of ``sources.json``, which the build writes beside the files."""

    name: str
    licence: str
    attribution: str
    version: str
    date: str


def describe_shipped(use: str, folder: Path, records: int) -> Source:
    """Describes a shipped file. Raises OSError or ValueError where the build left no description."""
    entry = msgspec.json.decode((folder / "sources.json").read_bytes(), type=dict[str, _Shipped])[use]
    return Source(
        use=use,
        name=f"{entry.name} {entry.version}",
        path=str(folder / f"{use}.bin"),
        ok=True,
        licence=entry.licence,
        attribution=entry.attribution,
        date=entry.date,
        records=records,
    )


def describe_mmdb(use: str, path: Path) -> Source:
    """Describes an operator's file by what it says of itself. It does not say its licence."""
    with maxminddb.open_database(path) as reader:
        about = reader.metadata()
    date = datetime.fromtimestamp(about.build_epoch, UTC).date().isoformat()
    return Source(use=use, name=about.database_type, path=str(path), ok=True, date=date)


def missing(use: str, path: Path | None, folder: Path, error: Exception) -> Source:
    """Describes a file that cannot be read."""
    remedy = "" if path else "; it is made when the package is built: reinstall it, or run `make build`"
    wanted = path or folder / f"{use}.bin"
    return Source(use=use, name=wanted.name, path=str(wanted), ok=False, error=f"{_words(error)}{remedy}")


def aged(source: Source) -> Source:
    """The same, with its age as of today."""
    if source.date is None:
        return source
    age = datetime.now(UTC).date() - datetime.fromisoformat(source.date).date()
    return msgspec.structs.replace(source, age_days=age.days)


def _words(error: Exception) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else str(error)
