"""Answers to a quiz as a browser gives them, for tests that have no browser. tests/test_quiz.py holds them against the real ones."""

from __future__ import annotations

from typing import Any

from hushgate.house import House
from hushgate_demo.layout import UNITS, answers

__all__ = ["UNITS", "answers", "answers_to"]


def answers_to(house: House, opened: dict[str, Any], engine: str = "blink") -> list[str]:
    """The answers to the quiz of a session, as ``POST /v1/session`` opened it."""
    seed = house.sessions.quiz(house.sessions.read(opened["session"]))
    assert seed is not None
    return answers(seed, engine)
