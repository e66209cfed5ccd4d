"""The story of a device, in a few letters: for counting how often it came today, and for nothing else.

It is no fingerprint: phones of one model tell one story, every site has a key of its own, and each day (UTC) has another, so that
what is counted today can be joined to nothing. It stands in the token, and in the name of a counter that lives for a limit's window.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import msgspec

from hushgate.payload import STORIES_KEPT, Story
from hushgate.sessions import Sessions

STABLE = ("user_agent", "platform", "languages", "timezone", "hardware", "webgl")
"""What stays while a page is used. Window sizes do not, and a driver that varies them would be a new device each time."""
SCREEN = ("width", "height", "pixel_ratio", "color_depth")
_DAY = 86400
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def _digest(story: Story) -> bytes:
    signals = story.signals
    told = [signals.get(name) for name in STABLE]
    told += [getattr(signals.get("screen"), name, None) for name in SCREEN]
    return blake2b(_encode(told), digest_size=16).digest() if any(part is not None for part in told) else b""


def _named(sessions: Sessions, key_id: str, site: str, story: Story, day: int) -> str:
    digest = _digest(story)
    return sessions.hash(f"{site}\n{day}\n{digest.hex()}", key_id) if digest else ""


_named_kept = lru_cache(maxsize=STORIES_KEPT)(_named)


def device_story(sessions: Sessions, key_id: str, site: str, story: Story, at: float) -> str:
    """12 letters, the same for the same story at one site on one day; "" where nothing was told. ``at`` is seconds since 1970."""
    named = _named_kept if story.kept else _named
    return named(sessions, key_id, site, story, int(at // _DAY))
