"""Recognises robots that say who they are, and holds them to it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.robots.names import Names
from hushgate.robots.networks import Networks
from hushgate.robots.register import Profile, Register, read_networks
from hushgate.visit import Robot

if TYPE_CHECKING:
    from hushgate.robots.signatures import Key


class Lookout:
    """What is known of robots. ``folder`` holds what the operator adds: ``ranges/<list>.json|.txt`` and ``keys/<host>.json``.

    Raises:
        ValueError: a file of the folder cannot be used; the message names it.
    """

    def __init__(self, folder: Path, names: Names | None = None) -> None:
        self.register = Register(_ranges(folder / "ranges"))
        self.keys = _keys(folder / "keys")
        self.names = names
        self._claimed = lru_cache(maxsize=2048)(self.register.claimed)

    def recognise(
        self, ip: str, headers: Mapping[str, str], scheme: str = "https", line: tuple[str, str] | None = None
    ) -> Robot | None:
        """The robot that a request says it comes from, with what became of that word; None for everybody else. Never waits."""
        robot = self._by_signature(headers, scheme, line) if "signature-input" in headers else None
        if robot is not None and robot.verified is not None:
            return robot
        profile = self._claimed(headers.get("user-agent", ""))
        return self._by_address(profile, ip) if profile else robot

    def _by_signature(self, headers: Mapping[str, str], scheme: str, line: tuple[str, str] | None) -> Robot | None:
        from hushgate.robots.signatures import verify

        signed = verify(headers, scheme, line, self.keys)
        if signed is None:
            return None
        by = f"by its signature, with a key of {signed.agent}" if signed.good else signed.why
        return Robot(signed.agent or "a signed robot", signed.agent, signed.good, by)

    def _by_address(self, profile: Profile, ip: str) -> Robot:
        packed = _packed(ip)
        if packed is None:
            return Robot(profile.name, profile.operator, None, "its address could not be read")
        listed = self.register.published(profile, packed)
        if listed:
            return Robot(profile.name, profile.operator, verified=True, by="by its published range")
        if profile.domains:
            return self._by_name(profile, str(ipaddress.ip_address(packed)))
        return Robot(
            profile.name, profile.operator, verified=False, by=f"{profile.operator} publishes no range with its address"
        )

    def _by_name(self, profile: Profile, ip: str) -> Robot:
        if self.names is None:
            return Robot(profile.name, profile.operator, None, "names of addresses are not looked up here")
        answer = self.names.known(ip, profile.domains)
        if answer is None:
            return Robot(profile.name, profile.operator, None, "the name of its address is still being looked up")
        if answer.name is None:
            return Robot(profile.name, profile.operator, None, answer.why)
        if answer.name:
            return Robot(profile.name, profile.operator, verified=True, by=f"by its address's name, {answer.name}")
        domains = " or ".join(profile.domains)
        return Robot(profile.name, profile.operator, verified=False, by=f"its address has no name in {domains}")

    def close(self) -> None:
        """Stops looking up names."""
        if self.names:
            self.names.close()


def _keys(folder: Path) -> dict[str, Key]:
    """The keys of every directory. The cryptography is loaded where there are any."""
    if not folder.is_dir():
        return {}
    from hushgate.robots.signatures import read_directories

    return {key: value for directory in read_directories(folder) for key, value in directory.items()}


def _ranges(folder: Path) -> dict[str, Networks]:
    files = sorted(path for path in folder.glob("*") if path.suffix in {".json", ".txt"})
    return {path.stem: read_networks(path) for path in files}


def _packed(ip: str) -> bytes | None:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    return (getattr(address, "ipv4_mapped", None) or address).packed
