"""The figures in words, for CHECKS.md and ``hushgate checks``."""

from __future__ import annotations

from hushgate.calibration.figures import BOT_RATIO, COMMON_SHARE, COMMON_WEIGHT, HARD_SHARE, Calibration, Figure, Side
from hushgate.registry import Check, Tier


def about(calibration: Calibration) -> str:
    """What the figures are counted on, and what they mean."""
    return (
        f"**Where the weights come from.** {calibration.made}, `{calibration.command}`: {'; '.join(calibration.sources)}. "
        f"A finding that is {BOT_RATIO:,.0f} times likelier on a bot than on a person weighs 80, one that is 20 times likelier 50: what is left "
        f"of 100 shrinks as the likelihood ratio grows, so that joined findings multiply as ratios do. *Earned* is what is proved: the least "
        f"share of the bots over the largest share of the people, by Wilson intervals of 95 %. *At most* is the ratio itself, half a record "
        f"added to each count; no default is above it. A check that fires on over {HARD_SHARE:.1%} of the people is not hard, and one that "
        f"fires on over {COMMON_SHARE:.0%} weighs {COMMON_WEIGHT} at most. The people are made from observed browsers and the bots are few: "
        f"`hushgate calibrate` counts on your own visits.\n"
    )


def measured(check: Check, figure: Figure | None) -> str:
    """One check's figures, and why it ships with another weight than it has earned."""
    if figure is None:
        return "not yet"
    counts = f"fires on people {_side(figure.people)}, on bots {_side(figure.bots)}"
    if check.tier is Tier.NOTE:
        return f"{counts}; earned {figure.earned}."
    return f"{counts}; earned {figure.earned}, at most {figure.limit}. {_why(check, figure)}"


def _side(side: Side) -> str:
    if not side.judged:
        return "never judged"
    low, high = side.interval
    return f"{side.fired:,} of {side.judged:,} ({_percent(low)} to {_percent(high)} %)"


def _percent(share: float) -> str:
    return f"{100 * share:.2g}" if share < 0.995 else f"{100 * share:.0f}"


def _why(check: Check, figure: Figure) -> str:
    if check.tier is Tier.HARD:
        return "Hard by the standard that it quotes, not by counts."
    if figure.people.share > COMMON_SHARE:
        return f"It fires on over {COMMON_SHARE:.0%} of the people, and {COMMON_WEIGHT} is the most that such a check may weigh."
    if not figure.measured:
        return "Judged on too few records to be measured: it rests on its mechanism."
    if check.weight < figure.earned:
        return "It ships below what it has earned, for the people named above, of whom the records have too few."
    if check.weight > figure.earned:
        return "It ships above what is proved, on its mechanism: few of the bots on record show it."
    return "It ships with what it has earned."
