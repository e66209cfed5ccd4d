"""What is asked of Redis: one Lua script a request kind, and a plain command where one will do."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Any, Protocol


class Asking(Protocol):
    """Anything that can be asked of a server."""

    def words(self, keys: list[str], values: tuple[Any, ...], *, known: bool = True) -> tuple[Any, ...]:
        """The command; ``known`` is whether the server may be supposed to know the script."""


class Script:
    """A Lua script and the hash that Redis knows it by. ``heads`` are put in front of it."""

    def __init__(self, name: str, *heads: str) -> None:
        folder = resources.files("hushgate.state") / "scripts"
        self.text = "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in (*heads, name))
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def words(self, keys: list[str], values: tuple[Any, ...], *, known: bool = True) -> tuple[Any, ...]:
        """The command that runs it; with its text where the server does not know it."""
        return ("EVALSHA" if known else "EVAL", self.sha if known else self.text, len(keys), *keys, *values)


class Take:
    """Sets a key that is not there, for so many seconds. One command can do it, and costs the server less than Lua."""

    def words(self, keys: list[str], values: tuple[Any, ...], *, known: bool = True) -> tuple[Any, ...]:  # noqa: ARG002 - a server knows its own commands
        """See Script."""
        return ("SET", *keys, "1", "NX", "EX", *values)


HIT = Script("hit", "limits")
LEASE, COMMIT, RELEASE = Script("lease", "redeem"), Script("commit"), Script("release")
DECIDE = Script("decide", "limits", "redeem", "takes")
GIVE_BACK = Script("back", "limits", "takes")
PING = Script("ping")
TAKE = Take()
