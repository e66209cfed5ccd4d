"""Browsers that are no ordinary ones: inside apps, old, or set to tell little. Sources: as in made.py."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from population.devices import Device, desktop_window, plain_screen
from population.made import FIREFOX, Make, android, brand_list, firefox, hints, newer_chrome, webkit

_IOS_APPS = (
    "[FBAN/FBIOS;FBAV/520.0.0.38.101;FBBV/756351453;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.6;FBSS/3;FBCR/;FBID/phone;FBLC/en_US;FBOP/80]",
    "Instagram 390.0.0.28.85 (iPhone15,2; iOS 18_6; en_US; en; scale=3.00; 1179x2556; 772545684)",
)
_ANDROID_APPS = (
    " Instagram 390.0.0.43.81 Android (34/14; 420dpi; 1080x2340; samsung; SM-A546B; a54x; s5e8835; en_US; 772545699)",
    " [FB_IAB/FB4A;FBAV/520.0.0.45.101;]",
    "",
)
_OLD_WINDOWS = ("Windows NT 6.1; Win64; x64", "Windows NT 6.1; WOW64", "Windows NT 6.3; Win64; x64")
_OLD_SCREENS = ((1366, 768), (1280, 1024), (1024, 768), (1440, 900))
_OLD_CARDS = (
    "ANGLE (Intel, Intel(R) HD Graphics Direct3D9Ex vs_3_0 ps_3_0, igdumd64.dll)",
    "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
)
_CHROME_109 = [
    {"brand": "Not_A Brand", "version": "99"},
    {"brand": "Google Chrome", "version": "109"},
    {"brand": "Chromium", "version": "109"},
]


def ios_app(random: Random) -> Device:
    """The browser inside an app on an iPhone."""
    agent = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 {random.choice(_IOS_APPS)}"
    return replace(webkit(random, agent, "iPhone", 393, 852, 3, 5), webview=True)


def android_app(random: Random) -> Device:
    """The browser inside an app on Android: no window.chrome."""
    version, app = random.randint(140, 150), random.choice(_ANDROID_APPS)
    agent = f"Mozilla/5.0 (Linux; Android 14; SM-A546B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/{version}.0.7390.122 Mobile Safari/537.36{app}"
    view = android(random, agent, version, brand_list("Android WebView", version, version))
    return replace(view, webview=True, chrome_object=False)


def _old_machine(random: Random, base: Device) -> Device:
    return replace(base, screen=desktop_window(random, plain_screen(*random.choice(_OLD_SCREENS))))


def old_firefox(random: Random) -> Device:
    """Firefox 115, the last for Windows 7 and 8."""
    (_, platform, vendor, renderer), base = random.choice(FIREFOX[:2]), _old_machine(random, firefox(random))
    return replace(
        base,
        user_agent=f"Mozilla/5.0 ({random.choice(_OLD_WINDOWS)}; rv:109.0) Gecko/20100101 Firefox/115.0",
        platform=platform,
        webgl={"vendor": vendor, "renderer": renderer},
        stale_zones=random.random() < 0.5,
    )


def old_chrome(random: Random) -> Device:
    """Chrome 109, the last for Windows 7 and 8, some of it without a graphics driver."""
    base = _old_machine(random, newer_chrome(random))
    return replace(
        base,
        user_agent=f"Mozilla/5.0 ({random.choice(_OLD_WINDOWS)}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
        chromium=109,
        hints={**hints(_CHROME_109, "Windows", mobile=False), "platform_version": "0.1.0"},
        webgl={"vendor": "Google Inc.", "renderer": random.choice(_OLD_CARDS)},
        hardware={"concurrency": random.choice((2, 4)), "memory": random.choice((2, 4, 8)), "touch_points": 0},
    )


def old_iphone(random: Random) -> Device:
    """An iPhone that gets no more updates, its zone data as old as it is."""
    version, (width, height) = random.choice((12, 13, 14, 15)), random.choice(((320, 568), (375, 667), (414, 736)))
    agent = f"Mozilla/5.0 (iPhone; CPU iPhone OS {version}_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version}.1 Mobile/15E148 Safari/604.1"
    return replace(webkit(random, agent, "iPhone", width, height, 2, 5), stale_zones=version < 15, pdf_viewer=None)


def old_android(random: Random) -> Device:
    """An Android phone of 2016, as slow as it was then."""
    chromium = random.choice((81, 87, 95, 106, 119))
    agent = f"Mozilla/5.0 (Linux; Android 7.0; SM-G930V) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{chromium}.0.4044.138 Mobile Safari/537.36"
    names = (("Chromium", chromium), ("Google Chrome", chromium), (";Not A Brand", 99))
    brands = [{"brand": name, "version": str(version)} for name, version in names]
    phone = android(random, agent, chromium, brands if chromium > 89 else None)
    hardware = {**phone.hardware, "memory": random.choice((1, 2, 3))}
    return replace(phone, stale_zones=True, hardware=hardware, pdf_viewer=None)


def resisting(random: Random) -> Device:
    """Firefox with resistFingerprinting, and Tor Browser: UTC, round windows, English, no graphics named."""
    base, system = firefox(random), random.choice(FIREFOX)
    agent = f"Mozilla/5.0 ({system[0]}; rv:140.0) Gecko/20100101 Firefox/140.0"
    width, height = random.choice(((1000, 900), (1400, 900), (1200, 700), (1000, 600)))
    view = {**plain_screen(width, height, 1, 0), "inner_width": width, "inner_height": height}
    return replace(
        base,
        user_agent=agent,
        platform=system[1],
        webgl={"vendor": "Mozilla", "renderer": "Mozilla"} if random.random() < 0.5 else None,
        screen=view,
        hardware={"concurrency": random.choice((2, 4, 8)), "touch_points": 0},
        zone=random.choice(("UTC", "Atlantic/Reykjavik")),
        languages=("en-US", "en"),
    )


def masked_chrome(random: Random) -> Device:
    """Chrome and Edge of people who have switched the graphics off."""
    return replace(newer_chrome(random), webgl=None)


OLD: tuple[tuple[Make, int], ...] = ((old_firefox, 16), (old_chrome, 24), (old_iphone, 30), (old_android, 30))
PRIVATE: tuple[tuple[Make, int], ...] = ((resisting, 70), (masked_chrome, 30))
APPS: tuple[tuple[Make, int], ...] = ((ios_app, 50), (android_app, 50))
