"""A remote desktop: xrdp with its own X server, and a client (FreeRDP) whose window fills the screen of whoever sits far from it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from machine import process, x_server
from screen import SIZE, display
from servers import free_port

_SETTINGS = """[Globals]
ini_version=1
fork=false
port=tcp://127.0.0.1:{port}
security_layer=tls
certificate={folder}/certificate.pem
key_file={folder}/key.pem
ssl_protocols=TLSv1.2, TLSv1.3
autorun=desk
max_bpp=32
use_fastpath=both
allow_channels=true
[Logging]
LogFile={folder}/xrdp.log
EnableSyslog=false
[Channels]
rdpdr=true
rdpsnd=true
drdynvc=true
cliprdr=true
[desk]
name=desk
lib=libxup.so
username=na
password=na
ip=127.0.0.1
port=/tmp/.xrdp/xrdp_display_{number}
code=20
"""
"""No session manager, and so no login: the one desk is joined by its socket. https://github.com/neutrinolabs/xrdp, xrdp.ini(5)"""


class Remote(NamedTuple):
    """The screen that the browser is on, and the one that its user looks at."""

    desk: str
    client: str


@contextmanager
def joined() -> Iterator[Remote]:
    """Somebody has connected to a desk."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as text, ExitStack() as stack:
        folder, port = Path(text), free_port()
        log = ["-logfile", str(folder / "xorg.log")]
        server = x_server("Xorg", "-config", "xrdp/xorg.conf", "-noreset", "-nolisten", "tcp", *log)
        desk = stack.enter_context(server)
        _certificate(folder)
        settings = folder / "xrdp.ini"
        settings.write_text(_SETTINGS.format(port=port, folder=folder, number=desk.removeprefix(":")))
        stack.enter_context(process(["xrdp", "--nodaemon", "-c", str(settings)]))
        client = stack.enter_context(display())
        time.sleep(1)
        where = [f"/v:127.0.0.1:{port}", "/cert-ignore", "/sec:tls", "/u:na", "/p:na", "/f"]
        stack.enter_context(process(["xfreerdp", *where, f"/w:{SIZE[0]}", f"/h:{SIZE[1]}"], DISPLAY=client))
        _await(desk)
        yield Remote(desk, client)


def _certificate(folder: Path) -> None:
    kept = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=desk", *kept]
    subprocess.run(made, check=True, capture_output=True)


def _await(desk: str) -> None:
    """The desk takes the client's size once it is shown there."""
    for _ in range(100):
        asked = ["xdotool", "getdisplaygeometry"]
        said = subprocess.run(asked, env={**os.environ, "DISPLAY": desk}, capture_output=True, text=True, check=False)
        if said.stdout.split() == [str(part) for part in SIZE]:
            time.sleep(0.5)
            return
        time.sleep(0.2)
    raise TimeoutError("the remote desktop was not shown")
