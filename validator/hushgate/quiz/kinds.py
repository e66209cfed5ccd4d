"""The kinds of questions whose answers the gate works out by itself, whatever the browser is called.

A kind draws boxes from ten bytes, and says what the last of them measures. Numbers only: no text (fonts differ), no borders (they
snap to the screen's pixels), no em (people set a smallest font size), no scrollbars, no colours (people force theirs), nothing that
is younger than the oldest browser that the collector runs in (aspect-ratio: Chromium 88, Firefox 89, Safari 15).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from hushgate.quiz.lengths import spell

Box = tuple[int, str] | tuple[int, str, str]
"""The number of the box that it goes into (0 is what holds them all), its style, and what is asked of it."""

BYTES = 10
"""What one question is drawn from."""


class Kind(NamedTuple):
    """One kind of question: its boxes, numbered from 1, and the numbers in the right answer, in px where they are lengths."""

    name: str
    boxes: Callable[[bytes], list[Box]]
    answer: Callable[[bytes], tuple[float, ...]]
    layout: bool = True
    """Whether the answer is a length that the engine rounds to its own unit."""


def _grow_boxes(b: bytes) -> list[Box]:
    return [
        (0, f"display:flex;width:{spell(200 + b[0], b[8])};column-gap:{b[7] % 12}px"),
        (1, f"flex:{1 + b[1] % 6} 1 {b[4] % 40}px"),
        (1, f"flex:{1 + b[2] % 6} 0 {b[5] % 40}px"),
        (1, f"flex-grow:{2 + b[3] % 5};flex-basis:{spell(b[6] % 40 + 1, b[9])}", "width"),
    ]


def _grow(b: bytes) -> tuple[float, ...]:
    """What is left of a row goes to its boxes by their share (https://www.w3.org/TR/css-flexbox-1/#resolve-flexible-lengths)."""
    basis, share = b[6] % 40 + 1, 2 + b[3] % 5
    free = 200 + b[0] - b[4] % 40 - b[5] % 40 - basis - 2 * (b[7] % 12)
    return (basis + free * share / (2 + b[1] % 6 + b[2] % 6 + share),)


def _shrink_boxes(b: bytes) -> list[Box]:
    return [
        (0, f"display:flex;width:{spell(200 + b[0] % 100, b[7])}"),
        (1, f"flex:0 {2 + b[1] % 3} {110 + b[4] % 90}px"),
        (1, f"flex:{b[8] % 5} {2 + b[2] % 3} {spell(110 + b[5] % 90, b[9])}"),
        (1, f"flex-shrink:{2 + b[3] % 3};width:{110 + b[6] % 90}px", "width"),
    ]


def _shrink(b: bytes) -> tuple[float, ...]:
    """What is too much is taken by share and by size; the numbers leave something of every box."""
    one, two, last = 110 + b[4] % 90, 110 + b[5] % 90, 110 + b[6] % 90
    part = (2 + b[3] % 3) * last
    over = one + two + last - 200 - b[0] % 100
    return (last - over * part / ((2 + b[1] % 3) * one + (2 + b[2] % 3) * two + part),)


def _tracks_boxes(b: bytes) -> list[Box]:
    columns = f"{5 + b[2] % 20}% {1 + b[3] % 6}fr {spell(1 + b[4] % 60, b[7])} {1 + b[5] % 6}fr"
    style = f"display:grid;width:{spell(240 + b[0], b[8])};grid-template-columns:{columns};column-gap:{b[1] % 12}px"
    return [(0, style, "gridTemplateColumns")]


def _tracks(b: bytes) -> tuple[float, ...]:
    """A grid's columns, once they are laid out (https://www.w3.org/TR/css-grid-1/#resolved-track-list)."""
    width, fixed = 240 + b[0], 1 + b[4] % 60
    share = width * (5 + b[2] % 20) / 100
    one, two = 1 + b[3] % 6, 1 + b[5] % 6
    each = (width - share - fixed - 3 * (b[1] % 12)) / (one + two)
    return (share, each * one, fixed, each * two)


def _inset_boxes(b: bytes) -> list[Box]:
    inset = f"{1 + b[2] % 30}% {spell(b[3] % 60, b[6])} {b[4] % 40}px {1 + b[5] % 30}%"
    inner = f"{40 + b[7] % 40}% + {b[8] % 20}px"
    name = "width" if b[9] & 1 else "height"
    return [
        (0, f"position:relative;width:{200 + b[0]}px;height:{150 + b[1]}px"),
        (1, f"position:absolute;inset:{inset}"),
        (2, f"{name}:calc({inner})", name),
    ]


def _inset(b: bytes) -> tuple[float, ...]:
    width = (200 + b[0]) * (99 - b[5] % 30) / 100 - b[3] % 60
    height = (150 + b[1]) * (99 - b[2] % 30) / 100 - b[4] % 40
    return ((width if b[9] & 1 else height) * (40 + b[7] % 40) / 100 + b[8] % 20,)


def _ratio_boxes(b: bytes) -> list[Box]:
    return [
        (0, f"width:{spell(150 + b[0], b[4])}"),
        (1, f"width:{20 + b[1] % 70}%;aspect-ratio:{7 + b[2] % 11}/{5 + b[3] % 9}", "height"),
    ]


def _ratio(b: bytes) -> tuple[float, ...]:
    return ((150 + b[0]) * (20 + b[1] % 70) / 100 * (5 + b[3] % 9) / (7 + b[2] % 11),)


def _centred_boxes(b: bytes) -> list[Box]:
    return [
        (0, f"width:{spell(300 + b[0], b[3])}"),
        (1, f"padding:0 {1 + b[1] % 12}%"),
        (2, f"width:{spell(20 + b[2] % 180, b[4])};margin:0 auto", "marginLeft"),
    ]


def _centred(b: bytes) -> tuple[float, ...]:
    return (((300 + b[0]) * (98 - 2 * (b[1] % 12)) / 100 - 20 - b[2] % 180) / 2,)


def _rows_boxes(b: bytes) -> list[Box]:
    style = f"display:flex;flex-wrap:wrap;align-items:flex-start;align-content:flex-start;position:relative;width:{100 + b[0] % 120}px"
    sizes = [f"flex:none;width:{30 + n % 90}px;height:{5 + n // 16}px" for n in b[2:7]]
    return [
        (0, f"{style};padding-top:{spell(9 + b[1] % 40, b[7])}"),
        *((1, one) for one in sizes[:-1]),
        (1, sizes[-1], "offsetTop"),
    ]


def _rows(b: bytes) -> tuple[float, ...]:
    """Boxes that no longer fit go into the next row, which begins below the highest of the row before."""
    room, top, high, used = 100 + b[0] % 120, 9 + b[1] % 40, 0, 0
    for n in b[2:7]:
        width, height = 30 + n % 90, 5 + n // 16
        if used and used + width > room:
            top, high, used = top + high, 0, 0
        used += width
        if height > high:  # noqa: PLR1730 - max() takes as long as the rest of it
            high = height
    return (top,)


def _clamp_boxes(b: bytes) -> list[Box]:
    most = f"{60 + b[1] % 20}% + {b[2] % 30}px"
    return [
        (0, f"width:{spell(150 + b[0], b[5])}"),
        (1, f"width:clamp({10 + b[3] % 90}px,{10 + b[4] % 70}% - {b[6] % 9}px,{most})", "width"),
    ]


def _clamp(b: bytes) -> tuple[float, ...]:
    width = 150 + b[0]
    most = width * (60 + b[1] % 20) / 100 + b[2] % 30
    return (max(10 + b[3] % 90, min(width * (10 + b[4] % 70) / 100 - b[6] % 9, most)),)


def _turned_boxes(b: bytes) -> list[Box]:
    mode = ("vertical-rl", "vertical-lr", "horizontal-tb")[b[4] % 3]
    size = f"inline-size:{21 + b[2] % 70}%;block-size:{21 + b[3] % 70}%"
    return [
        (0, f"writing-mode:{mode};width:{spell(150 + b[0], b[6])};height:{150 + b[1]}px"),
        (1, size, "width" if b[5] & 1 else "height"),
    ]


def _turned(b: bytes) -> tuple[float, ...]:
    """Where lines run downwards, a box is as long as it is high (https://www.w3.org/TR/css-writing-modes-4/#logical-to-physical)."""
    wide = b[5] & 1
    along = bool(wide) == (b[4] % 3 == 2)
    return ((150 + b[0 if wide else 1]) * (21 + b[2 if along else 3] % 70) / 100,)


def _matrix_boxes(b: bytes) -> list[Box]:
    """No shift: Firefox tells lengths in it as the page's own zoom makes them."""
    turn, skew = 5 + b[0] % 80, 5 + b[3] % 60
    return [
        (
            0,
            f"transform:rotate({turn}deg) scale({(3 + b[1] % 30) / 10},{(3 + b[2] % 30) / 10}) skewX({skew}deg)",
            "transform",
        )
    ]


def _matrix(b: bytes) -> tuple[float, ...]:
    """One matrix for all three (https://www.w3.org/TR/css-transforms-1/#mathematical-description)."""
    turn, slope = math.radians(5 + b[0] % 80), math.tan(math.radians(5 + b[3] % 60))
    sine, cosine, across, down = math.sin(turn), math.cos(turn), (3 + b[1] % 30) / 10, (3 + b[2] % 30) / 10
    one, two = cosine * across, sine * across
    return (one, two, one * slope - sine * down, two * slope + cosine * down, 0.0, 0.0)


KINDS = (
    Kind("grow", _grow_boxes, _grow),
    Kind("shrink", _shrink_boxes, _shrink),
    Kind("tracks", _tracks_boxes, _tracks),
    Kind("inset", _inset_boxes, _inset),
    Kind("ratio", _ratio_boxes, _ratio),
    Kind("centred", _centred_boxes, _centred),
    Kind("rows", _rows_boxes, _rows, layout=False),
    Kind("clamp", _clamp_boxes, _clamp),
    Kind("turned", _turned_boxes, _turned),
    Kind("matrix", _matrix_boxes, _matrix, layout=False),
)
