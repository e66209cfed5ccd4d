"""What a browser would measure, for the made-up visitors of a wave: they have no page to lay boxes out in.

The gate's own arithmetic, rounded to the engine's unit, asked for by the wave of the one who runs both. A real site has no such thing.
"""

from __future__ import annotations

import math

from flask import Blueprint, Response, jsonify, request

from hushgate import Gate
from hushgate.errors import SessionRefused
from hushgate.quiz.draw import drawn, traits

PATH = "/operator/layout"
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


def blueprint(gate: Gate) -> Blueprint:
    """``POST /operator/layout`` with a session and an engine: the answers to its quiz."""
    pages = Blueprint("layout", __name__)

    @pages.post(PATH)
    def layout() -> Response | tuple[Response, int]:
        engine = request.form.get("engine", "blink")
        try:
            seed = gate.house.sessions.quiz(gate.house.sessions.read(request.form.get("session", "")))
        except SessionRefused as error:
            return jsonify({"error": f"session: {error}"}), 400
        return jsonify(answers(seed, engine if engine in UNITS else "blink") if seed else [])

    return pages
