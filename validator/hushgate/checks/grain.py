"""The grain of time: in what steps the clock of the input goes."""

from __future__ import annotations

from hushgate.registry import Tier, check
from hushgate.signals import Interaction, Spread

_PERSON = {
    "dwell": {"n": 45, "p10": 76.0, "p50": 104.0, "p90": 141.0, "cv": 0.25},
    "flight": {"n": 41, "p10": 25.0, "p50": 85.0, "p90": 244.0, "cv": 1.21},
    "gaps": 82,
    "whole_gaps": 82,
    "presses": {"n": 3, "held_p50": 80.0, "held_min": 70.0},
}
_DRIVEN = {
    "dwell": {"n": 47, "p10": 62.9, "p50": 63.7, "p90": 66.4, "cv": 0.07},
    "gaps": 4,
    "whole_gaps": 1,
    "presses": {"n": 4, "held_p50": 0.1, "held_min": 0.0},
}


_CLOSE = 0.05
"""Times are sent to a tenth of a millisecond."""


def _between(milliseconds: float | None) -> bool:
    return milliseconds is not None and abs(milliseconds - round(milliseconds)) > _CLOSE


def _times(interaction: Interaction) -> list[float]:
    """Every length of time that was kept of single events: keys held, pauses between keys, buttons held. None at all tells nothing."""
    spreads: list[Spread] = [one for one in (interaction.dwell, interaction.flight) if one is not None]
    times = [time for one in spreads for time in (one.p10, one.p50, one.p90)]
    held = interaction.presses.held_p50 if interaction.presses else None
    return [time for time in (*times, held) if time is not None and time > _CLOSE]


def _off(interaction: Interaction) -> str | None:
    times = _times(interaction)
    odd = sum(map(_between, times)) + interaction.gaps - interaction.whole_gaps
    total = len(times) + interaction.gaps
    if odd < 2 or odd * 2 <= total:
        return None
    return f"{odd} of {total} times are between the milliseconds in which this machine counts"


@check(
    "input-off-the-beat",
    title="Keys, mouse or fingers do not keep the time of the machine they are said to be on",
    tier=Tier.SOFT,
    weight=80,
    flags=[
        {"x_window": True, "interaction": _DRIVEN},
        {
            "x_window": True,
            "interaction": {
                "dwell": {"n": 48, "p10": 0.0, "p50": 0.0, "p90": 0.1, "cv": 1.95},
                "flight": {"n": 47, "p10": 0.0, "p50": 0.0, "p90": 0.1, "cv": 4.66},
                "presses": {"n": 5, "held_p50": 2.7},
            },
        },
        {"x_window": True, "interaction": {"gaps": 196, "whole_gaps": 20, "presses": {"n": 4, "held_p50": 94.3}}},
        {
            "x_window": True,
            "interaction": {"touch": 4, "gaps": 7, "whole_gaps": 1, "presses": {"n": 4, "held_p50": 69.4}},
        },
    ],
    passes=[
        {"x_window": True, "interaction": _PERSON},
        {"interaction": _DRIVEN},
        {"x_window": True, "interaction": {"presses": {"n": 1, "held_p50": 1.3}}},
        {"x_window": True, "interaction": {**_PERSON, "whole_gaps": 70}},
        {
            "x_window": True,
            "interaction": {"touch": 4, "gaps": 7, "whole_gaps": 7, "presses": {"n": 4, "held_p50": 95.0}},
        },
    ],
    wrong_about="People whose browser runs on one machine and its X server on another (ssh -X): the browser then goes by its own clock.",
)
def input_off_the_beat(x_window: bool, interaction: Interaction) -> str | None:
    """An X server stamps its events with whole milliseconds, and Chromium hands the stamp on; what a driver sends has none.

    Source: the X protocol's TIMESTAMP, and ValidateEventTimeClock in Chromium (ui/events), which keeps it where it is plausible.
    """
    return _off(interaction) if x_window else None


@check(
    "input-off-the-likely-beat",
    title="Keys, mouse or fingers do not keep the time of the machine that they likely are on",
    tier=Tier.SOFT,
    weight=50,
    flags=[{"x_pointer": True, "interaction": {"gaps": 139, "whole_gaps": 11, "presses": {"n": 4, "held_p50": 94.3}}}],
    passes=[
        {"x_pointer": True, "interaction": {**_PERSON, "moves": 83}},
        {"interaction": {**_DRIVEN, "moves": 190, "gaps": 189, "whole_gaps": 11}},
    ],
    wrong_about="People at a remote desktop or a virtual machine under Wayland, whose mouse goes by whole pixels; hence half as much.",
)
def input_off_the_likely_beat(x_pointer: bool, interaction: Interaction) -> str | None:
    """As input-off-the-beat, for a window without borders: that it is an X server's is told by its mouse alone."""
    return _off(interaction) if x_pointer else None
