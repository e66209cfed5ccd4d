"""Which page asks, for which site, and whether it is one of that site's.

Its browser shows only that something failed: the operator is told which page it was.
"""

from __future__ import annotations

import logging

from hushgate.caller import Caller
from hushgate.config import Site
from hushgate.errors import OriginRefused, SiteUnknown
from hushgate.house import House
from hushgate.seldom import Seldom

log = logging.getLogger(__name__)
_SHOWN = 100
_UNKNOWN_MOST = 8


class Strangers:
    """Logs pages that are none of a site's, one a site and minute, and keys that no site has: anybody can have a line written."""

    def __init__(self, _house: House) -> None:
        self._pages, self._keys = Seldom(), Seldom(most=_UNKNOWN_MOST)

    def note(self, site: Site, page: str) -> None:
        """A page was refused. ``page`` is what the browser said of it."""
        if not self._pages.may(site.key):
            return
        log.warning(
            "a page of %a asked with the key of the site %s, whose hostnames are %s: it was refused. "
            "If the page is yours, add its hostname to hostnames in [sites.%s]",
            page[:_SHOWN],
            site.key,
            ", ".join(site.hostnames),
            site.key,
        )

    def note_key(self, key: str, page: str | None) -> None:
        """A page asked with a key that no site has."""
        if self._keys.may(key[:_SHOWN]):
            log.warning(
                "a page of %a asked with the key %a, which no site has: it was refused, and its visitors come without a verdict. "
                "If the page is yours, mend its data-sitekey, or HUSHGATE_SITE of the backend that writes the script tag",
                (page or "")[:_SHOWN],
                key[:_SHOWN],
            )


def find_site(house: House, key: str, caller: Caller) -> Site:
    """The site whose key a page asks with. Raises SiteUnknown."""
    try:
        return house.site(key)
    except SiteUnknown:
        house.room(Strangers).note_key(key, caller.origin or caller.hostname)
        raise


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
