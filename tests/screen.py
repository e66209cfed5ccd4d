"""A screen without a monitor, and a person's hands for it: a browser operated through the X server, with no driver near it.

The "people" are scripts with human-like timing: good for showing that nothing in a real browser is flagged, a rough stand-in
for behaviour.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from machine import process, x_server

SIZE = (1400, 1000)
_SHIFTED = {"@": "2", "!": "1", "_": "minus"}
_NAMES = {".": "period", "-": "minus", " ": "space"}
_NEEDED = ("Xvfb", "openbox", "xdotool")
_CALIBRATION = b"""<!doctype html><title>start</title><body style="margin:0;height:100vh"><script>
const tell = (e) => fetch('/at', {method: 'POST', body: JSON.stringify({x: e.clientX, y: e.clientY, w: innerWidth, h: innerHeight})})
addEventListener('mousemove', tell)</script>"""
_FIREFOX_PREFERENCES = {
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "termsofuse.bypassNotification": True,
    "signon.rememberSignons": False,
}


def missing_tools() -> list[str]:
    """What a screen needs and this machine does not have."""
    return [tool for tool in _NEEDED if shutil.which(tool) is None]


@contextmanager
def display() -> Iterator[str]:
    """A private X server with a window manager; yields its name."""
    with x_server("Xvfb", "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp") as name:
        time.sleep(0.4)
        yield name


class Place(NamedTuple):
    """Where the page lies on the screen: its left upper corner and its size."""

    left: float
    top: float
    width: int
    height: int


class Calibration:
    """A page that reports where the pointer is in its own coordinates."""

    def __init__(self) -> None:
        seen: list[dict[str, float]] = []

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(_CALIBRATION)

            def do_POST(self) -> None:
                seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

        self.seen = seen
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Hands:
    """Moves the mouse and presses keys on one display, at a person's pace."""

    def __init__(self, name: str, seed: int, pace: float = 1.0) -> None:
        self._environ = {**os.environ, "DISPLAY": name}
        self._random = random.Random(seed)
        self._pace = pace
        self._at = (700.0, 620.0)

    def _do(self, script: str) -> None:
        subprocess.run(["xdotool", "-"], input=script, text=True, check=True, env=self._environ, timeout=60)

    def locate(self, calibration: Calibration, zoom: float = 1.0) -> Place:
        """Finds the page by moving over the calibration page. ``zoom`` is how many screen pixels one of the page's is."""
        x, y = self._at
        for _ in range(60):
            time.sleep(0.5)
            calibration.seen.clear()
            self._do(f"mousemove {x - 9} {y - 5}\nsleep 0.1\nmousemove {x} {y}\n")
            time.sleep(0.3)
            if calibration.seen:
                at = calibration.seen[-1]
                return Place(x - at["x"] * zoom, y - at["y"] * zoom, int(at["w"]), int(at["h"]))
        raise TimeoutError("the browser did not show its page")

    def visit(self, url: str) -> None:
        """Types an address into the address bar."""
        self._do("key ctrl+l\nsleep 0.4\n")
        subprocess.run(["xdotool", "type", "--delay", "25", url], check=True, env=self._environ, timeout=60)
        self._do("sleep 0.2\nkey Return\n")
        time.sleep(3)

    def move(self, x: float, y: float) -> None:
        """Goes there along a bent way, fast in the middle and slow at its ends."""
        (x0, y0), pick = self._at, self._random
        distance = math.hypot(x - x0, y - y0)
        bend, seconds = pick.gauss(0, 0.08) * distance, 0.15 + 0.1 * math.log2(distance / 40 + 1)
        lines, spent = [], 0.0
        while spent < seconds and distance > 2:
            step = pick.choice([0.007, 0.008, 0.009, 0.012])
            spent = min(seconds, spent + step)
            part = spent / seconds
            eased = part * part * (3 - 2 * part)
            aside = math.sin(math.pi * eased) * bend / distance
            px, py = x0 + (x - x0) * eased - (y - y0) * aside, y0 + (y - y0) * eased + (x - x0) * aside
            lines.append(f"mousemove {px + pick.gauss(0, 0.5):.0f} {py + pick.gauss(0, 0.5):.0f}\nsleep {step}")
        self._do("\n".join([*lines, f"mousemove {x:.0f} {y:.0f}"]) + "\n")
        self._at = (x, y)

    def click(self) -> None:
        """Presses and releases the button."""
        pick = self._random.uniform
        self._do(
            f"sleep {pick(0.06, 0.15):.3f}\nmousedown 1\nsleep {pick(0.06, 0.12):.3f}\nmouseup 1\nsleep {pick(0.1, 0.3):.3f}\n"
        )

    def press(self, key: str) -> None:
        """Presses one key by name, or one with others held: "ctrl+v"."""
        *held, last = key.split("+")
        down = "".join(f"keydown {name}\nsleep 0.08\n" for name in held)
        up = "".join(f"sleep 0.05\nkeyup {name}\n" for name in reversed(held))
        self._do(f"{down}keydown {last}\nsleep {self._random.uniform(0.06, 0.1):.3f}\nkeyup {last}\n{up}sleep 0.3\n")

    def hold(self, key: str, seconds: float) -> None:
        """Holds one key; the screen's server repeats it."""
        self._do(f"keydown {key}\nsleep {seconds}\nkeyup {key}\nsleep 0.3\n")

    def type(self, text: str) -> None:
        """Types, with Shift where it is needed, keys overlapping now and then."""
        plan: list[tuple[float, str]] = []
        now, free = 0.0, dict[str, float]()
        for letter in text:
            shift = letter.isupper() or letter in _SHIFTED
            key = _SHIFTED.get(letter) or _NAMES.get(letter) or letter.lower()
            held = max(0.04, self._random.gauss(0.085, 0.02))
            now = max(now, free.get(key, 0.0) + 0.03)
            if shift:
                plan += [(now, "keydown Shift_L"), (now + held + 0.1, "keyup Shift_L")]
                now += self._random.uniform(0.06, 0.1)
            plan += [(now, f"keydown {key}"), (now + held, f"keyup {key}")]
            free[key] = now + held
            flight = self._random.lognormvariate(math.log(0.13 * self._pace), 0.35)
            now += max(0.05, flight) + (0.18 if shift else 0)
        self._play(plan)

    def _play(self, plan: list[tuple[float, str]]) -> None:
        lines, at = [], 0.0
        for when, action in sorted(plan):
            if when > at:
                lines.append(f"sleep {when - at:.3f}")
                at = when
            lines.append(action)
        self._do("\n".join(lines) + "\n")


class Seat:
    """Where somebody sits: a screen, the hands at it, and what stands between them and the browser, which here is nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def hands(self, seed: int, pace: float) -> Hands:
        """The hands at this seat."""
        return Hands(self.name, seed, pace)

    def command(self, command: list[str]) -> list[str]:
        """The browser's command, with what is started before it."""
        return command

    def environ(self, home: str) -> dict[str, str]:
        """The variables that the browser gets besides."""
        return {}

    def prove(self, home: str) -> None:
        """Raises RuntimeError where what should stand between was not in use."""


@contextmanager
def at_the_screen() -> Iterator[Seat]:
    """The seat of somebody at a keyboard of their own."""
    with display() as name:
        yield Seat(name)


def _command(browser: str, profile: Path, url: str, given: Sequence[str], prefer: Mapping[str, Any]) -> list[str]:
    if browser == "firefox":
        settings = {**_FIREFOX_PREFERENCES, **prefer}
        preferences = (f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in settings.items())
        (profile / "user.js").write_text("".join(preferences))
        size = ["--width", str(SIZE[0] - 40), "--height", str(SIZE[1] - 40)]
        return [executable("firefox"), "--profile", str(profile), "--no-remote", *size, url]
    if browser == "webkit":
        return [executable("webkit"), "--geometry", f"{SIZE[0] - 40}x{SIZE[1] - 60}", *given, url]
    flags = [
        "--no-first-run",
        "--start-maximized",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    flags += [*given, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return [executable("chromium"), f"--user-data-dir={profile}", *flags, url]


def executable(browser: str) -> str:
    """The browser's program: HUSHGATE_CHROMIUM or HUSHGATE_FIREFOX, or what the machine has; "" where there is none."""
    names = {
        "chromium": ("chromium", "chromium-browser", "google-chrome"),
        "firefox": ("firefox-esr", "firefox"),
        "webkit": tuple(map(str, Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))),
    }[browser]
    named = os.environ.get(f"HUSHGATE_{browser.upper()}")
    return named or next(filter(None, map(shutil.which, names)), "") or ""


@contextmanager
def browsing(
    browser: str,
    seed: int,
    pace: float = 1.0,
    flags: Sequence[str] = (),
    preferences: Mapping[str, Any] | None = None,
    habits: Callable[[Hands], float] | None = None,
    sit: Callable[[], AbstractContextManager[Seat]] = at_the_screen,
) -> Iterator[tuple[Hands, Place]]:
    """A browser on a screen of its own, with no automation flag, and hands that know where its page is.

    ``habits`` is what somebody does to the browser before the visit (zooms, opens its tools); it gives the zoom. ``pace`` is how
    long a key takes, in parts of an ordinary typist's time; ``sit`` is where they sit (tests/desks.py).
    """
    calibration = Calibration()
    with sit() as seat, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as text:
        environ = {"DISPLAY": seat.name, "HOME": text, "LANG": "en_US.UTF-8", **seat.environ(text)}
        command = seat.command(_command(browser, Path(text), calibration.url, flags, preferences or {}))
        with closing(calibration), process(command, **environ):
            hands = seat.hands(seed, pace)
            place = hands.locate(calibration)
            yield hands, hands.locate(calibration, habits(hands)) if habits else place
            seat.prove(text)
