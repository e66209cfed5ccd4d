"""A browser on a machine: what it says of itself in every room and every header, whoever sits before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from population import observed

Hints = dict[str, Any]


@dataclass(frozen=True)
class Device:
    """One browser. ``chromium`` is None for other engines; ``hints`` and ``webgl`` are None where the browser has none."""

    user_agent: str
    platform: str
    vendor: str
    engine: str
    chromium: int | None
    hints: Hints | None
    webgl: dict[str, Any] | None
    screen: dict[str, Any]
    hardware: dict[str, Any]
    plugins: int
    chrome_object: bool
    pdf_viewer: bool | None = True
    webview: bool = False
    zone: str | None = None
    """The zone that the browser names whatever the clock says, as resistFingerprinting does."""
    languages: tuple[str, ...] | None = None
    """The languages that it names whatever was set."""
    stale_zones: bool = False
    """Its zone data is of before 2022."""

    @property
    def mobile(self) -> bool:
        """Whether it is worked with fingers and has no window."""
        return bool(re.search(r"Android|iPhone|iPad|Mobile", self.user_agent))

    @property
    def fingers(self) -> bool:
        """Whether it has a touch screen."""
        return bool(self.hardware.get("touch_points"))

    @property
    def webkit_version(self) -> int:
        """The major version of Safari or iOS; 0 where there is none. Since iOS 26 the system's number stands still, and Safari's goes on."""
        found = re.findall(r"(?:CPU (?:iPhone )?OS |Version/)(\d+)", self.user_agent)
        return max(map(int, found), default=0) if self.engine == "webkit" else 0

    @property
    def version(self) -> int:
        """The major version of the engine."""
        match = re.search(r"Firefox/(\d+)", self.user_agent)
        return self.chromium or self.webkit_version or (int(match[1]) if match else 0)


def engine_of(agent: str) -> str:
    """blink, gecko or webkit: on iPhones and iPads everything is WebKit."""
    if re.search("iPhone|iPad", agent):
        return "webkit"
    if "Chrome/" in agent:
        return "blink"
    return "gecko" if "Firefox/" in agent else "webkit"


def chromium_of(agent: str) -> int | None:
    """The major version of Chromium."""
    match = re.search(r"Chrome/(\d+)", agent)
    return int(match[1]) if match and engine_of(agent) == "blink" else None


def _hints(told: dict[str, Any] | None) -> Hints | None:
    if told is None:
        return None
    return {
        "brands": told["brands"],
        "mobile": told["mobile"],
        "platform": told["platform"],
        "architecture": told.get("architecture", ""),
        "bitness": told.get("bitness", ""),
        "model": told.get("model", ""),
        "platform_version": told.get("platformVersion", ""),
        "full_versions": told.get("fullVersionList", []),
    }


def desktop_window(random: Random, told: dict[str, Any]) -> dict[str, Any]:
    """Inside a desktop's window are the page, and bars of 80 to 150 pixels above it; one in six scrolls by a bar at the side."""
    bars, side = random.choice((79, 85, 87, 103, 121, 139)), random.choice((0, 0, 0, 0, 0, 15))
    return {
        **told,
        "inner_width": max(told["outer_width"] - side, 0),
        "inner_height": max(told["outer_height"] - bars, 0),
    }


def phone_window(random: Random, told: dict[str, Any]) -> dict[str, Any]:
    """A phone's page fills the screen, less the bars of the system and the browser."""
    bars = random.choice((96, 114, 132, 180))
    return {**told, "inner_width": told["width"], "inner_height": max(told["height"] - bars, 200)}


def plain_screen(width: int, height: int, ratio: float = 1.0, taskbar: int = 40) -> dict[str, Any]:
    """A screen with the window as large as it gets."""
    return {
        "width": width,
        "height": height,
        "avail_width": width,
        "avail_height": height - taskbar,
        "color_depth": 24,
        "pixel_ratio": ratio,
        "outer_width": width,
        "outer_height": height - taskbar,
    }


def _screen(random: Random, told: dict[str, Any], *, mobile: bool) -> dict[str, Any]:
    names = ("width", "height", "availWidth", "availHeight", "colorDepth", "outerWidth", "outerHeight")
    kept = {re.sub("([A-Z])", r"_\1", name).lower(): told[name] for name in names}
    window = phone_window if mobile else desktop_window
    return window(random, {**kept, "pixel_ratio": told["devicePixelRatio"]})


def _hardware(random: Random, agent: str) -> dict[str, Any]:
    told = {
        "concurrency": observed.draw(random, agent, "hardwareConcurrency"),
        "memory": observed.draw(random, agent, "deviceMemory"),
        "touch_points": observed.draw(random, agent, "maxTouchPoints"),
    }
    return {name: value for name, value in told.items() if value is not None}


def from_agent(random: Random, agent: str) -> Device:
    """A browser of this user agent as it was observed, with the rest drawn to it."""
    extra = observed.draw(random, agent, "extraProperties") or {}
    card = observed.draw(random, agent, "videoCard")
    plugins = observed.draw(random, agent, "pluginsData") or {}
    mobile = bool(re.search("Android|iPhone|iPad", agent))
    return Device(
        user_agent=agent,
        platform=observed.draw(random, agent, "platform"),
        vendor=observed.draw(random, agent, "vendor") or "",
        engine=engine_of(agent),
        chromium=chromium_of(agent),
        hints=_hints(observed.draw(random, agent, "userAgentData")),
        webgl={"vendor": card["vendor"], "renderer": card["renderer"]} if card else None,
        screen=_screen(random, observed.draw(random, agent, "screen"), mobile=mobile),
        hardware=_hardware(random, agent),
        plugins=len(plugins.get("plugins", ())),
        chrome_object=engine_of(agent) == "blink",
        pdf_viewer=extra.get("pdfViewerEnabled"),
    )
