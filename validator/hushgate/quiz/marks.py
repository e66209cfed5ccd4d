"""Marks the answers of a quiz: what is right, what is not, and which engine's hand it is.

An engine lays out in a unit of its own: Gecko in sixtieths of a CSS pixel (nscoord, gfx/src/AppUnits.h), Blink and WebKit in
sixty-fourths (LayoutUnit), of a CSS pixel or of the screen's. So lengths that do not come out even tell the engine, whatever its
version, and lengths that are exact were not laid out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from hushgate.quiz.draw import COMPUTED, drawn, layouts, right_answers, right_numbers, traits
from hushgate.quiz.traits import PER_QUIZ

GECKO_UNIT = 60
BLINK_UNIT = 64
_LENGTH_MAX = 160
"""Letters of an answer, and of all of them that are read at once; real ones together have some 100."""
_GRAINS = [0.0, *(0.51 * 10.0 ** -min(digits, 6) for digits in range(1, _LENGTH_MAX))]
_SLACK, _SHARE = 0.5, 0.002
"""How far off an answer may be, in px and as a share: at a page zoom of 25 % one unit is 1/16 px, and a ratio multiplies it."""


_numbers = msgspec.json.Decoder(list[float]).decode
"""Numbers as browsers write them are JSON's; it reads them in half the time that ``float`` takes."""

Length = tuple[float, float, float]
"""A length as it was answered, what it is exactly, and half of its last digit. A plain tuple: every visit has some eight of them."""


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
    given = answers[:COMPUTED]
    lengths = _all_at_once(given, right_numbers(seed), layouts(seed))
    right, blank = COMPUTED, 0
    if lengths is None:
        right, blank, lengths = _one_by_one(given, right_answers(seed), [kind.layout for kind, _ in drawn(seed)])
    named = zip(traits(seed), answers[COMPUTED : COMPUTED + PER_QUIZ])  # noqa: B905 - there may be fewer answers
    return Marks(COMPUTED, right, blank, lengths, [trait.owners.get(answer, []) for trait, answer in named])


def _all_at_once(given: Sequence[str], exact: Sequence[float], layouts: Sequence[bool]) -> list[Length] | None:
    """The lengths that do not come out even where all answers are right beyond doubt, as nearly everybody's are. None for the others."""
    text = ",".join(given).replace("px ", ",").replace("px", "")
    if "matrix" in text:
        text = text.replace("matrix(", "").replace(")", "")
    if len(given) != COMPUTED or len(text) > _LENGTH_MAX:
        return None
    try:
        said = _numbers(f"[{text}]")
    except (msgspec.DecodeError, UnicodeError):
        return None
    if len(said) != len(exact) or math.dist(said, exact) > _SLACK:
        return None
    return _uneven(text.split(","), said, exact, layouts)


def _one_by_one(
    given: Sequence[str], exact: Sequence[Sequence[float]], layouts: Sequence[bool]
) -> tuple[int, int, list[Length]]:
    """How many answers are right, how many are none, and the lengths among the right ones that do not come out even."""
    right, blank = 0, COMPUTED - len(given)
    lengths: list[Length] = []
    for answer, true, layout in zip(given, exact, layouts):  # noqa: B905 - there may be fewer answers
        words = _split(answer)
        said = _read(words)
        if len(said) != len(true):
            blank += 1
        elif _agree(said, true):
            right += 1
            lengths += _uneven(words, said, true, [layout] * len(words))
    return right, blank, lengths


def _uneven(
    words: Sequence[str], said: Sequence[float], exact: Sequence[float], layouts: Sequence[bool]
) -> list[Length]:
    """The lengths that do not come out even. All four are of one length."""
    return [
        (value, true, _GRAINS[len(word) - at])
        for word, value, true, layout in zip(words, said, exact, layouts)  # noqa: B905 - see above
        if layout and (at := word.find(".") + 1)
    ]


def exact_as_said(lengths: Sequence[Length]) -> list[Length]:
    """Those of which nothing was rounded but the last digit."""
    return [(said, exact, grain) for said, exact, grain in lengths if -grain <= said - exact <= grain]


def fits(length: Length, unit: float) -> bool:
    """Whether an answer is a whole number of ``1 / unit`` px, as far as its digits tell."""
    said, _, grain = length
    return _near(said, unit, grain)


def all_fit(lengths: Sequence[Length], unit: float) -> bool:
    """Whether every answer does."""
    for said, _, grain in lengths:  # noqa: SIM110 - a generator takes twice as long
        if not _near(said, unit, grain):
            return False
    return True


def is_between(length: Length, units: Sequence[float]) -> bool:
    """Whether the exact length is between the steps of all these units, so that laying it out must change it."""
    _, exact, grain = length
    return not any(_near(exact, unit, 2 * grain) for unit in units)


def _split(answer: str) -> list[str]:
    """The words of an answer, without their unit. None of these in one that is too long."""
    if len(answer) > _LENGTH_MAX:
        return []
    return answer[7:-1].split(", ") if answer.startswith("matrix(") else answer.replace("px", "").split(" ")


def _read(words: Sequence[str]) -> list[float]:
    """The numbers that these words are. None of them in a style that is told as it was set."""
    try:
        return list(map(float, words))
    except ValueError:
        return []


def _agree(said: Sequence[float], exact: Sequence[float]) -> bool:
    return all(abs(value - true) <= _SLACK + _SHARE * abs(true) for value, true in zip(said, exact, strict=True))


def _near(value: float, unit: float, slack: float) -> bool:
    steps = value * unit
    return abs(steps - round(steps)) <= slack * unit + 1e-9
