"""Browsers that the observations lack or have too few of, made from what is known of each.

The sample of observed.py has 0.6 % Firefox, and no Samsung Internet, Opera, iPad with the desktop site, nothing newer than
Chrome 148, and few old machines. Sources: the vendors' own pages on user agents (developers.whatismybrowser.com lists them as seen;
developer.mozilla.org, "User-Agent"; chromium.org, "UA reduction"; Firefox's toolkit/components/resistfingerprinting).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from hushgate.evidence.grease import grease, place
from population import observed
from population.devices import Device, desktop_window, from_agent, phone_window, plain_screen

Make = Callable[[Random], Device]

WINDOWS_CHROME = r"Windows NT 10.0.*Chrome/14[78]\.0\.0\.0 Safari/537.36$"
PHONES = (
    ("Linux armv81", "Qualcomm", "Adreno (TM) 740", 412, 915, 2.625),
    ("Linux armv81", "ARM", "Mali-G57 MC2", 393, 873, 2.75),
    ("Linux aarch64", "ARM", "Mali-G715", 360, 800, 3),
    ("Linux armv8l", "Imagination Technologies", "PowerVR Rogue GE8320", 360, 780, 2),
)
_DESKTOPS = ((1920, 1080, 1), (1536, 864, 1.25), (1366, 768, 1), (2560, 1440, 1), (1440, 900, 2), (1280, 720, 1.5))
FIREFOX = (
    (
        "Windows NT 10.0; Win64; x64",
        "Win32",
        "Google Inc. (Intel)",
        "ANGLE (Intel, Intel(R) HD Graphics Direct3D11 vs_5_0 ps_5_0), or similar",
    ),
    (
        "Windows NT 10.0; Win64; x64",
        "Win32",
        "Google Inc. (NVIDIA)",
        "ANGLE (NVIDIA, NVIDIA GeForce GTX 980 Direct3D11 vs_5_0 ps_5_0), or similar",
    ),
    ("Macintosh; Intel Mac OS X 10.15", "MacIntel", "Apple", "Apple M1, or similar"),
    ("X11; Linux x86_64", "Linux x86_64", "Intel", "Intel(R) HD Graphics 400, or similar"),
    ("X11; Ubuntu; Linux x86_64", "Linux x86_64", "AMD", "Radeon R9 200 Series, or similar"),
)


def brand_list(name: str, version: int, chromium: int) -> list[dict[str, str]]:
    """The brands of a Chromium browser, shuffled as its version shuffles them; only the made-up one's place is known here."""
    made_up = grease(chromium)
    rest = [{"brand": "Chromium", "version": str(chromium)}, {"brand": name, "version": str(version)}]
    rest.insert(place(chromium), {"brand": made_up.brand, "version": made_up.version})
    return rest


def hints(brands: list[dict[str, str]], platform: str, *, mobile: bool, model: str = "") -> dict[str, Any]:
    full = [{**brand, "version": f"{brand['version']}.0.0.0"} for brand in brands]
    arm = {"architecture": "", "bitness": ""} if mobile else {"architecture": "x86", "bitness": "64"}
    version = {"Android": "14.0.0", "Windows": "15.0.0"}.get(platform, "")
    return {
        "brands": brands,
        "mobile": mobile,
        "platform": platform,
        **arm,
        "model": model,
        "platform_version": version,
        "full_versions": full,
    }


def _desktop(random: Random) -> dict[str, Any]:
    width, height, ratio = random.choice(_DESKTOPS)
    return desktop_window(random, plain_screen(width, height, ratio, random.choice((40, 48, 25))))


def firefox(random: Random) -> Device:
    """Firefox on a desktop, of the last year or the long-term release."""
    version, (system, platform, vendor, renderer) = random.choice((140, 140, 150, 152, 153)), random.choice(FIREFOX)
    return Device(
        user_agent=f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0",
        platform=platform,
        vendor="",
        engine="gecko",
        chromium=None,
        hints=None,
        webgl={"vendor": vendor, "renderer": renderer},
        screen=_desktop(random),
        hardware={"concurrency": random.choice((4, 8, 12, 16)), "touch_points": random.choice((0, 0, 0, 0, 10))},
        plugins=5,
        chrome_object=False,
    )


def newer_chrome(random: Random) -> Device:
    """An observed Chrome on Windows, as its later versions say it: nothing else of what is read here has changed."""
    older, version = from_agent(random, observed.draw_agent(random, WINDOWS_CHROME)), random.randint(149, 156)
    agent = re.sub(r"Chrome/\d+", f"Chrome/{version}", older.user_agent)
    told = hints(brand_list("Google Chrome", version, version), "Windows", mobile=False)
    return replace(older, user_agent=agent, chromium=version, hints=told)


def android(random: Random, agent: str, chromium: int, brands: list[dict[str, str]] | None) -> Device:
    platform, vendor, renderer, width, height, ratio = random.choice(PHONES)
    return Device(
        user_agent=agent,
        platform=platform,
        vendor="Google Inc.",
        engine="blink",
        chromium=chromium,
        hints=hints(brands, "Android", mobile=True, model="SM-A546B") if brands else None,
        webgl={"vendor": vendor, "renderer": renderer},
        screen=phone_window(random, plain_screen(width, height, ratio, taskbar=0)),
        hardware={"concurrency": 8, "memory": random.choice((2, 4, 8)), "touch_points": 5},
        plugins=0,
        chrome_object=True,
        pdf_viewer=False,
    )


def samsung(random: Random) -> Device:
    """Samsung Internet, a version or two behind Chromium."""
    own, chromium = random.choice(((27, 125), (28, 130), (29, 136), (30, 142)))
    agent = f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/{own}.0 Chrome/{chromium}.0.0.0 Mobile Safari/537.36"
    return android(random, agent, chromium, brand_list("Samsung Internet", own, chromium))


def opera(random: Random) -> Device:
    """Opera on Windows."""
    own, chromium = random.choice(((120, 135), (124, 140), (128, 144)))
    chrome = newer_chrome(random)
    agent = re.sub(r"Chrome/\d+", f"Chrome/{chromium}", chrome.user_agent) + f" OPR/{own}.0.0.0"
    told = hints(brand_list("Opera", own, chromium), "Windows", mobile=False)
    return replace(chrome, user_agent=agent, chromium=chromium, hints=told)


def webkit(random: Random, agent: str, platform: str, width: int, height: int, ratio: float, touch: int) -> Device:
    """Any WebKit of Apple's."""
    screen = plain_screen(width, height, ratio, taskbar=0 if touch else 25)
    return Device(
        user_agent=agent,
        platform=platform,
        vendor="Apple Computer, Inc.",
        engine="webkit",
        chromium=None,
        hints=None,
        webgl={"vendor": "Apple Inc.", "renderer": "Apple GPU"},
        screen=(phone_window if touch else desktop_window)(random, screen),
        hardware={"concurrency": random.choice((4, 8)), "touch_points": touch},
        plugins=5,
        chrome_object=False,
    )


def ipad(random: Random) -> Device:
    """An iPad, which asks for the desktop site and says Mac."""
    version = random.choice(("17.6", "18.6", "26.1", "26.4"))
    agent = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version} Safari/605.1.15"
    return webkit(random, agent, "MacIntel", *random.choice(((1024, 1366), (820, 1180), (810, 1080))), 2, 5)


def ios_chrome(random: Random) -> Device:
    """Chrome, Firefox or Google's app on an iPhone."""
    name = random.choice(("CriOS/147.0.7727.99", "FxiOS/149.0", "GSA/380.0.750123456"))
    agent = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {name} Mobile/15E148 Safari/604.1"
    return webkit(random, agent, "iPhone", *random.choice(((390, 844), (393, 852), (430, 932))), 3, 5)


def observed_desktop(random: Random) -> Device:
    """A desktop as observed."""
    return from_agent(random, observed.draw_agent(random, r"^(?!.*(?:Android|iPhone|iPad|Windows NT 6))"))


def observed_phone(random: Random) -> Device:
    """A phone or tablet as observed."""
    return from_agent(random, observed.draw_agent(random, r"Android|iPhone|iPad"))


ORDINARY: tuple[tuple[Make, int], ...] = (
    (observed_desktop, 50),
    (observed_phone, 26),
    (newer_chrome, 9),
    (firefox, 5),
    (samsung, 3),
    (ipad, 3),
    (ios_chrome, 2),
    (opera, 2),
)
"""What people use at home, in hundredths: own estimate after public browser statistics, with more desktops than those have, because
that is where people sign up for a service."""


def make(random: Random, kinds: tuple[tuple[Make, int], ...]) -> Device:
    """A device of one of the kinds, by their weights."""
    return random.choices([one for one, _ in kinds], [weight for _, weight in kinds])[0](random)
