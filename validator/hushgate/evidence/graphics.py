"""Who draws: a graphics card, or a program that stands in for one."""

from __future__ import annotations

from hushgate.evidence.core import Missing, derived
from hushgate.signals import WebGL


@derived
def renderer(webgl: WebGL) -> str | Missing:
    """The unmasked renderer, or the masked one where that is all there is."""
    return webgl.renderer or webgl.masked_renderer or Missing("WebGL named no renderer")
