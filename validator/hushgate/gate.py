"""The gate as a customer's backend holds it: ``Gate.from_env()``, then ``verify`` or ``admit``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hushgate import admission
from hushgate.admission import Admission, RequestLike
from hushgate.caller import read_caller
from hushgate.config import Config, Site, load
from hushgate.errors import Problem, SettingsError
from hushgate.house import House, open_house
from hushgate.verify import Verified, verify

SITE_VARIABLE = "HUSHGATE_SITE"


class Gate:
    """Verifies tokens in process, with the same keys and the same state as the gate that minted them."""

    def __init__(self, config: Config, *, site: str | None = None, **parts: Any) -> None:
        """``site`` is the site key; it may be left out where only one site is configured.

        Raises:
            SettingsError: there are no keys, or it is not clear which site this is.
        """
        self.house: House = open_house(config, **parts)
        self.site: Site = _choose(self.house, site)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, *, path: Path | None = None) -> Gate:
        """Reads the settings file and HUSHGATE_* (the site from HUSHGATE_SITE). Raises SettingsError."""
        return cls(load(path, environ), site=environ.get(SITE_VARIABLE))

    def verify(
        self, token: str, *, action: str | None = None, hostname: str | None = None, holder: str | None = None
    ) -> Verified:
        """Reads a token and holds it to this site, and to ``action`` and ``hostname`` where they are given.

        With a ``holder`` (anything that stands for this visitor) the token is leased: the same holder may come again until
        ``commit()``. Without one it is spent at once.

        Raises:
            TokenRefused: TokenMissing, TokenForged, TokenExpired, TokenMisdirected or TokenReplayed.
            StateLost: the state store is lost and the gate is set to refuse.
        """
        return verify(
            self.house,
            token,
            sites=frozenset({self.site.key}),
            action=action,
            hostname=hostname,
            holder=holder or "",
            spend=not holder,
        )

    def admit(self, request: RequestLike, *, token: str, action: str, hostname: str | None = None) -> Admission:
        """One decision for one signup, whatever happened to the token. Never raises.

        ``request`` is the framework's request (anything with a WSGI ``environ``).
        """
        caller = read_caller(request.environ, self.house.config.gate["trusted_proxies"])
        return admission.admit(self.house, self.site, caller, token=token, action=action, hostname=hostname)

    def close(self) -> None:
        """Closes the state store and the spool."""
        self.house.close()


def _choose(house: House, key: str | None) -> Site:
    sites = house.sites if key else house.config.sites
    if key in sites:
        return sites[key]
    if key is None and len(sites) == 1:
        return next(iter(sites.values()))
    what = f"no site has the key {key}" if key else f"{len(sites)} sites are configured, and none is chosen"
    raise SettingsError([Problem("environment", SITE_VARIABLE, what, "Name one of the sites in the settings file")])
