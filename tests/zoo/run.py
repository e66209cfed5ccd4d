"""Runs one subject: a process with a profile, a screen where it needs one, and a time limit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from running import CHROMIUM_FLAGS
from screen import display, executable
from zoo import processes
from zoo.drivers.task import VARIABLE
from zoo.subjects import Subject

HERE = Path(__file__).parent
GL_FLAGS = ["--ignore-gpu-blocklist", "--use-gl=angle", "--use-angle=gl"]
"""Mesa's software GL: WebGL as on a person's machine, where this one has no GPU. For bots and people alike."""
LIMIT = 90.0
TIME_ZONE = "America/New_York"
PASSWORD = "Tr1cky-Pass"
FIRST = [
    "Jordan",
    "Mina",
    "Tomas",
    "Pernille",
    "Aisha",
    "Kenji",
    "Lucia",
    "Olena",
    "Kwame",
    "Ingrid",
    "Rafael",
    "Noor",
    "Sofia",
    "Marek",
    "Elif",
]
LAST = [
    "Ellis",
    "Lindqvist",
    "Novak",
    "Okafor",
    "Tanaka",
    "Moreno",
    "Shevchenko",
    "Mensah",
    "Berg",
    "Costa",
    "Haddad",
    "Rossi",
    "Kowalski",
    "Demir",
]
PROVIDERS = ["gmail.com", "outlook.com", "yahoo.com", "icloud.com", "gmx.de", "proton.me"]
"""Everybody has an ordinary name and address: what is measured is the browser, not the mail address."""


class Run(NamedTuple):
    """What came of it: the mail address that was signed up, and what went wrong, or ""."""

    email: str
    error: str


@cache
def major() -> str:
    """The major version of the Chromium here."""
    said = subprocess.run([executable("chromium"), "--version"], capture_output=True, text=True, check=True).stdout
    return next((word.split(".")[0] for word in said.split() if word[:1].isdigit()), "0")


def play(subject: Subject, url: str, number: int, *, gl: bool) -> Run:
    """Lets a subject visit. ``number`` is the round: it seeds the hands, and makes the address its own."""
    mark = uuid.uuid4().hex
    who = Random(mark)
    first, last = who.choice(FIRST), who.choice(LAST)
    email = f"{first}.{last}{who.randint(10, 99)}@{who.choice(PROVIDERS)}".lower()
    with tempfile.TemporaryDirectory(prefix="zoo-", ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        profile = Path(folder) / "profile"
        profile.mkdir()
        environ = _environ(mark, _task(subject, url, profile, (f"{first} {last}", email), number, gl=gl))
        if subject.screen:
            environ["DISPLAY"] = stack.enter_context(display())
        error = _wait(_command(subject), environ, mark, folder)
    return Run(email, error)


def _task(subject: Subject, url: str, profile: Path, who: tuple[str, str], number: int, *, gl: bool) -> dict[str, Any]:
    name, email = who
    binary = {"binary": executable("webkit")} if "webkit" in subject.needs else {}
    options = json.loads(json.dumps({**subject.options, **binary}).replace("{major}", major()))
    return {
        "url": f"{url}/?zoo={subject.name}",
        "profile": str(profile),
        "chromium": executable("chromium"),
        "chromium_shell": shutil.which("chromium-headless-shell") or "",
        "chromedriver": shutil.which("chromedriver") or "",
        "firefox": executable("firefox"),
        "flags": _flags(subject, gl=gl),
        "fields": {"name": name, "email": email, "password": PASSWORD},
        "seed": number,
        "options": options,
    }


def _flags(subject: Subject, *, gl: bool) -> list[str]:
    """Bots get what a root account on a machine without a network needs; a person's browser gets no flag but those for graphics."""
    graphics = GL_FLAGS if gl and subject.on_screen else []
    return [*graphics] if subject.kind == "person" else [*CHROMIUM_FLAGS, *graphics]


def _environ(mark: str, task: dict[str, Any]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    own = {processes.MARK: mark, VARIABLE: json.dumps(task), "TZ": TIME_ZONE, "LANG": "en_US.UTF-8"}
    return {**kept, **own, "PYTHONPATH": str(HERE.parent)}


def _command(subject: Subject) -> list[str]:
    script = HERE / "drivers" / f"{subject.driver}.mjs"
    return ["node", str(script)] if script.is_file() else [sys.executable, "-m", f"zoo.drivers.{subject.driver}"]


def _wait(command: list[str], environ: dict[str, str], mark: str, folder: str) -> str:
    """Waits for a driver; what it leaves lying about goes with its folder."""
    process = subprocess.Popen(
        command,
        env=environ,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, said = process.communicate(timeout=LIMIT)
        error = "" if process.returncode == 0 else said.strip()[-600:] or f"exit {process.returncode}"
    except subprocess.TimeoutExpired:
        error = f"not done within {LIMIT:.0f} seconds"
    finally:
        processes.end(mark)
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()
    return error
