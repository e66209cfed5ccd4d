"""The quiz of the session: boxes drawn anew each time, which whoever lays out pages measures without effort.

A cost and not a wall: the rules of layout can be written down in a script, as the gate has done itself. So none of these decides
alone, and a quiz that was passed is no proof of a person.
"""

from __future__ import annotations

from typing import Any

from hushgate.quiz import BLINK_UNIT, GECKO_UNIT, Length, Marks, all_fit, exact_as_said, fits, is_between
from hushgate.registry import Tier, check
from hushgate.signals import Screen

_GECKO_UNITS = [float(GECKO_UNIT)]
_CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
_NEWER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/999.0.0.0 Safari/537.36"
_SEED = "1.bJL7c2RJhCtofN2CyDCSi8mmFq00JR1m9zZZxUyUsPCBKe8ohKoIG46oI8xncisTNJwz6ehYqrD9J2HmAKDz"
_MATRIX = "matrix(1.19543, 0.104587, 2.32898, 1.60911, 0, 0)"
# What Chromium 156 and Firefox 153 answered to this seed, and what comes of it without a layout unit.
_BY_CHROMIUM = [
    *("264.656px", "142.312px", "19.375px 46.9062px 55px 140.719px", _MATRIX, "73", "155.469px"),
    *('"de"', "-webkit-center"),
]
_BY_FIREFOX = [
    *("264.65px", "142.3px", "19.3833px 46.9px 55px 140.717px", _MATRIX, "73", "155.467px"),
    *("undefined", "-moz-center"),
]
_BY_ARITHMETIC = [
    *("264.66px", "142.3px", "19.39px 46.9025px 55px 140.7075px", _MATRIX, "73", "155.4754px"),
    *('"de"', "-webkit-center"),
]
_NO_LAYOUT = ["21%", "auto", "8% 1fr 55px 3fr", "none", "0", "calc(61% + 4px)", "", "start"]


def _asked(quiz: list[str], agent: str = _CHROME, **more: Any) -> dict[str, Any]:
    return {"opened": {"quiz": _SEED}, "quiz": quiz, "user_agent": agent, **more}


@check(
    "quiz-unanswered",
    title="The quiz of the session was not answered",
    tier=Tier.SOFT,
    weight=50,
    flags=[
        {"opened": {"quiz": _SEED}, "missing": {"quiz": "left out"}},
        {"opened": {"quiz": _SEED}, "missing": {"quiz": "timeout"}},
    ],
    passes=[
        {"opened": {"quiz": _SEED}, "missing": {}},
        {"opened": {"address": "same"}, "missing": {"quiz": "left out"}},
    ],
    wrong_about="People whose page still has a collector of before the quiz: from the browser's cache for a day after an upgrade, "
    "or bundled by the site.",
)
def quiz_unanswered(opened: dict[str, str], missing: dict[str, str]) -> str | None:
    """The collector answers at once and in every page, so there is no reason that could not be made up."""
    if "quiz" not in opened or "quiz" not in missing:
        return None
    return f"was asked a quiz and gave no answer ({missing['quiz']})"


@check(
    "quiz-blank",
    title="Nothing was laid out where boxes were to be measured",
    tier=Tier.SOFT,
    weight=60,
    flags=[_asked(_NO_LAYOUT), _asked([]), _asked(["", "", "", "", "73", ""])],
    passes=[_asked(_BY_CHROMIUM), _asked(_BY_FIREFOX, _FIREFOX), _asked(["auto", *_BY_CHROMIUM[1:]])],
    wrong_about="Pages inside a frame that is not shown: nobody sends a form from there, but data-when=load may ask.",
)
def quiz_blank(quiz_marks: Marks) -> str | None:
    """A page that a script has made up has styles and no sizes."""
    if quiz_marks.blank < 2:
        return None
    return f"{quiz_marks.blank} of {quiz_marks.asked} boxes have no size"


@check(
    "quiz-wrong",
    title="Boxes measure what no browser makes of them",
    tier=Tier.SOFT,
    weight=70,
    flags=[
        _asked(["264px", "100px", "19px 47px 55px 12px", _MATRIX, "0", "1px"]),
        _asked([*_BY_CHROMIUM[:4], "auto", "1px"]),
        _asked(["0", "0", "0px 0px 0px 0px", "matrix(1, 0, 0, 1, 0, 0)", "0", "0"]),
    ],
    passes=[
        _asked(_BY_CHROMIUM),
        _asked(_BY_FIREFOX, _FIREFOX),
        _asked(["264.7px", "142px", "19px 47px 55px 141px", _MATRIX, "73", "155px"]),
        _asked([*_BY_CHROMIUM[:5], "200px"]),
        _asked(_NO_LAYOUT),
    ],
    wrong_about="Nobody known: the questions are older than the oldest browser that runs the collector, and allow for any zoom.",
)
def quiz_wrong(quiz_marks: Marks) -> str | None:
    """The sizes follow from the standards, the same in every browser; answers to another session's quiz are wrong ones."""
    if quiz_marks.asked - quiz_marks.right < 2 or quiz_marks.wrong < max(1, quiz_marks.blank):
        return None
    return f"{quiz_marks.wrong} of {quiz_marks.asked} boxes do not measure what they do in every browser"


@check(
    "quiz-other-engine",
    title="The quiz was answered as by another engine",
    tier=Tier.SOFT,
    weight=65,
    flags=[_asked(_BY_FIREFOX), _asked(_BY_CHROMIUM, _FIREFOX), _asked([*_BY_CHROMIUM[:6], *_BY_FIREFOX[6:]])],
    passes=[
        _asked(_BY_CHROMIUM),
        _asked(_BY_FIREFOX, _FIREFOX),
        _asked(_BY_FIREFOX, _NEWER),
        _asked(_BY_CHROMIUM[:6]),
        _asked([*_BY_CHROMIUM[:7], _BY_FIREFOX[7]]),
    ],
    wrong_about="Firefox users who pose as Chrome to be let in by a site.",
)
def quiz_other_engine(quiz_marks: Marks, quiz_engine: str, screen: Screen | None = None) -> str | None:
    """How an engine prints old values, and the unit that it lays out in, are compiled in."""
    if _are_all_others(quiz_marks.traits, quiz_engine):
        return "styles print as another engine's"
    lengths = quiz_marks.lengths
    if len(lengths) < 4:
        return None
    gecko = quiz_engine == "gecko"
    other = _blink_units(screen) if gecko else _GECKO_UNITS
    for unit in other:
        if all_fit(lengths, unit):
            break
    else:
        return None
    own = _GECKO_UNITS if gecko else _blink_units(screen)
    odd = min(sum(not fits(one, unit) for one in lengths) for unit in own)
    return f"lengths come in another engine's steps ({_words(lengths)})" if odd > 1 else None


@check(
    "quiz-too-exact",
    title="Lengths are more exact than the engine's own steps",
    tier=Tier.SOFT,
    weight=60,
    flags=[_asked(_BY_ARITHMETIC)],
    passes=[_asked(_BY_CHROMIUM), _asked(_BY_FIREFOX, _FIREFOX), _asked(_BY_ARITHMETIC, _NEWER)],
    wrong_about="Nobody in the versions that were measured; newer ones are not judged.",
)
def quiz_too_exact(quiz_marks: Marks, quiz_engine: str, screen: Screen | None = None) -> str | None:
    """Who works the answers out has them exactly. Who lays them out has them in sixtieths or sixty-fourths of a pixel."""
    if len(exact_as_said(quiz_marks.lengths)) < 3:  # most visits end here, before the slower question
        return None
    units = [GECKO_UNIT, *_blink_units(screen)]
    telling = [one for one in quiz_marks.lengths if is_between(one, units)]
    if len(telling) < 3 or len(exact_as_said(telling)) < len(telling):
        return None
    return f"lengths are exact, and {quiz_engine} rounds them ({_words(telling)})"


def _are_all_others(traits: list[list[str]], engine: str) -> bool:
    """Whether all answers are known ones of other engines. Most visits end at the first of them."""
    for owners in traits:
        if not owners or engine in owners:
            return False
    return len(traits) > 1


def _blink_units(screen: Screen | None) -> list[float]:
    """Of a CSS pixel, and of the screen's, where it says how many make one."""
    ratio = screen.pixel_ratio if screen else None
    return [BLINK_UNIT, BLINK_UNIT * ratio] if ratio else [BLINK_UNIT]


def _words(lengths: list[Length]) -> str:
    return ", ".join(f"{said:g} px" for said, _, _ in lengths[:3])
