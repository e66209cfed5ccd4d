"""The Lua scripts, one a request kind."""

from __future__ import annotations

import hashlib
from importlib import resources


class Script:
    """A Lua script and the hash that Redis knows it by. ``heads`` are put in front of it."""

    def __init__(self, name: str, *heads: str) -> None:
        folder = resources.files("hushgate.state") / "scripts"
        self.text = "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in (*heads, name))
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


HIT, SPEND = Script("hit", "limits"), Script("spend", "limits")
LEASE, COMMIT, RELEASE = Script("lease"), Script("commit"), Script("release")
PING = Script("ping")
