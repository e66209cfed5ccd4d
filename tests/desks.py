"""What stands between a person's hands and the browser: an input method, a remote screen, a busy machine.

Each is the real thing: IBus and fcitx5 with their modules for GTK, VNC and RDP servers with a client far from their screens. A desk that is not
in use after all (the browser never loaded the input method) is an error, not a measurement.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from rdp import joined
from screen import Hands, Seat, display
from touch import TouchHands, touching
from vnc import VncHands, serving

_IBUS = """mkdir -p -m 700 "$XDG_RUNTIME_DIR"
ibus-daemon --xim --daemonize --replace
for _ in 1 2 3 4 5 6 7 8; do sleep 1; ibus engine "$DESK_ENGINE" && break; done"""
_LIBPINYIN = f"gsettings set com.github.libpinyin.ibus-libpinyin.libpinyin init-chinese false\n{_IBUS}"
_FCITX = """mkdir -p -m 700 "$XDG_RUNTIME_DIR"; mkdir -p "$HOME/.config/fcitx5"
cat > "$HOME/.config/fcitx5/profile" <<END
[Groups/0]
Name=Default
Default Layout=$DESK_LAYOUT
DefaultIM=$DESK_ENGINE
[Groups/0/Items/0]
Name=keyboard-$DESK_LAYOUT
Layout=
[Groups/0/Items/1]
Name=$DESK_ENGINE
Layout=
[GroupOrder]
0=Default
END
fcitx5 -d; sleep 4"""


class Desk(NamedTuple):
    """One of them: what is started before the browser, and in what session; ``module`` is what the browser has to have loaded.

    ``remote`` says whose screen a client far away shows: "server", a VNC server's without a monitor; "screen", one that is shared;
    "rdp", xrdp's. ``touch`` is a touch screen, with a keyboard. ``busy`` is how many other programs never rest.
    """

    around: str = ""
    environ: Mapping[str, str] = {}
    module: str = ""
    engine: str = ""
    layout: str = "us"
    remote: str = ""
    touch: bool = False
    busy: int = 0
    before: tuple[str, ...] = ()


_IBUS_DESK = Desk(_IBUS, {"GTK_IM_MODULE": "ibus", "XMODIFIERS": "@im=ibus"}, "im-ibus", "xkb:us::eng")
_FCITX_DESK = Desk(_FCITX, {"GTK_IM_MODULE": "fcitx", "XMODIFIERS": "@im=fcitx"}, "im-fcitx5", "pinyin")


def _with(desk: Desk, *, module: str = "", **environ: str) -> Desk:
    return desk._replace(environ={**desk.environ, **environ}, module=module or desk.module)


_INTERNATIONAL = "us -variant intl"
DESKS = {
    "plain": Desk(),
    "busy": Desk(busy=3),
    "one-core": Desk(before=("taskset", "-c", "0")),
    "dead-keys": Desk(layout=_INTERNATIONAL),
    "ibus": _IBUS_DESK,
    "ibus-async": _with(_IBUS_DESK, IBUS_ENABLE_SYNC_MODE="0"),
    "ibus-sync": _with(_IBUS_DESK, IBUS_ENABLE_SYNC_MODE="1"),
    "ibus-hybrid": _with(_IBUS_DESK, IBUS_ENABLE_SYNC_MODE="2"),
    "ibus-xim": _with(_IBUS_DESK, module="im-xim", GTK_IM_MODULE="xim"),
    "ibus-dead-keys": _IBUS_DESK._replace(engine="xkb:us:intl:eng", layout=_INTERNATIONAL),
    # Both begin with Latin letters, as a person's does in an address bar, and change by a key of their own.
    "ibus-pinyin": _with(_IBUS_DESK._replace(around=_LIBPINYIN, engine="libpinyin"), GSETTINGS_BACKEND="keyfile"),
    # Anthy's engine is a program for the system's Python.
    "ibus-anthy": _with(_IBUS_DESK._replace(engine="anthy"), PATH=f"/usr/bin:{os.environ['PATH']}"),
    "ibus-busy": _IBUS_DESK._replace(busy=3),
    "fcitx": _FCITX_DESK,
    "fcitx-async": _with(_FCITX_DESK, FCITX_ENABLE_SYNC_MODE="0"),
    "fcitx-xim": _with(_FCITX_DESK, module="im-xim", GTK_IM_MODULE="xim"),
    "fcitx-unikey": _FCITX_DESK._replace(engine="unikey"),
    "fcitx-russian": _FCITX_DESK._replace(engine="keyboard-ru"),
    "fcitx-busy": _FCITX_DESK._replace(busy=3),
    "vnc": Desk(remote="server"),
    "vnc-ibus": _IBUS_DESK._replace(remote="server"),
    "x11vnc": Desk(remote="screen"),
    "xrdp": Desk(remote="rdp"),
    "touch": Desk(touch=True),
    "touch-ibus": _IBUS_DESK._replace(touch=True),
    "xrdp-ibus": _IBUS_DESK._replace(remote="rdp"),
}


class _Seat(Seat):
    """A desk in use."""

    def __init__(self, name: str, desk: Desk, port: int = 0, client: str = "", device: Path | None = None) -> None:
        super().__init__(name)
        self._desk, self._port, self._client, self._device = desk, port, client, device

    def hands(self, seed: int, pace: float) -> Hands:
        if self._port:
            return VncHands(self.name, seed, pace, port=self._port)
        if self._device:
            return TouchHands(self.name, seed, pace, device=self._device)
        return Hands(self._client or self.name, seed, pace)

    def command(self, command: list[str]) -> list[str]:
        desk = self._desk
        session = ["dbus-run-session", "--"] if desk.around else []
        script = f'{desk.around}\nsetxkbmap {desk.layout}\nexec "$@"'
        return [*session, "sh", "-c", script, "desk", *desk.before, *command]

    def environ(self, home: str) -> dict[str, str]:
        desk = self._desk
        own = {"XDG_RUNTIME_DIR": f"{home}/run", "DESK_ENGINE": desk.engine, "DESK_LAYOUT": desk.layout.split()[0]}
        return {**own, **desk.environ}

    def prove(self, home: str) -> None:
        module = self._desk.module
        if module and not any(module in maps for maps in _maps(home)):
            raise RuntimeError(f"the browser never loaded {module}")


def _maps(home: str) -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and home in (entry / "cmdline").read_text():
                yield (entry / "maps").read_text()
        except OSError:
            continue


@contextmanager
def _seated(desk: Desk) -> Iterator[Seat]:
    if desk.remote == "rdp":
        with joined() as remote:
            yield _Seat(remote.desk, desk, client=remote.client)
    elif desk.remote:
        with serving(desk.remote) as (screen, port):
            yield _Seat(screen, desk, port)
    elif desk.touch:
        with touching() as (screen, device):
            yield _Seat(screen, desk, device=device)
    else:
        with display() as screen:
            yield _Seat(screen, desk)


@contextmanager
def sitting(name: str) -> Iterator[Seat]:
    """Somebody sits down at this desk."""
    desk = DESKS[name]
    with ExitStack() as stack:
        seat = stack.enter_context(_seated(desk))
        loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(desk.busy)]
        try:
            yield seat
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()
