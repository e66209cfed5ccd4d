"""A remote screen: a VNC server, and the hands of somebody who sits far from it, at a client."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from machine import process, x_server
from screen import SIZE, Hands, display
from servers import free_port

_KEYSYMS = {
    "BackSpace": 0xFF08, "Tab": 0xFF09, "Return": 0xFF0D, "Shift_L": 0xFFE1, "ctrl": 0xFFE3, "shift": 0xFFE1,
    "period": 0x2E, "minus": 0x2D, "space": 0x20, "colon": 0x3A, "slash": 0x2F, "question": 0x3F, "equal": 0x3D,
}  # fmt: skip
_UPPER = {"2": "@", "1": "!", "minus": "_"}
_PLAIN_NAMES = {":": "colon", "/": "slash", "?": "question", "=": "equal", ".": "period", "-": "minus"}


class _Client:
    """As much of a VNC client as hands need: RFB 3.8, no password, keys and a pointer (RFC 6143, sections 7.1 and 7.5)."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._read(12)
        self._socket.sendall(b"RFB 003.008\n")
        self._read(self._read(1)[0])
        self._socket.sendall(b"\x01")
        self._read(4)
        self._socket.sendall(b"\x01")
        self._read(struct.unpack(">20xI", self._read(24))[0])

    def _read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            part = self._socket.recv(count - len(got))
            if not part:
                raise ConnectionError("the VNC server hung up")
            got += part
        return got

    def key(self, keysym: int, *, down: bool) -> None:
        """KeyEvent."""
        self._socket.sendall(struct.pack(">BBxxI", 4, down, keysym))

    def pointer(self, x: int, y: int, buttons: int) -> None:
        """PointerEvent."""
        self._socket.sendall(struct.pack(">BBHH", 5, buttons, x, y))


class VncHands(Hands):
    """Hands at a client: what they do is sent over the network. A viewer sends the letter that is meant, with Shift beside it."""

    def __init__(self, name: str, seed: int, pace: float = 1.0, *, port: int) -> None:
        super().__init__(name, seed, pace)
        self._client = _Client(port)
        self._place, self._buttons, self._shift = (0, 0), 0, False

    def visit(self, url: str) -> None:
        """Types an address into the address bar."""
        self._do("key ctrl+l\nsleep 0.4\n")
        for letter in url:
            name = _PLAIN_NAMES.get(letter, letter)
            self._do(f"keydown {name}\nsleep 0.02\nkeyup {name}\nsleep 0.01\n")
        self._do("sleep 0.2\nkey Return\n")
        time.sleep(3)

    def _do(self, script: str) -> None:
        for line in script.splitlines():
            action, *given = line.split()
            getattr(self, f"_{action}")(*given)

    def _sleep(self, seconds: str) -> None:
        time.sleep(float(seconds))

    def _mousemove(self, x: str, y: str) -> None:
        self._place = (max(0, round(float(x))), max(0, round(float(y))))
        self._client.pointer(*self._place, self._buttons)

    def _mousedown(self, _button: str) -> None:
        self._buttons = 1
        self._client.pointer(*self._place, 1)

    def _mouseup(self, _button: str) -> None:
        self._buttons = 0
        self._client.pointer(*self._place, 0)

    def _keydown(self, name: str) -> None:
        self._press(name, down=True)

    def _keyup(self, name: str) -> None:
        self._press(name, down=False)

    def _key(self, names: str) -> None:
        for name in names.split("+"):
            self._press(name, down=True)
        for name in reversed(names.split("+")):
            self._press(name, down=False)

    def _press(self, name: str, *, down: bool) -> None:
        if name == "Shift_L":
            self._shift = down
        meant = (
            (_UPPER.get(name) or name.upper() if len(name) == 1 or name in _UPPER else name) if self._shift else name
        )
        self._client.key(_KEYSYMS.get(meant) or ord(meant), down=down)


@contextmanager
def serving(how: str) -> Iterator[tuple[str, int]]:
    """A screen that is shared: "server" is a VNC server's own, "screen" one that x11vnc shares. Yields its name and the port."""
    port = free_port()
    if how == "screen":
        with display() as name:
            share = ["x11vnc", "-display", name, "-rfbport", str(port), "-localhost", "-forever", "-nopw", "-quiet"]
            with process(share):
                _await(port)
                yield name, port
        return
    size = ["-geometry", f"{SIZE[0]}x{SIZE[1]}", "-depth", "24"]
    with x_server("Xvnc", "-rfbport", str(port), "-SecurityTypes", "None", "-localhost", *size) as name:
        _await(port)
        yield name, port


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(0.4)
            return
    raise TimeoutError("nobody serves this screen")
