"""Proof of browser: a small quiz, drawn anew for each session, that whoever lays out pages answers without effort.

The seed of a quiz is a keyed function of the session's nonce, so that the gate stores nothing and draws the same questions again
when the answers come. Questions and right answers follow from the seed alone: a visit on record carries it, and judges the same
everywhere. What it is worth, and what it is not, stands in docs/protocol.md, section 2: a cost, not a wall.
"""

from __future__ import annotations

from hushgate.quiz.draw import QUIZ_VERSION, ask, make_seed, read_seed, write_seed
from hushgate.quiz.marks import BLINK_UNIT, GECKO_UNIT, Length, Marks, all_fit, exact_as_said, fits, is_between, mark

__all__ = [
    "BLINK_UNIT",
    "GECKO_UNIT",
    "QUIZ_VERSION",
    "Length",
    "Marks",
    "all_fit",
    "ask",
    "exact_as_said",
    "fits",
    "is_between",
    "make_seed",
    "mark",
    "read_seed",
    "write_seed",
]
