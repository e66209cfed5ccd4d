"""Draws the quiz of a session: which questions, and with which numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache

from hushgate.keys import b64, unb64
from hushgate.quiz.kinds import BYTES, KINDS, Box, Kind
from hushgate.quiz.traits import PER_QUIZ, Trait, pick

COMPUTED = 6
"""Questions that the gate works out by itself. Each is of another kind; all but one of the kinds need a layout."""

SEED_BYTES = 1 + COMPUTED * BYTES + PER_QUIZ
QUIZ_VERSION = "1"
"""Goes up with every change of what is drawn from a seed: a visit on record is judged by what it was asked."""

HOST = "all:initial!important;direction:ltr!important;position:fixed!important;contain:strict!important;visibility:hidden!important"
"""What holds the boxes: out of sight, out of the page's layout, and nothing of the page's styles comes in."""

_STRIDES = (1, 3, 7, 9)
"""Steps that come by every one of the kinds."""

Quiz = list[str | Box]
"""The style of what holds the boxes, and the boxes (collector_js/src/quiz.ts)."""


def make_seed(nonce: str, key: bytes) -> bytes:
    """The seed of a session's quiz: a keyed function of its nonce."""
    return hashlib.blake2b(nonce.encode(), key=key, digest_size=SEED_BYTES).digest()


def write_seed(seed: bytes) -> str:
    """A seed as a visit on record carries it."""
    return f"{QUIZ_VERSION}.{b64(seed)}"


def read_seed(text: str) -> bytes | None:
    """The seed of a record, None where it is of another version, or none."""
    version, _, encoded = text.partition(".")
    try:
        seed = unb64(encoded) if version == QUIZ_VERSION else b""
    except ValueError:
        return None
    return seed if len(seed) == SEED_BYTES else None


def drawn(seed: bytes) -> list[tuple[Kind, bytes]]:
    """The questions that are worked out, each with the bytes that its numbers come from."""
    return [(kind, seed[at : at + BYTES]) for at, kind in _order(seed[0])]


def right_answers(seed: bytes) -> list[tuple[float, ...]]:
    """The numbers in the right answers to these questions."""
    return [answer(seed[part]) for part, answer in _answers(seed[0])]


def right_numbers(seed: bytes) -> list[float]:
    """The same, one behind the other."""
    numbers: list[float] = []
    for part, answer in _answers(seed[0]):
        numbers += answer(seed[part])
    return numbers


@lru_cache(maxsize=256)
def _answers(first: int) -> list[tuple[slice, Callable[[bytes], tuple[float, ...]]]]:
    return [(slice(at, at + BYTES), kind.answer) for at, kind in _order(first)]


@lru_cache(maxsize=256)
def _order(first: int) -> list[tuple[int, Kind]]:
    """Which kinds are asked, each with where in the seed its bytes begin."""
    at, stride = first % len(KINDS), _STRIDES[first // len(KINDS) % len(_STRIDES)]
    return [(1 + number * BYTES, KINDS[(at + number * stride) % len(KINDS)]) for number in range(COMPUTED)]


def layouts(seed: bytes) -> list[bool]:
    """For each number of the right answers, whether the engine rounds it to its own unit."""
    return _layouts(seed[0])


@lru_cache(maxsize=256)
def _layouts(first: int) -> list[bool]:
    return [kind.layout for _, kind in _order(first) for _ in kind.answer(bytes(BYTES))]


def traits(seed: bytes) -> tuple[Trait, Trait]:
    """The questions that are looked up. Their answers come last."""
    return pick(seed[-2], seed[-1])


def ask(seed: bytes) -> Quiz:
    """The quiz as the page gets it."""
    quiz: Quiz = [HOST]
    for kind, numbers in drawn(seed):
        offset = len(quiz) - 1
        quiz += [(into + offset if into else 0, *rest) for into, *rest in kind.boxes(numbers)]  # type: ignore[misc]
    return [*quiz, *((0, trait.style, trait.what) for trait in traits(seed))]
