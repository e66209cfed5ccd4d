"""Which site a command is about."""

from __future__ import annotations

from hushgate.config import Config, Site
from hushgate.errors import HushgateError


def choose_site(config: Config, key: str | None) -> Site:
    """The site with this key, or the only one. Raises HushgateError where it is not clear which."""
    keys = [key] if key else list(config.sites)
    if len(keys) != 1 or keys[0] not in config.sites:
        raise HushgateError(f"name one of the sites with --site: {', '.join(config.sites) or 'none is configured'}")
    return config.sites[keys[0]]
