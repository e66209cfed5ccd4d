"""``hushgate demo``: starts the gate and the demo site side by side, and stops them again."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

import click

from hushgate.cli.start import next_free, refusal
from hushgate_demo.keep import SOURCED, secrets_of, write_sourced

HOST = "127.0.0.1"
SITEKEY = "fernpost"
START_SECONDS = 30.0
STOP_SECONDS = 8.0
LOG_LINES = 15
_SERVE = "from hushgate.cli import main; main()"
_SITE = "hushgate_demo.app:from_env"
_SETTINGS = f"""\
# Written by `hushgate demo` each time it starts. Its keys are in the file `keys` beside this one.
[gate]
trusted_proxies = ["127.0.0.0/8", "::1/128"]  # so that `hushgate demo --wave` can come from many addresses
session_rate = "1200/minute"  # and a day of one address in a minute
verdict_rate = "1200/minute"

[sites.{SITEKEY}]
name = "Fernpost"
hostnames = ["127.0.0.1", "localhost"]
mode = "enforce"
ghost_hooks = "hushgate_demo.hooks"

[sites.{SITEKEY}.limits]
exempt = ["127.0.0.0/8", "::1/128"]  # you will fill the form more than five times an hour

"""


class Child(NamedTuple):
    """One server that was started, and where it writes its log."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path


def run_demo(demo_port: int, gate_port: int, data: Path, open_wave: bool = False) -> None:
    """Runs both until Ctrl-C or SIGTERM. Everything is written under ``data``.

    Raises:
        SystemExit: a port is taken, or a server did not start or died; the message says which, and what to do.
    """
    _check_ports(demo_port, gate_port)
    data = data.resolve()
    environment = _environment(demo_port, gate_port, data)
    with _stopping() as stop:
        click.echo("Starting the gate and the demo site")
        gate = _start("gate", gate_port, data, environment, *_hushgate(gate_port))
        demo = _start("demo", demo_port, data, environment, *_granian(demo_port))
        try:
            if _wait_until_up((gate, demo), stop):
                click.echo(_welcome(demo_port, gate_port, data))
                if open_wave:
                    _begin_wave(demo_port, gate_port)
                _watch((gate, demo), stop)
        finally:
            _stop((demo, gate))
        click.echo("Stopped.")


def write_settings(data: Path) -> Path:
    """Writes the gate's settings file for the demo."""
    file = data / "hushgate.toml"
    data.mkdir(parents=True, exist_ok=True)
    file.write_text(_SETTINGS, encoding="utf-8")
    return file


def _environment(demo_port: int, gate_port: int, data: Path) -> dict[str, str]:
    """Ours without HUSHGATE_* (the demo is nobody's production) but for the keys, which are those of the last start."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HUSHGATE_", "FERNPOST_"))}
    settings = {
        "HUSHGATE_CONFIG": str(write_settings(data)),
        "HUSHGATE_DATA": str(data),
        "FERNPOST_DATA": str(data),
    }
    kept = secrets_of(data, os.environ)
    write_sourced(data, os.environ, settings)
    return (
        inherited
        | settings
        | kept
        | {
            "FERNPOST_CLOCK": "1",
            "FERNPOST_COMMAND": _command(),
            "FERNPOST_GATE_URL": f"http://{HOST}:{gate_port}",
            "FERNPOST_PORTS": _ports(demo_port, gate_port),
            "FERNPOST_SITEKEY": SITEKEY,
            "FERNPOST_SOURCED": _sourced(data),
            "PYTHONUNBUFFERED": "1",
        }
    )


def _hushgate(port: int) -> tuple[str, ...]:
    return ("-c", _SERVE, "serve", "--host", HOST, "--port", str(port))


def _granian(port: int) -> tuple[str, ...]:
    server = ("-m", "granian", "--interface", "wsgi", "--factory", "--host", HOST, "--port", str(port))
    return (*server, "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning", _SITE)


def _check_ports(demo_port: int, gate_port: int) -> None:
    if demo_port == gate_port:
        raise SystemExit(f"hushgate demo: port {demo_port} cannot serve both servers: change DEMO_PORT or GATE_PORT")
    wanted = (("the demo site", demo_port, "DEMO_PORT"), ("the gate", gate_port, "GATE_PORT"))
    taken = [(what, port, name) for what, port, name in wanted if refusal(HOST, port)]
    if not taken:
        return
    avoid, choices = {demo_port, gate_port}, []
    for _, port, name in taken:
        free = next_free(HOST, port, avoid)
        avoid.add(free)
        choices.append(f"{name}={free}")
    lines = [f"hushgate demo: port {port}, for {what}, is taken by another program." for what, port, _ in taken]
    other = "another port" if len(taken) == 1 else "other ports"
    raise SystemExit("\n".join([*lines, f"Stop that program, or choose {other}: {' '.join(choices)} make demo"]))


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set. The handlers that were there before are put back."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(name: str, port: int, data: Path, environment: dict[str, str], *arguments: str) -> Child:
    """Starts a server in a session of its own, so that Ctrl-C reaches it only through us."""
    log = data / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own two servers
            [sys.executable, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, port, process, log)


def _wait_until_up(children: tuple[Child, ...], stop: threading.Event) -> bool:
    """True when both answer, False when we were told to stop. Raises SystemExit where one does not come up."""
    end = time.monotonic() + START_SECONDS
    waiting = list(children)
    while waiting and not stop.is_set():
        _check_alive(children)
        if time.monotonic() > end:
            raise SystemExit(_obituary(waiting[0], f"did not answer within {START_SECONDS:.0f} seconds"))
        waiting = [child for child in waiting if not _answers(child.port)]
        stop.wait(0.1)
    return not stop.is_set()


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _watch(children: tuple[Child, ...], stop: threading.Event) -> None:
    while not stop.wait(0.3):
        _check_alive(children)


def _check_alive(children: tuple[Child, ...]) -> None:
    for child in children:
        if child.process.poll() is not None:
            raise SystemExit(_obituary(child, f"stopped by itself (exit {child.process.returncode})"))


def _obituary(child: Child, what: str) -> str:
    last = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    head = f"hushgate demo: the {child.name} {what}. The end of {_near(child.log)}:"
    return "\n".join([head, *(f"  {line}" for line in last)])


def _stop(children: tuple[Child, ...]) -> None:
    for child in children:
        child.process.terminate()
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):  # its workers are in its group: none of them outlives us
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _begin_wave(demo_port: int, gate_port: int) -> None:
    from hushgate_demo.wave import run

    urls = f"http://{HOST}:{demo_port}", f"http://{HOST}:{gate_port}"
    threading.Thread(target=run, args=urls, daemon=True).start()


def _near(path: Path) -> Path:
    """A path as somebody in this folder would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _command() -> str:
    """The command as somebody in this folder would type it."""
    return shlex.quote(str(_near(Path(sys.executable).with_name("hushgate"))))


def _ports(demo_port: int, gate_port: int) -> str:
    """What a command needs to find this demo."""
    return "" if (demo_port, gate_port) == (8000, 8100) else f" --demo-port {demo_port} --gate-port {gate_port}"


def _sourced(data: Path) -> str:
    """The line that lets the commands of another terminal find this demo's records; `.` looks on PATH where a name has no slash."""
    return f". {shlex.quote(f'{_near(data)}/{SOURCED}')}"


def _welcome(demo_port: int, gate_port: int, data: Path) -> str:
    demo, command = f"http://{HOST}:{demo_port}", _command()
    return f"""
  The signup page   {demo}
  The gate          http://{HOST}:{gate_port}

  Sign up in your browser, and watch the operator's panel beside the form.
  Then, from another terminal, send a bot:

    curl {demo}/signup -d name=Bot -d email=bot@example.com -d password=correct-horse

  or a wave of them, with some people among them:

    {command} demo --wave{_ports(demo_port, gate_port)}

  Every visit is on record in {_near(data / "spool")}. A summary, in words why one was judged so, and the ghosts:

    {_sourced(data)}
    {command} report
    {command} explain ID
    {command} ghosts list
    {command} ghosts restore ID

  Ctrl-C stops both, and the next start finds everything again.
"""
