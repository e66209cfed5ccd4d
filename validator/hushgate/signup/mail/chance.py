"""How likely it is that people alone come so close together."""

from __future__ import annotations

import math

RARE = 1e-6
"""A crowd that people alone would make less often than this is no chance."""
CROWD = 3
"""Fewer are none."""


def at_least(count: int, expected: float) -> float:
    """The probability of ``count`` or more where ``expected`` come on average (Poisson)."""
    below, term = 0.0, math.exp(-expected)
    for k in range(count):
        below += term
        term *= expected / (k + 1)
    return max(0.0, 1.0 - below)


def crowded(count: float, expected: float) -> bool:
    """Whether so many are a crowd, and no chance."""
    whole = math.floor(count)
    return whole >= CROWD and at_least(whole, expected) < RARE
