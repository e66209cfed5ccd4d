"""Fetches what operators publish of their robots, for the gate to read when it starts next. Never within a request."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from hushgate.data import read_list
from hushgate.robots.register import read_networks
from hushgate.robots.signatures import read_directory

SECONDS = 20.0
SIZE_MAX = 4 * 1024 * 1024
DIRECTORY = "/.well-known/http-message-signatures-directory"
"""Where a signing robot's keys are: draft-meunier-http-message-signatures-directory."""


class Fetched(NamedTuple):
    """One file: its name, and how many entries it has, or what went wrong. The file that was there stays where it did."""

    name: str
    entries: int
    error: str = ""


def sources() -> dict[str, str]:
    """The addresses of the shipped lists, by name."""
    return dict(line.split(" ", 1) for line in read_list("robot_sources.txt"))


def update(folder: Path, agents: Iterable[str], lists: Mapping[str, str]) -> Iterator[Fetched]:
    """Fetches every list and every agent's directory into ``folder``; one that cannot be fetched or read changes nothing."""
    for name, address in lists.items():
        yield _one(folder / "ranges" / f"{name}.json", address, lambda path: read_networks(path).size)
    for host in agents:
        count = _count_keys(host)
        yield _one(folder / "keys" / f"{host.partition(':')[0]}.json", f"https://{host}{DIRECTORY}", count)


def _count_keys(host: str) -> Callable[[Path], int]:
    return lambda path: len(read_directory(path.read_bytes(), host))


def _one(path: Path, address: str, count: Callable[[Path], int]) -> Fetched:
    new = path.with_name(f".{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(_fetch(address))
        entries = count(new)
        if not entries:
            raise ValueError("nothing in it can be used")
        new.replace(path)
    except (OSError, HTTPException, ValueError) as error:
        new.unlink(missing_ok=True)
        return Fetched(path.stem, 0, str(error))
    return Fetched(path.stem, entries)


def _fetch(address: str) -> bytes:
    if not address.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError(f"{address} is not https")
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the scheme is looked at above
        body: bytes = answer.read(SIZE_MAX + 1)
    if len(body) > SIZE_MAX:
        raise ValueError(f"{address} gives more than {SIZE_MAX} bytes")
    return body
