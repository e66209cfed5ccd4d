"""The quiz of the session: what was asked, and what became of the answers."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.core import Missing, derived
from hushgate.quiz import Marks, mark, read_seed
from hushgate.quiz.traits import table


@derived
def quiz_marks(opened: dict[str, str], quiz: list[str]) -> Marks | Missing:
    """The answers, held against what was asked."""
    if "quiz" not in opened:
        return Missing("no quiz was asked")
    seed = read_seed(opened["quiz"])
    return Missing("the quiz is of another version of the gate") if seed is None else mark(seed, quiz)


@derived
def quiz_engine(browser: Browser) -> str | Missing:
    """The engine that is claimed, where its ways of laying out have been measured: up to a version."""
    version = browser.chromium if browser.engine == "blink" else browser.major
    newest = table().versions.get(browser.engine)
    if newest is None or version is None or version > newest:
        return Missing(f"how {browser.words} lays out was not measured")
    return browser.engine
