"""What the demo site needs to know, from ``FERNPOST_*`` in the environment."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """``gate_url`` is where the visitor's browser finds the gate; ``secret`` signs logins and keys hashes.

    ``unique`` refuses a second account for one address, as most sites do; off by default, so that the demo can be played
    with one address again and again. ``operator`` shows the panel beside the signup. A real site has no such thing: it is there to watch the demo by.
    ``clock`` lets a wave set the clock that the door counts by. ``hash`` is Werkzeug's name for how passwords are hashed.
    ``command``, ``ports`` and ``sourced`` are for the panel: what to type in another terminal to reach this demo.
    """

    data: Path
    gate_url: str = "http://127.0.0.1:8100"
    sitekey: str = "fernpost"
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    operator: bool = True
    unique: bool = False
    clock: bool = False
    hash: str = "scrypt"
    command: str = "hushgate"
    ports: str = ""
    sourced: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Reads the environment; what is not set has its default."""
        return cls(
            data=Path(environ.get("FERNPOST_DATA", "fernpost-data")),
            gate_url=environ.get("FERNPOST_GATE_URL", cls.gate_url).rstrip("/"),
            sitekey=environ.get("FERNPOST_SITEKEY", cls.sitekey),
            secret=environ.get("FERNPOST_SECRET") or secrets.token_urlsafe(32),
            operator=environ.get("FERNPOST_OPERATOR", "1") != "0",
            unique=environ.get("FERNPOST_UNIQUE", "0") == "1",
            clock=environ.get("FERNPOST_CLOCK", "0") == "1",
            hash=environ.get("FERNPOST_HASH", cls.hash),
            command=environ.get("FERNPOST_COMMAND", cls.command),
            ports=environ.get("FERNPOST_PORTS", cls.ports),
            sourced=environ.get("FERNPOST_SOURCED", cls.sourced),
        )
