"""Which sites a backend's secret opens, and what the gate's log tells its operator of one that does not fit."""

from __future__ import annotations

import hmac
import logging

from hushgate.config import Site
from hushgate.errors import SecretRefused
from hushgate.house import House
from hushgate.keys import TEST_SECRET, hash_secret
from hushgate.seldom import Seldom

log = logging.getLogger(__name__)


class _Told(Seldom):
    """When it was told last that a secret was refused."""

    def __init__(self, _house: House) -> None:
        super().__init__()


class _Others(Seldom):
    """When it was told last of a backend that takes itself for another site."""

    def __init__(self, _house: House) -> None:
        super().__init__()


def note_other_site(house: House, site: Site, told: str) -> None:
    """A backend has the secret of ``site`` and says that it is ``told``."""
    if house.room(_Others).may(f"{site.key} {told}"):
        log.warning(
            "a backend with the secret of the site %s says that it is the site %a: it was answered for %s. Set HUSHGATE_SITE (the page's "
            "data-sitekey) and HUSHGATE_SECRET to those of one site, or its visitors have no verdict",
            site.key,
            told,
            site.key,
        )


def sites_of(house: House, secret: str) -> list[Site]:
    """The sites that a secret opens: one, or for the test secret those of the test keys. Raises SecretRefused."""
    if house.config.gate["test_keys"] and hmac.compare_digest(secret.encode(), TEST_SECRET.encode()):
        return [site for site in house.sites.values() if site.outcome]
    site = house.by_secret.get(hash_secret(secret))
    if site is None:
        raise refused(house, secret)
    return [site]


def refused(house: House, secret: str) -> SecretRefused:
    """The error, logged: the backend that was refused may go on without its gate, and say so in its own log only."""
    why = "the secret belongs to no site" if secret else "there is no secret"
    if house.room(_Told).may():
        log.warning(
            "a backend was refused (%s): if it is yours, set its HUSHGATE_SECRET to the secret of its site; until then "
            "every signup there is decided without a verdict",
            why,
        )
    return SecretRefused(why, "secret")
