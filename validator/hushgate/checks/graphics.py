"""Who draws the page, against the system that the user agent claims."""

from __future__ import annotations

import re
from functools import lru_cache

from hushgate.evidence.browser import SYSTEM_WORDS, Browser
from hushgate.evidence.privacy import Privacy
from hushgate.examples import CHROME, CHROME_LINUX, CHROME_MAC
from hushgate.registry import Tier, check

_SWIFTSHADER = {
    "renderer": "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)"
}
_WARP = {"renderer": "ANGLE (Microsoft, Microsoft Basic Render Driver (0x0000008C) Direct3D11 vs_5_0 ps_5_0, D3D11)"}
_LLVMPIPE = {"renderer": "ANGLE (Mesa, llvmpipe (LLVM 15.0.6 256 bits), OpenGL 4.5)"}
_IRIS = {"renderer": "ANGLE (Intel, Intel(R) Iris(R) Xe Graphics (0x0000A7A0) Direct3D11 vs_5_0 ps_5_0, D3D11)"}
_M1 = {"renderer": "ANGLE (Apple, ANGLE Metal Renderer: Apple M1, Unspecified Version)"}
_OTHERS = re.compile(
    r"llvmpipe|softpipe|Software Rasterizer|Mesa OffScreen|Basic Render Driver|VMware|SVGA3D|VirtualBox|Parallels",
    re.IGNORECASE,
)


@check(
    "swiftshader",
    title="Drawn by SwiftShader, on a system that has a graphics driver",
    tier=Tier.SOFT,
    weight=40,
    flags=[{"user_agent": CHROME_MAC, "webgl": _SWIFTSHADER}, {"user_agent": CHROME, "webgl": _SWIFTSHADER}],
    passes=[
        {"user_agent": CHROME_LINUX, "webgl": _SWIFTSHADER},
        {"user_agent": CHROME, "webgl": _WARP},
        {"user_agent": CHROME_MAC, "webgl": _M1},
    ],
    wrong_about="Windows in a virtual machine or over remote desktop with an older Chrome: 0.4 % of a population, bots among them.",
)
def swiftshader(browser: Browser, renderer: str) -> str | None:
    """Chromium falls back to it where there is no GPU at all: on servers. On Macs it has been removed altogether."""
    if browser.system in ("linux", "other") or "swiftshader" not in renderer.lower():
        return None
    return f"says {SYSTEM_WORDS[browser.system]}, and is drawn by SwiftShader, a program that stands in for a graphics card"


@check(
    "software-renderer",
    title="Drawn by a program, or by a virtual machine's graphics",
    tier=Tier.NOTE,
    flags=[{"webgl": _LLVMPIPE}, {"webgl": _WARP}, {"user_agent": CHROME_LINUX, "webgl": _SWIFTSHADER}],
    passes=[{"webgl": _IRIS}, {"webgl": _M1}],
    wrong_about="4 % of people on Windows, and everybody without a working graphics driver.",
)
def software_renderer(renderer: str) -> str | None:
    """Usual on servers, and on too many people's machines to score."""
    return f"drawn by {renderer[:80]}" if _stands_in(renderer) else None


@lru_cache(maxsize=1024)
def _stands_in(renderer: str) -> bool:
    return "swiftshader" in renderer.lower() or _OTHERS.search(renderer) is not None


_IMPOSSIBLE: tuple[tuple[str, frozenset[str], re.Pattern[str]], ...] = (
    ("Direct3D", frozenset({"macos", "ios"}), re.compile(r"Direct3D|D3D(?:9|11|12)\b")),
    ("Metal", frozenset({"windows", "linux", "android", "chromeos"}), re.compile(r"\bMetal\b")),
    ("an Apple GPU", frozenset({"windows", "android", "chromeos"}), re.compile(r"\bApple (?:GPU|M\d|A\d)")),
    ("Mesa", frozenset({"windows", "macos", "ios"}), re.compile(r"\bMesa\b|llvmpipe", re.IGNORECASE)),
    ("a phone's GPU", frozenset({"macos"}), re.compile(r"\b(?:Adreno|Mali|PowerVR)\b")),
)


@check(
    "gpu-impossible",
    title="The graphics do not exist on the system that is claimed",
    tier=Tier.SOFT,
    weight=70,
    flags=[
        {"user_agent": CHROME_MAC, "webgl": _IRIS},
        {"user_agent": CHROME, "webgl": _M1},
        {"user_agent": CHROME_MAC, "webgl": _LLVMPIPE},
    ],
    passes=[
        {"user_agent": CHROME, "webgl": _IRIS},
        {"user_agent": CHROME_MAC, "webgl": _M1},
        {"user_agent": CHROME_LINUX, "webgl": _LLVMPIPE},
        {"user_agent": CHROME, "webgl": _SWIFTSHADER},
    ],
    wrong_about="People who change their user agent with an extension. Linux on a Mac or inside Windows may name either's graphics.",
    abstain=(Privacy.MASKS_GRAPHICS,),
)
def gpu_impossible(browser: Browser, renderer: str) -> str | None:
    """Direct3D is Windows', Metal is Apple's: the driver's name gives the system away."""
    what = _foreign(browser.system, renderer)
    return f"says {SYSTEM_WORDS[browser.system]}, but draws with {what}: {renderer[:80]}" if what else None


@lru_cache(maxsize=1024)
def _foreign(system: str, renderer: str) -> str | None:
    return next(
        (what for what, systems, pattern in _IMPOSSIBLE if system in systems and pattern.search(renderer)), None
    )
