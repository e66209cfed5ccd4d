"""A touch screen: an X server whose devices are Xorg's own for tests (inputtest(4)), and hands that tap it with a finger.

The server stamps, rounds and hands on a finger's events as it does those of a real screen; no kernel is asked for a device.
"""

from __future__ import annotations

import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from machine import x_server
from screen import SIZE, Calibration, Hands, Place

_DEVICE = """Section "InputDevice"
  Identifier "{name}"
  Driver "inputtest"
  Option "SocketPath" "{folder}/{name}"
  Option "DeviceType" "{name}"
EndSection
"""
_SERVER = """Section "ServerFlags"
  Option "AutoAddDevices" "off"
  Option "DontVTSwitch" "on"
EndSection
Section "ServerLayout"
  Identifier "layout"
  Screen "screen"
  InputDevice "Pointer" "CorePointer"
  InputDevice "Keyboard" "CoreKeyboard"
  InputDevice "Touch" "SendCoreEvents"
EndSection
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 64000
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 5-1000
  VertRefresh 5-200
  Modeline "size" 120 {width} {across} {height} {down}
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "size"
  EndSubSection
EndSection
"""
_VERSION, _TOUCH = 0, 6
_BEGIN, _END = 18, 20
_WHOLE = 0xFFFF
"""The protocol of inputtest(4), as far as a finger needs it: kinds of messages, of touches (XI2proto.h), and how long an axis is."""


class _Finger:
    """One finger of the device behind a socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))
        self._socket.sendall(struct.pack("=IIHH", 12, _VERSION, 1, 1))
        self._socket.recv(64)
        self._touches = count(1)

    def tap(self, x: float, y: float, seconds: float) -> None:
        """Down, and up again after so long."""
        touch = next(self._touches)
        self._send(touch, _BEGIN, x, y)
        time.sleep(seconds)
        self._send(touch, _END, x, y)

    def _send(self, touch: int, kind: int, x: float, y: float) -> None:
        axes = [x / SIZE[0] * _WHOLE, y / SIZE[1] * _WHOLE, *[0.0] * 126]
        body = struct.pack("=IIIB11x128d", touch, kind, 0, 0b11, *axes)
        self._socket.sendall(struct.pack("=II", 8 + len(body), _TOUCH) + body)


class TouchHands(Hands):
    """Hands that tap where they go to; the keyboard is an ordinary one."""

    def __init__(self, name: str, seed: int, pace: float = 1.0, *, device: Path) -> None:
        super().__init__(name, seed, pace)
        self._finger = _Finger(device)

    def locate(self, calibration: Calibration, zoom: float = 1.0) -> Place:
        """Finds the page by tapping it: each tap is a move of the mouse as well."""
        x, y = self._at
        for _ in range(60):
            calibration.seen.clear()
            self.click()
            if calibration.seen:
                at = calibration.seen[-1]
                return Place(x - at["x"] * zoom, y - at["y"] * zoom, int(at["w"]), int(at["h"]))
        raise TimeoutError("the browser did not show its page")

    def move(self, x: float, y: float) -> None:
        """A finger is in the air."""
        self._at = (x, y)

    def click(self) -> None:
        """Taps."""
        time.sleep(self._random.uniform(0.3, 0.6))
        self._finger.tap(*self._at, self._random.uniform(0.05, 0.11))
        time.sleep(self._random.uniform(0.2, 0.5))


@contextmanager
def touching() -> Iterator[tuple[str, Path]]:
    """The screen's name, and the socket of what is touched."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as text:
        folder = Path(text)
        devices = [_DEVICE.format(name=name, folder=folder) for name in ("Pointer", "Keyboard", "Touch")]
        (width, height), settings = SIZE, folder / "xorg.conf"
        across, down = (" ".join(str(side + more) for more in (10, 20, 40)) for side in SIZE)
        server = _SERVER.format(width=width, across=across, height=height, down=down)
        settings.write_text("".join([server, *devices]))
        log = ["-logfile", str(folder / "xorg.log")]
        with x_server("Xorg", "-config", str(settings), "-noreset", "-nolisten", "tcp", *log) as name:
            time.sleep(1)
            yield name, folder / "Touch"
