"""The shapes of the signals, as the collector sends them and a record holds them.

Each class mirrors ``collector_js/src/signals/<stem>.ts``; docs/protocol.md, section 4, says what every field means.
Every string and list has a maximum, so that a hostile payload costs a bounded amount of work to judge.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

USER_AGENT_MAX = 2048

Text = Annotated[str, Meta(max_length=256)]
UserAgent = Annotated[str, Meta(max_length=USER_AGENT_MAX)]
Names = Annotated[list[Annotated[str, Meta(max_length=128)]], Meta(max_length=64)]
Languages = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=64)]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Millis = Annotated[float, Meta(ge=0, le=1e12)]
Ratio = Annotated[float, Meta(ge=0, le=1e9)]
Lapse = Annotated[float, Meta(ge=-1e12, le=1e12)]
Pixels = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
Minutes = Annotated[int, Meta(ge=-1500, le=1500)]


class Signal(Struct, frozen=True, gc=False, omit_defaults=True):
    """The base of every structured signal: immutable, and open to fields that a newer collector adds."""


class Brand(Signal, frozen=True):
    """One entry of a brand list."""

    brand: Text
    version: Text = ""


Brands = Annotated[list[Brand], Meta(max_length=16)]


class ClientHints(Signal, frozen=True):
    """``navigator.userAgentData``, with the high-entropy values where the browser gave them."""

    brands: Brands = msgspec.field(default_factory=list)
    mobile: bool | None = None
    platform: Text = ""
    architecture: Text | None = None
    bitness: Text | None = None
    platform_version: Text | None = None
    full_versions: Brands | None = None
    model: Text | None = None


class WebGL(Signal, frozen=True):
    """The graphics driver, unmasked where the browser allows it."""

    vendor: Text | None = None
    renderer: Text | None = None
    masked_vendor: Text | None = None
    masked_renderer: Text | None = None


class Screen(Signal, frozen=True):
    """Screen, window and viewport, in CSS pixels."""

    width: Pixels | None = None
    height: Pixels | None = None
    avail_width: Pixels | None = None
    avail_height: Pixels | None = None
    color_depth: Count | None = None
    pixel_ratio: Ratio | None = None
    outer_width: Pixels | None = None
    outer_height: Pixels | None = None
    inner_width: Pixels | None = None
    inner_height: Pixels | None = None
    zoom: Ratio | None = None


class Hardware(Signal, frozen=True):
    """What the browser says of the machine: logical processors, memory in GiB, touch points."""

    concurrency: Count | None = None
    memory: Ratio | None = None
    touch_points: Count | None = None


class Clock(Signal, frozen=True):
    """Offsets of the clock in minutes, as ``getTimezoneOffset`` gives them (west is positive)."""

    offset: Minutes | None = None
    january: Minutes | None = None
    july: Minutes | None = None


class Engine(Signal, frozen=True):
    """Traits of the JavaScript engine that a user agent string does not change."""

    eval_length: Count | None = None
    error_shape: Text | None = None
    product_sub: Text | None = None
    pdf_viewer: bool | None = None
    chrome: bool | None = None
    features: Names | None = None


class Automation(Signal, frozen=True):
    """Traces that drivers and stealth scripts leave in the page."""

    globals: Names = msgspec.field(default_factory=list)
    attributes: Names = msgspec.field(default_factory=list)
    natives: Names = msgspec.field(default_factory=list)
    own_properties: Names = msgspec.field(default_factory=list)
    getters: Names = msgspec.field(default_factory=list)
    serialised: bool | None = None


class Permissions(Signal, frozen=True):
    """The notification permission, asked in two ways."""

    notification: Text | None = None
    query: Text | None = None


class Room(Signal, frozen=True):
    """The same story, told from a frame or a worker."""

    user_agent: UserAgent | None = None
    platform: Text | None = None
    vendor: Text | None = None
    languages: Languages | None = None
    timezone: Text | None = None
    webdriver: bool | None = None
    client_hints: ClientHints | None = None
    webgl: WebGL | None = None
    hardware: Hardware | None = None


class Spread(Signal, frozen=True):
    """A distribution in a few numbers: count, quantiles in ms, coefficient of variation.

    Times between two events, so below zero where the later one carries the older stamp: an input method that hands keys back
    (measured: fcitx5's module for GTK) has a browser stamp a key's second press with the time of its first.
    """

    n: Count = 0
    p10: Lapse | None = None
    p50: Lapse | None = None
    p90: Lapse | None = None
    cv: Annotated[float, Meta(ge=-1e9, le=1e9)] | None = None

    @property
    def ordered(self) -> bool:
        """Whether the stamps can be taken for the times at which things happened."""
        return (self.p10 or 0) >= 0


class Path(Signal, frozen=True):
    """The shape of the pointer's way, without the way."""

    n: Count = 0
    straightness: Ratio | None = None
    speed_cv: Ratio | None = None
    turns: Ratio | None = None


class Presses(Signal, frozen=True):
    """Clicks on fields and buttons of the form."""

    n: Count = 0
    centred: Count = 0
    held_p50: Millis | None = None
    held_min: Millis | None = None
    moves_before_min: Count | None = None
    detail0: Count = 0
    negative: Count = 0


class Interaction(Signal, frozen=True):
    """How the form was filled: counts and timings of real events."""

    bound: bool = False
    form_ms: Millis | None = None
    moves: Count = 0
    downs: Count = 0
    clicks: Count = 0
    keydowns: Count = 0
    keyups: Count = 0
    inputs: Count = 0
    focuses: Count = 0
    scrolls: Count = 0
    touches: Count = 0
    wheels: Count = 0
    untrusted: Count = 0
    mouse: Count = 0
    touch: Count = 0
    pen: Count = 0
    pressureless: Count = 0
    jumps: Count = 0
    typed: Count = 0
    keyless: Count = 0
    bulk: Count = 0
    pasted: Count = 0
    dropped: Count = 0
    composed: Count = 0
    replaced: Count = 0
    autofilled: Count = 0
    scripted: Count = 0
    filled: Count | None = None
    shiftless: Count = 0
    clickless_keys: Count = 0
    odd_keys: Count = 0
    queued: Count | None = None
    dwell: Spread | None = None
    flight: Spread | None = None
    rollover: Count = 0
    raw: Count = 0
    coalesced_moves: Count = 0
    fractional: Count = 0
    numbered: Count = 0
    whole_gaps: Count = 0
    gaps: Count = 0
    path: Path | None = None
    presses: Presses | None = None
    tabs: Count = 0
    hidden_ms: Millis = 0


SIGNALS: dict[str, object] = {
    "user_agent": UserAgent,
    "platform": Text,
    "vendor": Text,
    "languages": Languages,
    "timezone": Text,
    "clock": Clock,
    "client_hints": ClientHints,
    "webgl": WebGL,
    "screen": Screen,
    "hardware": Hardware,
    "webdriver": bool | None,
    "plugins": Count,
    "engine": Engine,
    "automation": Automation,
    "permissions": Permissions,
    "iframe": Room,
    "frame": Room,
    "worker": Room,
    "shared_worker": Room,
    "interaction": Interaction,
    "quiz": Names,
}
"""Every signal's name on the wire, and its shape."""

MOMENT = frozenset({"interaction", "quiz"})
"""Signals that differ from visit to visit of one browser. All others are its story, which it tells again word for word."""
