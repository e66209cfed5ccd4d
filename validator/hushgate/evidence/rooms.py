"""The rooms in which the same browser was asked the same questions."""

from __future__ import annotations

from hushgate.evidence.core import Missing, derived
from hushgate.signals import Room

ROOM_WORDS = {
    "iframe": "an empty frame",
    "frame": "the gate's frame",
    "worker": "its worker",
    "shared_worker": "its shared worker",
}


@derived
def rooms(
    iframe: Room | None = None,
    frame: Room | None = None,
    worker: Room | None = None,
    shared_worker: Room | None = None,
) -> dict[str, Room] | Missing:
    """The rooms that could be opened, by name."""
    named = {"iframe": iframe, "frame": frame, "worker": worker, "shared_worker": shared_worker}
    opened = {name: room for name, room in named.items() if room is not None}
    return opened or Missing("no other room could be opened")
