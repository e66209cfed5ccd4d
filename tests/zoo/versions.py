"""Which versions ran: browsers, tools, the other detectors, and Hushgate."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterable

from hushgate.version import __version__
from screen import executable
from zoo.subjects import Subject, installed

DETECTORS = ("node:@fingerprintjs/botd", "node:fpscanner")


def browsers() -> list[str]:
    """What each browser here says of itself."""
    programs = [executable("chromium"), shutil.which("chromium-headless-shell"), executable("firefox")]
    return [said for program in programs if program for said in [_says(program)] if said]


def _says(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[0].split(" built on ")[0] if done.stdout.strip() else ""


def tools(subjects: Iterable[Subject]) -> list[str]:
    """Each package that a subject needs, with its version."""
    needs = {need for subject in subjects for need in subject.needs}
    known = {need.removeprefix("node:"): installed(need) for need in needs}
    return [f"{name} {version}" for name, version in sorted(known.items()) if version]


def detectors() -> list[str]:
    """Hushgate, and those beside it."""
    others = [f"{name.removeprefix('node:')} {installed(name) or '(not installed)'}" for name in DETECTORS]
    return [f"hushgate {__version__}", *others]


def machine() -> str:
    """The system that it ran on."""
    names = platform.freedesktop_os_release()
    return f"{names.get('PRETTY_NAME', platform.system())}, Python {platform.python_version()}"
