"""Whether somebody's hands were at the machine, as far as input can show it."""

from __future__ import annotations

from hushgate.evidence.browser import Browser
from hushgate.evidence.core import Missing, derived
from hushgate.signals import Interaction

_MOVES, _REPORTS_EACH = 60, 1.2
_QUEUED_LEAST = 0.15
_NOT_ASKED = Missing("nobody could ask what waits behind a key")
_HARDLY_TYPED = Missing("hardly anything was typed, or not by keys alone")
_CHARACTERS, _OVERLAPS, _LEAST_HELD_MS, _LEAST_SPREAD = 20, 2, 40.0, 0.12


def shown(interaction: Interaction) -> bool:
    """Whether the mouse reported more often than the page was drawn, or keys overlapped in an uneven rhythm.

    Drivers send one thing after the other and wait for each; people measured here had 1.28 to 1.9 reports for each move. It is
    no proof: it only weighs where nothing about the input speaks against it.
    """
    return _mouse(interaction) or _keyboard(interaction)


@derived
def keys_alone(interaction: Interaction, browser: Browser) -> bool | Missing:
    """Whether keys wrote, and hardly ever was a key's character waiting behind it, as a keyboard's is.

    Where there are fingers, the keyboard may be on the screen, and its keys have no character. On Linux those press a system's own keys
    (XTest, virtual-keyboard), or hand over text with no key at all: fewer keys than characters. Source: InputMethodAuraLinux in Chromium (ui/base/ime).
    """
    if interaction.queued is None:
        return _NOT_ASKED
    if (interaction.touch and browser.system != "linux") or not _by_keys(interaction):
        return _HARDLY_TYPED
    return _bare(interaction)


def _by_keys(interaction: Interaction) -> bool:
    helped = interaction.pen or interaction.composed or interaction.replaced
    return not helped and _CHARACTERS <= interaction.typed <= interaction.keydowns


def _bare(interaction: Interaction) -> bool:
    return interaction.queued is not None and interaction.queued < _QUEUED_LEAST * interaction.typed


def _mouse(interaction: Interaction) -> bool:
    moves = interaction.coalesced_moves
    return moves >= _MOVES and interaction.raw >= _REPORTS_EACH * moves and interaction.mouse > interaction.pressureless


def _keyboard(interaction: Interaction) -> bool:
    dwell = interaction.dwell
    if dwell is None or dwell.p50 is None or dwell.cv is None or interaction.typed < _CHARACTERS:
        return False
    if not interaction.touch and _by_keys(interaction) and _bare(interaction):
        return False
    return interaction.rollover >= _OVERLAPS and dwell.p50 >= _LEAST_HELD_MS and dwell.cv >= _LEAST_SPREAD
