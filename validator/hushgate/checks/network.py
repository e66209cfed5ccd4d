"""The network that the address belongs to."""

from __future__ import annotations

from hushgate.registry import Tier, check


@check(
    "datacenter-address",
    title="The address belongs to a hosting network",
    tier=Tier.SOFT,
    weight=15,
    flags=[{"network": {"kind": "hosting", "org": "Hetzner Online GmbH"}}],
    passes=[{"network": {"kind": "access"}}, {"network": {"kind": "relay"}}, {"network": {"kind": "unknown"}}],
    wrong_about="People behind a company's cloud proxy or a VPN of their own. Never alone.",
)
def datacenter_address(ip_kind: str, ip_org: str = "") -> str | None:
    """Servers live there, and people do not."""
    if ip_kind != "hosting":
        return None
    return f"the address belongs to a hosting network{': ' + ip_org[:60] if ip_org else ''}"


@check(
    "anonymous-address",
    title="The address is a VPN's or Tor's",
    tier=Tier.NOTE,
    flags=[{"network": {"kind": "vpn"}}, {"network": {"kind": "tor"}}],
    passes=[{"network": {"kind": "access"}}, {"network": {"kind": "relay"}}],
    wrong_about="Everybody who values privacy: it is noted, and scores nothing.",
)
def anonymous_address(ip_kind: str) -> str | None:
    """Worth knowing in a wave, and no reason to doubt one visit."""
    return (
        f"the address is {'that of a VPN' if ip_kind == 'vpn' else 'an exit of Tor'}"
        if ip_kind in ("vpn", "tor")
        else None
    )
