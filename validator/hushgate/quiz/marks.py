"""Marks the answers of a quiz: what is right, what is not, and which engine's hand it is.

An engine lays out in a unit of its own: Gecko in sixtieths of a CSS pixel (nscoord, gfx/src/AppUnits.h), Blink and WebKit in
sixty-fourths (LayoutUnit), of a CSS pixel or of the screen's. So lengths that do not come out even tell the engine, whatever its
version, and lengths that are exact were not laid out.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hushgate.quiz.draw import COMPUTED, drawn, traits
from hushgate.quiz.traits import PER_QUIZ

GECKO_UNIT = 60
BLINK_UNIT = 64
_LENGTH_MAX = 128
_GRAINS = [0.0, *(0.51 * 10.0 ** -min(digits, 6) for digits in range(1, _LENGTH_MAX))]
_SLACK, _SHARE = 0.5, 0.002
"""How far off an answer may be, in px and as a share: at a page zoom of 25 % one unit is 1/16 px, and a ratio multiplies it."""


class Length(Struct, frozen=True, gc=False):
    """A length as it was answered, what it is exactly, and half of its last digit."""

    said: float
    exact: float
    grain: float

    def fits(self, unit: float) -> bool:
        """Whether the answer is a whole number of ``1 / unit`` px, as far as its digits tell."""
        return _near(self.said, unit, self.grain)

    def between(self, units: Sequence[float]) -> bool:
        """Whether the exact length is between the steps of all these units, so that laying it out must change it."""
        return not any(_near(self.exact, unit, 2 * self.grain) for unit in units)

    @property
    def exact_as_said(self) -> bool:
        """Whether nothing was rounded but the last digit."""
        return abs(self.said - self.exact) <= self.grain


class Marks(Struct, frozen=True):
    """What became of a quiz.

    Of ``asked`` computed questions ``right`` were right and ``blank`` had no such answer; the others are wrong. ``lengths`` are those
    answers that do not come out even. ``traits`` says, for each question that is looked up, which engines give this answer.
    """

    asked: int
    right: int
    blank: int
    lengths: list[Length]
    traits: list[list[str]]

    @property
    def wrong(self) -> int:
        """Answers that are numbers, and not the right ones."""
        return self.asked - self.right - self.blank


def mark(seed: bytes, answers: Sequence[str]) -> Marks:
    """Marks the answers to the quiz of this seed. Never raises."""
    right = blank = 0
    lengths: list[Length] = []
    for (kind, numbers), answer in zip(drawn(seed), answers, strict=False):
        exact = kind.answer(numbers)
        words, values = _read(answer)
        if len(values) != len(exact):
            blank += 1
        elif _agree(values, exact):
            right += 1
            if kind.layout and "." in answer:
                parts = zip(words, values, exact, strict=True)
                lengths += [Length(value, true, _grain(word)) for word, value, true in parts if "." in word]
    blank += max(0, COMPUTED - len(answers))
    named = zip(traits(seed), answers[COMPUTED : COMPUTED + PER_QUIZ], strict=False)
    owners = [[engine for engine, own in trait.answers.items() if own == answer] for trait, answer in named]
    return Marks(COMPUTED, right, blank, lengths, owners)


def _agree(said: Sequence[float], exact: Sequence[float]) -> bool:
    if len(exact) == 1:
        return abs(said[0] - exact[0]) <= _SLACK + _SHARE * abs(exact[0])
    for value, true in zip(said, exact, strict=True):  # noqa: SIM110 - a generator takes twice as long
        if not abs(value - true) <= _SLACK + _SHARE * abs(true):  # in this order, so that "nan" is not right
            return False
    return True


def _read(answer: str) -> tuple[list[str], list[float]]:
    """The words of an answer and the numbers that they are. None of these in a style that is told as it was set."""
    if len(answer) > _LENGTH_MAX:
        return [], []
    words = answer[7:-1].split(", ") if answer.startswith("matrix(") else answer.split(" ")
    try:
        if len(words) == 1:
            return words, [float(answer.removesuffix("px"))]
        return words, [float(word.removesuffix("px")) for word in words]
    except ValueError:
        return [], []


def _grain(word: str) -> float:
    """Half of the last digit of a length with a fraction."""
    return _GRAINS[len(word) - word.index(".") - 3]  # the point and the unit


def _near(value: float, unit: float, slack: float) -> bool:
    steps = value * unit
    return abs(steps - round(steps)) <= slack * unit + 1e-9
