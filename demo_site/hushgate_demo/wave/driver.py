"""What a driver that hides well leaves behind: recorded interactions of one that types, clicks, fills and sets fields.

They are those of ``tests/visits/bots/hidden-driver-*.json``, in a browser whose surroundings give nothing away.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hushgate.evidence.grease import grease, place
from hushgate_demo.wave.people import USER_AGENT
from hushgate_demo.wave.visitor import ROOMS, Visitor, brand_list

MAJORS = (153, 154, 155, 156)
"""The versions of the fourth seed's four user agents, which it sends in turn."""
INTERACTIONS: tuple[dict[str, Any], ...] = (
    {
        "bound": True,
        "form_ms": 3240.2,
        "moves": 5,
        "downs": 4,
        "clicks": 4,
        "keydowns": 47,
        "keyups": 47,
        "inputs": 47,
        "focuses": 4,
        "mouse": 4,
        "typed": 47,
        "filled": 3,
        "shiftless": 4,
        "dwell": {"n": 47, "p10": 62.9, "p50": 63.7, "p90": 66.4, "cv": 0.07},
        "flight": {"n": 46, "p10": 1.2, "p50": 1.7, "p90": 3.5, "cv": 1.67},
        "raw": 4,
        "coalesced_moves": 5,
        "fractional": 12,
        "whole_gaps": 1,
        "gaps": 4,
        "presses": {"n": 4, "centred": 4, "held_p50": 0.1, "held_min": 0.0, "moves_before_min": 1},
    },
    {
        "bound": True,
        "form_ms": 117.3,
        "moves": 2,
        "downs": 1,
        "clicks": 1,
        "inputs": 3,
        "focuses": 4,
        "mouse": 1,
        "bulk": 3,
        "filled": 3,
        "raw": 1,
        "coalesced_moves": 2,
        "fractional": 3,
        "gaps": 1,
        "presses": {"n": 1, "centred": 1, "held_p50": 1.3, "held_min": 1.3, "moves_before_min": 1},
    },
    {
        "bound": True,
        "clicks": 1,
        "untrusted": 1,
        "scripted": 3,
        "filled": 3,
        "presses": {"n": 1, "detail0": 1, "negative": 1},
    },
    {
        "bound": True,
        "form_ms": 4169.7,
        "moves": 1,
        "downs": 1,
        "clicks": 1,
        "keydowns": 47,
        "keyups": 47,
        "inputs": 47,
        "focuses": 4,
        "mouse": 1,
        "typed": 47,
        "filled": 3,
        "shiftless": 4,
        "dwell": {"n": 47, "p10": 83.0, "p50": 83.6, "p90": 88.1, "cv": 0.03},
        "flight": {"n": 46, "p10": 1.3, "p50": 1.6, "p90": 3.4, "cv": 1.67},
        "raw": 1,
        "coalesced_moves": 1,
        "fractional": 3,
        "presses": {"n": 1, "centred": 1, "held_p50": 1.2, "held_min": 1.2, "moves_before_min": 1},
    },
)


def drive(random: Random, visitor: Visitor) -> Visitor:
    """The same visitor with a driver's hand on the form."""
    interaction = random.choice(INTERACTIONS)
    seconds = max(interaction.get("form_ms", 0) / 1000, random.uniform(0.8, 1.6))
    return replace(visitor, signals={**visitor.signals, "interaction": interaction}, seconds=seconds)


def with_user_agent(visitor: Visitor, number: int) -> Visitor:
    """The same visitor as one of four Chromes: user agent, brands and headers agree in every room."""
    major = MAJORS[number % len(MAJORS)]
    made_up = grease(major)
    brands = [{"brand": name, "version": str(major)} for name in ("Chromium", "Google Chrome")]
    brands.insert(place(major), {"brand": made_up.brand, "version": made_up.version})
    hints = {**visitor.signals["client_hints"], "brands": brands, "full_versions": [_full(one) for one in brands]}
    own = {"user_agent": USER_AGENT.replace("156", str(major)), "client_hints": hints}
    rooms = {room: {**visitor.signals[room], **own} for room in ROOMS}
    sent = {"User-Agent": own["user_agent"], "sec-ch-ua": brand_list(brands)}
    headers = [(name, str(sent.get(name, value))) for name, value in visitor.headers]
    return replace(visitor, headers=headers, signals={**visitor.signals, **rooms, **own})


def _full(brand: dict[str, str]) -> dict[str, str]:
    return {**brand, "version": f"{brand['version']}.0.0.0"}
