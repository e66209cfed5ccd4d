"""Which robots there are, and how each can be verified: the shipped lists, and what an operator adds to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from hushgate.data import read_list
from hushgate.robots.networks import Networks

AGENT_MAX = 512
"""Characters of a user agent that are read."""


class Profile(NamedTuple):
    """One robot: its name as the user agent says it, who runs it, its lists of networks, the domains of its addresses' names."""

    name: str
    operator: str
    lists: tuple[str, ...]
    domains: tuple[str, ...]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part != "-")


def profiles() -> list[Profile]:
    """The robots that are shipped."""
    rows = ([part.strip() for part in line.split("|")] for line in read_list("robots.txt"))
    return [Profile(name, operator, _parts(lists), _parts(domains)) for name, operator, lists, domains in rows]


@cache
def shipped_networks() -> Mapping[str, Networks]:
    """The networks that are shipped, by the name of their list."""
    lists: dict[str, list[str]] = {}
    for line in read_list("robot_ranges.txt"):
        name, network = line.split(" ", 1)
        lists.setdefault(name, []).append(network)
    return {name: Networks(networks) for name, networks in lists.items()}


def read_networks(path: Path) -> Networks:
    """The networks of one file: an operator's JSON with its ``prefixes``, or text with one network a line.

    Raises:
        ValueError: the file is neither, or names what is no network; the message names the file and the line.
    """
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".json":
            return Networks(_prefixes(text))
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        return Networks(line for line in lines if line)
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from None


class _Prefix(msgspec.Struct):
    ipv4: str | None = msgspec.field(name="ipv4Prefix", default=None)
    ipv6: str | None = msgspec.field(name="ipv6Prefix", default=None)


class _Published(msgspec.Struct):
    prefixes: list[_Prefix]


def _prefixes(text: str) -> Iterator[str]:
    for prefix in msgspec.json.decode(text, type=_Published).prefixes:
        yield from (network for network in (prefix.ipv4, prefix.ipv6) if network)


class Register:
    """Robots by name. ``added`` are further lists: one by the name of a shipped list takes its place, any other is a robot of its own."""

    def __init__(self, added: Mapping[str, Networks]) -> None:
        self.networks = {**shipped_networks(), **added}
        known = profiles()
        names = {name for profile in known for name in (*profile.lists, profile.name.lower())}
        own = [Profile(name, name, (name,), ()) for name in added if name.lower() not in names]
        by_name = {profile.name.lower(): profile for profile in (*known, *own)}
        extra = {name.lower(): (name,) for name in added if name.lower() in by_name}
        self._by_name = {
            name: profile._replace(lists=tuple(dict.fromkeys((*profile.lists, *extra.get(name, ())))))
            for name, profile in by_name.items()
        }
        self._pattern = _any_of(self._by_name)

    @property
    def profiles(self) -> list[Profile]:
        """Every robot."""
        return list(self._by_name.values())

    def claimed(self, user_agent: str) -> Profile | None:
        """The robot that a user agent says it is; the longest name, where one is part of another."""
        match = self._pattern.search(user_agent[:AGENT_MAX])
        return self._by_name[match.group().lower()] if match else None

    def published(self, profile: Profile, packed: bytes) -> bool | None:
        """Whether an address (4 or 16 bytes) is in the robot's lists; None where it has none."""
        lists = [self.networks[name] for name in profile.lists if name in self.networks]
        return any(packed in networks for networks in lists) if lists else None


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
