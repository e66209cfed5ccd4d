"""One length, spelled in the many ways that CSS has for it."""

from __future__ import annotations


def spell(px: int, pick: int) -> str:
    """A CSS length of ``px`` pixels; ``pick``, 0 to 255, says how it is spelled.

    Only what every browser of the last years reads (min() and max(): Chromium 79, Firefox 75, Safari 13.1).
    """
    extra, form = divmod(pick, 6)
    extra += 3
    if form == 0:
        return f"{px}px"
    if form == 1:
        return f"calc({px + extra}px - {extra}px)"
    if form == 2:
        return f"calc({extra}px + {px - extra}px)"
    if form == 3:
        return f"min({px}px,{px + extra}px)"
    if form == 4:
        return f"max({px - extra}px,{px}px)"
    return f"{px * 0.75:g}pt"
