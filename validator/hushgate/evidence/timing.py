"""How long things took, by the gate's clock, and how far the page's clock is off."""

from __future__ import annotations

from hushgate.evidence.core import Missing, derived
from hushgate.visit import Timing


@derived
def open_ms(timing: Timing) -> float | Missing:
    """Milliseconds from the page's first session to the verdict."""
    value = timing.open_to_verdict_ms
    return Missing("the time was not measured") if value is None else value


@derived
def page_open_ms(timing: Timing) -> float | Missing:
    """Milliseconds that the page says it was open. A claim."""
    value = timing.page_open_ms
    return Missing("the page did not say") if value is None else value


@derived
def clock_skew_ms(timing: Timing) -> float | Missing:
    """The page's wall clock less the gate's, in milliseconds."""
    value = timing.clock_skew_ms
    return Missing("the page did not say") if value is None else value
