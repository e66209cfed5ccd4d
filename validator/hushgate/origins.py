"""Which page asks, and whether it is one of the site's. Its browser shows only that something failed: the operator is told which page it was."""

from __future__ import annotations

import logging
import time

from hushgate.caller import Caller
from hushgate.config import Site
from hushgate.errors import OriginRefused
from hushgate.house import House

log = logging.getLogger(__name__)
SILENCE = 60.0
"""Seconds between two lines about one site: anybody can have one written."""
_SHOWN = 100


class Strangers:
    """Logs pages that are none of a site's, one a site and minute."""

    def __init__(self, _house: House) -> None:
        self._told: dict[str, float] = {}

    def note(self, site: Site, page: str) -> None:
        """A page was refused. ``page`` is what the browser said of it."""
        now = time.monotonic()
        if now - self._told.get(site.key, -SILENCE) < SILENCE:
            return
        self._told[site.key] = now
        log.warning(
            "a page of %a asked with the key of the site %s, whose hostnames are %s: it was refused. "
            "If the page is yours, add its hostname to hostnames in [sites.%s]",
            page[:_SHOWN],
            site.key,
            ", ".join(site.hostnames),
            site.key,
        )


def check_origin(house: House, site: Site, caller: Caller) -> str:
    """The hostname of the page that asks. Raises OriginRefused where it is not one of the site's, or not told."""
    if caller.hostname in site.hostnames or ("*" in site.hostnames and caller.hostname):
        return str(caller.hostname)
    page = caller.origin or caller.hostname
    if page:
        house.room(Strangers).note(site, page)
    if caller.hostname is None:
        raise OriginRefused("neither Origin nor Referer says which page asks", "origin")
    raise OriginRefused("this page is not one of the site's hostnames", "origin")
