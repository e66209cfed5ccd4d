"""The clock's zone, against the address and against the clock itself."""

from __future__ import annotations

from time import gmtime

from hushgate.evidence.privacy import Privacy
from hushgate.geo.zones import Fit, offsets, zone_fits
from hushgate.registry import Tier, check
from hushgate.signals import Clock


@check(
    "timezone-abroad",
    title="The clock is set to a zone that the address's country does not use",
    tier=Tier.SOFT,
    weight=15,
    flags=[
        {"timezone": "Europe/Moscow", "ip_country": "DE"},
        {"timezone": "Europe/Moscow", "ip_country": "PL"},
        {"timezone": "America/New_York", "ip_country": "FR"},
    ],
    passes=[
        {"timezone": "Europe/Moscow", "ip_country": "RU"},
        {"timezone": "Asia/Calcutta", "ip_country": "IN"},
        {"timezone": "Europe/Kiev", "ip_country": "UA"},
        {"timezone": "UTC", "ip_country": "DE"},
        {"timezone": "Europe/Paris", "ip_country": "DE"},
        {"timezone": "Mars/Olympus", "ip_country": "DE"},
    ],
    wrong_about="Travellers, and company VPNs that leave the network abroad: they trip it 8 times in 10. Never alone.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
)
def timezone_abroad(timezone: str, ip_country: str) -> str | None:
    """A proxy changes the address, not the clock of the machine behind it."""
    if zone_fits(timezone, ip_country) is Fit.ABROAD:
        return f"the clock says {timezone[:40]}, the address is in {ip_country}"
    return None


@check(
    "timezone-against-clock",
    title="The zone that is named is not the one that the clock follows",
    tier=Tier.SOFT,
    weight=40,
    flags=[{"timezone": "Europe/Moscow", "clock": {"january": 300, "july": 240}}],
    passes=[
        {"timezone": "Europe/Berlin", "clock": {"january": -60, "july": -120}},
        {"timezone": "Mars/Olympus", "clock": {"january": 0, "july": 0}},
        {"timezone": "Europe/Berlin", "clock": {}},
    ],
    wrong_about="Machines whose zone data is years old, where a country has changed its rules since.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
)
def timezone_against_clock(timezone: str, clock: Clock) -> str | None:
    """The name and the offsets come from one source; a script that overrides one forgets the other."""
    expected = offsets(timezone, gmtime().tm_year)
    if expected is None or clock.january is None or clock.july is None:
        return None
    if (clock.january, clock.july) == expected:
        return None
    return f"says {timezone[:40]}, but the clock is {-clock.january} and {-clock.july} minutes from UTC in winter and summer"


@check(
    "timezone-unknown",
    title="The time zone is none that exists",
    tier=Tier.NOTE,
    flags=[{"timezone": "Mars/Olympus"}],
    passes=[
        {"timezone": "Europe/Berlin"},
        {"timezone": "Asia/Calcutta"},
        {"timezone": "UTC"},
        {"timezone": "Etc/GMT+3"},
    ],
    wrong_about="Browsers newer than our zone data.",
)
def timezone_unknown(timezone: str) -> str | None:
    """Engines take the name from the IANA data, or make it UTC."""
    return None if offsets(timezone, gmtime().tm_year) else f"no zone is called {timezone[:40]!r}"
