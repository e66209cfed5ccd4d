"""Answers to a quiz as a browser gives them, for tests that have no browser. tests/test_quiz.py holds them against the real ones."""

from __future__ import annotations

import math
from typing import Any

from hushgate.house import House
from hushgate.quiz.draw import drawn, traits

UNITS = {"blink": 64, "gecko": 60}


def answers(seed: bytes, engine: str = "blink", unit: float | None = None) -> list[str]:
    """What this engine would answer: right, and rounded to its unit, or to another where the screen's pixels are not the page's."""
    said = [_say(kind.name, kind.answer(numbers), unit or UNITS[engine]) for kind, numbers in drawn(seed)]
    return [*said, *(trait.answers[engine] for trait in traits(seed))]


def _say(kind: str, numbers: tuple[float, ...], unit: float) -> str:
    if kind == "rows":
        return f"{numbers[0]:g}"
    if kind == "matrix":
        return f"matrix({', '.join(f'{number:g}' for number in numbers)})"
    return " ".join(f"{math.floor(number * unit + 0.01) / unit:g}px" for number in numbers)


def answers_to(house: House, opened: dict[str, Any], engine: str = "blink") -> list[str]:
    """The answers to the quiz of a session, as ``POST /v1/session`` opened it."""
    seed = house.sessions.quiz(house.sessions.read(opened["session"]))
    assert seed is not None
    return answers(seed, engine)
