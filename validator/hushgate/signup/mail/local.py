"""The part before the @: whether it looks random, and what it may share with others."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from hushgate.data import read_list

LENGTH_MIN = 8
PREFIX = 3
YEARS = range(1930, 2030)
_DIGITS = re.compile(r"\d+", re.ASCII)
_MIXED = re.compile(r"[a-z]\d+[a-z]", re.ASCII)
ODD = -0.5
"""Bits a pair of letters by which names are likelier than chance: below it, letters are in no language's order."""
PAIRS_MIN = 4
_SEPARATORS = re.compile(r"[._\-']")
_TAIL = re.compile(r"(\D|^)(\d{2,9})$", re.ASCII)
_COMMON = {2: 60, 6: 20_000, 8: 20_000}
"""Numbers of so many digits that people choose from: the ends of years, and dates."""


class Number(NamedTuple):
    """The number that an address ends in, what stands before it, and how many such numbers people choose from."""

    stem: str
    value: int
    digits: int
    choices: int


def _inner_groups(local: str) -> int:
    """How many groups of digits stand before the end; marks between them part nothing: 16.7.1986 is one group."""
    plain = _SEPARATORS.sub("", local)
    groups = len(_DIGITS.findall(plain))
    return groups - bool(_DIGITS.match(plain[-1:]))


def looks_random(local: str) -> bool:
    """Digits scattered through it, in eight characters or more.

    That is two groups of them or more before the trailing one; or one group between letters whose order is no language's. Measured by tests/test_mail_names.py: none of 9,000 names of PyPI's Faker in 45 languages, transliterated and with numbers behind
    them, and nine of ten random strings of 12. Letters alone are never judged: noise in one language is a name in another.
    """
    if not _DIGITS.search(local):
        return False
    plain = _SEPARATORS.sub("", local)
    if len(plain) < LENGTH_MIN:
        return False
    return _inner_groups(local) >= 2 or (bool(_MIXED.search(plain)) and _odd(plain))


@cache
def _pairs() -> dict[tuple[str, str], float]:
    """Bits by which one letter is likelier behind another in names than by chance."""
    rows = (line.split() for line in read_list("letter_pairs.txt"))
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {(first, then): int(bits) / 10 for first, *row in rows for then, bits in zip(letters, row, strict=True)}


def _odd(plain: str) -> bool:
    known = [_pairs()[pair] for pair in pairwise(plain) if pair in _pairs()]
    return len(known) >= PAIRS_MIN and sum(known) / len(known) < ODD


def prefix(local: str) -> str:
    """The first three characters of a part that looks random, or mixes letters and digits there and has digits inside, else "".

    A name with numbers before or behind it has none, nor has a staff or student number (s1234567).
    """
    if not _DIGITS.search(local):
        return ""
    plain = _SEPARATORS.sub("", local)
    head = plain[:PREFIX]
    mixed = not head.isalpha() and not head.isdigit()
    inside = _inner_groups(local) > bool(_DIGITS.match(plain))
    return head if len(plain) >= LENGTH_MIN and ((mixed and inside) or looks_random(local)) else ""


def number(local: str) -> Number | None:
    """The number at the end, of 2 to 9 digits; None where there is none."""
    match = _TAIL.search(local) if local[-1:].isdigit() else None
    if not match:
        return None
    text = match.group(2)
    value, digits = int(text), len(text)
    choices = len(YEARS) if digits == 4 and value in YEARS else _COMMON.get(digits, 9 * 10 ** (digits - 1))
    return Number(local[: match.start(2)], value, digits, choices)
