"""The same story, told from other rooms: an empty frame, the gate's frame, a worker, a shared worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hushgate.evidence.privacy import Privacy
from hushgate.evidence.rooms import ROOM_WORDS
from hushgate.evidence.words import apart
from hushgate.examples import CHROME_LINUX, CHROME_MAC
from hushgate.registry import Tier, check
from hushgate.signals import ClientHints, Hardware, Room, WebGL

_EXTENSION = "People who change what pages see with an extension: it does not reach workers."


def _elsewhere(page: Any, rooms: dict[str, Room], told: Callable[[Room], Any]) -> tuple[str, Any] | None:
    """The first room that tells another story than the page, and what it says. A room that says nothing agrees."""
    for name, room in rooms.items():
        other = told(room)
        if other not in (None, "", []) and other != page:
            return ROOM_WORDS[name], other
    return None


@check(
    "room-user-agent",
    title="Another room names another user agent than the page",
    tier=Tier.SOFT,
    weight=75,
    flags=[
        {"user_agent": CHROME_MAC, "worker": {"user_agent": CHROME_LINUX}},
        {"user_agent": CHROME_MAC, "shared_worker": {"user_agent": CHROME_LINUX}},
    ],
    passes=[{"user_agent": CHROME_MAC, "worker": {"user_agent": CHROME_MAC}}, {"user_agent": CHROME_MAC, "iframe": {}}],
    wrong_about=_EXTENSION,
)
def room_user_agent(user_agent: str, rooms: dict[str, Room]) -> str | None:
    """What is changed in the page seldom reaches a shared worker: it belongs to no page."""
    found = _elsewhere(user_agent, rooms, lambda room: room.user_agent)
    if found is None:
        return None
    mine, other = apart(user_agent, found[1])
    return f"says {mine}, but {found[0]} says {other}"


@check(
    "room-platform",
    title="Another room names another platform than the page",
    tier=Tier.SOFT,
    weight=75,
    flags=[{"platform": "MacIntel", "worker": {"platform": "Linux x86_64"}}],
    passes=[
        {"platform": "MacIntel", "worker": {"platform": "MacIntel"}},
        {"platform": "MacIntel", "worker": {"platform": ""}},
    ],
    wrong_about=_EXTENSION,
)
def room_platform(platform: str, rooms: dict[str, Room]) -> str | None:
    """The platform is one constant of the build, in every room."""
    found = _elsewhere(platform, rooms, lambda room: room.platform)
    return f"says {platform[:30]}, but {found[0]} says {found[1][:30]}" if found else None


@check(
    "room-languages",
    title="Another room reads other languages than the page",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"languages": ["en-US", "en"], "worker": {"languages": ["ru-RU"]}}],
    passes=[
        {"languages": ["de", "en"], "worker": {"languages": ["de", "en"]}},
        {"languages": ["de", "en"], "worker": {"languages": ["de"]}},
        {"languages": ["de"], "worker": {}},
    ],
    wrong_about=_EXTENSION,
)
def room_languages(languages: list[str], rooms: dict[str, Room]) -> str | None:
    """One setting serves every room; some browsers give a worker only the first language."""
    first = languages[:1]
    found = _elsewhere(first, rooms, lambda room: (room.languages or [])[:1])
    return f"reads {first[0][:20] if first else 'nothing'}, but {found[0]} reads {found[1][0][:20]}" if found else None


@check(
    "room-timezone",
    title="Another room has another time zone than the page",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"timezone": "Europe/Berlin", "shared_worker": {"timezone": "Europe/Moscow"}}],
    passes=[{"timezone": "Europe/Berlin", "worker": {"timezone": "Europe/Berlin"}}, {"timezone": "UTC", "worker": {}}],
    wrong_about=_EXTENSION + " And people who change their clock's zone while the page is open.",
)
def room_timezone(timezone: str, rooms: dict[str, Room]) -> str | None:
    """A driver sets the zone for the page that it holds; a shared worker keeps the machine's."""
    found = _elsewhere(timezone, rooms, lambda room: room.timezone)
    return f"the clock says {timezone[:40]}, but in {found[0]} {found[1][:40]}" if found else None


@check(
    "room-webdriver",
    title="Another room says that the browser is driven",
    tier=Tier.HARD,
    weight=98,
    flags=[{"webdriver": False, "worker": {"webdriver": True}}, {"iframe": {"webdriver": True}}],
    passes=[{"webdriver": False, "worker": {"webdriver": False}}, {"worker": {}}],
    wrong_about="A person who signs up in a browser that a test tool has started.",
)
def room_webdriver(rooms: dict[str, Room]) -> str | None:
    """The flag that was hidden in the page is still up elsewhere."""
    driven = [ROOM_WORDS[name] for name, room in rooms.items() if room.webdriver]
    return f"navigator.webdriver is true in {driven[0]}" if driven else None


@check(
    "room-hints",
    title="Another room's client hints name another system than the page's",
    tier=Tier.SOFT,
    weight=75,
    flags=[{"client_hints": {"platform": "macOS"}, "shared_worker": {"client_hints": {"platform": "Linux"}}}],
    passes=[
        {"client_hints": {"platform": "macOS"}, "worker": {"client_hints": {"platform": "macOS"}}},
        {"client_hints": {"platform": "macOS"}, "worker": {"client_hints": {}}},
        {"client_hints": {"platform": "macOS"}, "worker": {}},
    ],
    wrong_about=_EXTENSION,
)
def room_hints(client_hints: ClientHints, rooms: dict[str, Room]) -> str | None:
    """Client hints are the browser's own; what a driver sets for a page does not always reach its workers."""
    found = _elsewhere(client_hints.platform, rooms, lambda room: room.client_hints and room.client_hints.platform)
    return f"says {client_hints.platform[:20] or 'nothing'}, but {found[0]} says {found[1][:20]}" if found else None


@check(
    "room-hardware",
    title="Another room counts another number of processors than the page",
    tier=Tier.SOFT,
    weight=45,
    flags=[{"hardware": {"concurrency": 8}, "worker": {"hardware": {"concurrency": 2}}}],
    passes=[
        {"hardware": {"concurrency": 8}, "worker": {"hardware": {"concurrency": 8}}},
        {"hardware": {"concurrency": 8}, "worker": {}},
        {"hardware": {}, "worker": {"hardware": {"concurrency": 8}}},
    ],
    wrong_about="Brave and Safari in their strictest settings, which give each site a number of its own.",
    abstain=(Privacy.FARBLES,),
)
def room_hardware(hardware: Hardware, rooms: dict[str, Room]) -> str | None:
    """The number belongs to the machine, not to the page."""
    if hardware.concurrency is None:
        return None
    found = _elsewhere(hardware.concurrency, rooms, lambda room: room.hardware and room.hardware.concurrency)
    return f"counts {hardware.concurrency} processors, but {found[0]} counts {found[1]}" if found else None


@check(
    "room-renderer",
    title="Another room draws with other graphics than the page",
    tier=Tier.SOFT,
    weight=60,
    flags=[{"webgl": {"renderer": "Apple M1"}, "worker": {"webgl": {"renderer": "SwiftShader"}}}],
    passes=[
        {"webgl": {"renderer": "Apple M1"}, "worker": {"webgl": {"renderer": "Apple M1"}}},
        {"webgl": {"renderer": "Apple M1"}, "worker": {"webgl": {}}},
        {"webgl": {}, "worker": {"webgl": {"renderer": "Apple M1"}}},
        {"webgl": {"renderer": "Apple M1"}, "worker": {}},
    ],
    wrong_about="Machines with two graphics cards; people whose extension masks the card in pages only.",
    abstain=(Privacy.MASKS_GRAPHICS, Privacy.RESISTS_FINGERPRINTING, Privacy.FARBLES),
)
def room_renderer(webgl: WebGL, rooms: dict[str, Room]) -> str | None:
    """The card is the machine's. A room where WebGL is off says nothing."""
    if not webgl.renderer:
        return None
    found = _elsewhere(webgl.renderer, rooms, lambda room: room.webgl and room.webgl.renderer)
    return f"draws with {webgl.renderer[:50]}, but in {found[0]} with {found[1][:50]}" if found else None
