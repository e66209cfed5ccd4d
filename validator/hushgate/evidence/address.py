"""What is known of the network that the visit came from."""

from __future__ import annotations

from hushgate.evidence.core import Missing, derived
from hushgate.visit import Network

_UNKNOWN = "the address is in no list"


@derived
def ip_country(network: Network) -> str | Missing:
    """The country of the address, ISO 3166 alpha-2, upper case."""
    return network.country.upper() if network.country else Missing("the address's country is not known")


@derived
def ip_kind(network: Network) -> str | Missing:
    """access, hosting, relay, vpn or tor."""
    return Missing(_UNKNOWN) if network.kind == "unknown" else network.kind


@derived
def ip_org(network: Network) -> str | Missing:
    """The name of the organisation that runs the network."""
    return network.org or Missing(_UNKNOWN)
