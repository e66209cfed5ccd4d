"""Weights by measurement: how often each check fires on people and on bots, and what that is worth. Never in a request."""

from __future__ import annotations

from hushgate.calibration.figures import Calibration, Figure, Side, weight_of, wilson
from hushgate.calibration.labels import Labelled, read_labelled
from hushgate.calibration.shipped import FILE, shipped, write
from hushgate.calibration.tally import Tally

__all__ = [
    "FILE",
    "Calibration",
    "Figure",
    "Labelled",
    "Side",
    "Tally",
    "read_labelled",
    "shipped",
    "weight_of",
    "wilson",
    "write",
]
