"""How a mail address is kept: as a keyed hash, unless the site says otherwise."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from hushgate.config import Site
from hushgate.keys import KeyRing, b64

PURPOSE = "mail address"
HASH_BYTES = 18


def site_key(ring: KeyRing, site: str) -> bytes:
    """The key that a site's addresses are hashed with: another for each site, so that they cannot be compared across sites."""
    return ring.derive(f"{PURPOSE} {site}", ring.newest.id) or b""


def keep(ring: KeyRing, site: Site, address: str) -> str:
    """What may be put on record of an address: ``mac:<key id>:<hash>``, the same for every spelling in capitals or not.

    The address itself where the site's setting ``mail.keep`` is "address".
    """
    layer = site.layers.get("mail")
    plain = address.strip().lower()
    if layer and layer.own["keep"] == "address":
        return plain
    hasher = _hasher(site_key(ring, site.key)).copy()
    hasher.update(plain.encode("utf-8", "surrogatepass"))
    return f"{_head(ring.newest.id)}{b64(hasher.digest())}"


def kept_under(key_id: str, kept: str) -> bool:
    """Whether what was put on record of an address is its hash under the key with this id."""
    return kept.startswith(_head(key_id))


def _head(key_id: str) -> str:
    return f"mac:{key_id}:"


@lru_cache(maxsize=64)
def _hasher(key: bytes) -> blake2b:
    return blake2b(key=key, digest_size=HASH_BYTES)
