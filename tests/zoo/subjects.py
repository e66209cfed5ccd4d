"""The table of subjects: who visits, how, and what that needs."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import msgspec

from screen import executable, missing_tools

HERE = Path(__file__).parent


def _driver(name: str) -> str | None:
    """A driver of Xorg's for input; the screen is drawn by nobody ("dummy")."""
    modules = Path("/usr/lib/xorg/modules")
    files = [modules / "input" / f"{name}_drv.so", modules / "drivers" / "dummy_drv.so"]
    return str(modules) if all(file.is_file() for file in files) else None


def _engine(name: str) -> str | None:
    """An engine of IBus."""
    file = Path("/usr/share/ibus/component") / f"{name}.xml"
    return str(file) if file.is_file() else None


PROGRAMS: dict[str, Callable[[], str | None]] = {
    "firefox": partial(executable, "firefox"),
    "webkit": partial(executable, "webkit"),
    "chromium-shell": partial(shutil.which, "chromium-headless-shell"),
    **{name: partial(shutil.which, name) for name in ("chromedriver", "curl", "xdotool", "WebKitWebDriver")},
    **{name: partial(shutil.which, name) for name in ("ibus-daemon", "fcitx5", "Xvnc", "x11vnc", "taskset")},
    **{name: partial(shutil.which, name) for name in ("xrdp", "xfreerdp")},
    "xorg:inputtest": partial(_driver, "inputtest"),
    **{f"ibus:{name}": partial(_engine, name) for name in ("libpinyin", "anthy")},
}
"""Needs that are no package."""


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One who visits. ``does`` is said on the page; ``screen`` asks for a window; ``small`` runs in CI too."""

    name: str
    kind: Literal["bot", "person"]
    driver: str
    does: str
    needs: list[str] = []
    screen: bool = False
    small: bool = False
    options: dict[str, Any] = {}

    @property
    def on_screen(self) -> bool:
        """Whether the browser has a window that could show graphics."""
        return self.screen or self.kind == "person"


class Absent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One who does not visit, and why."""

    name: str
    kind: Literal["bot", "person"]
    does: str
    why: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    subject: list[Subject] = []
    absent: list[Absent] = []


def _files() -> Iterator[_File]:
    for path in sorted((HERE / "subjects").glob("*.toml")):
        yield msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), type=_File)


def subjects() -> list[Subject]:
    """Every subject, bots first."""
    found = [subject for file in _files() for subject in file.subject]
    return sorted(found, key=lambda subject: subject.kind)


def absent() -> list[Absent]:
    """Those that are named only."""
    return [entry for file in _files() for entry in file.absent]


def chosen(wanted: Sequence[str]) -> list[Subject]:
    """The subjects whose names match one of the patterns; all where there is none.

    Raises:
        ValueError: a pattern matches nobody.
    """
    everybody = subjects()
    for pattern in wanted:
        if not any(fnmatch(subject.name, pattern) for subject in everybody):
            raise ValueError(f"no subject of the zoo is called {pattern!r}")
    return [s for s in everybody if not wanted or any(fnmatch(s.name, pattern) for pattern in wanted)]


def installed(need: str) -> str | None:
    """The version of what a subject needs, "" where it has none that can be told, or None where it is not here."""
    if need in PROGRAMS:
        return "" if PROGRAMS[need]() else None
    if need.startswith("node:"):
        manifest = HERE / "node_modules" / need.removeprefix("node:") / "package.json"
        return str(msgspec.json.decode(manifest.read_bytes())["version"]) if manifest.is_file() else None
    try:
        return version(need)
    except PackageNotFoundError:
        return None


def missing(subject: Subject) -> list[str]:
    """What keeps a subject from running on this machine."""
    lacking = [need.removeprefix("node:") for need in subject.needs if installed(need) is None]
    lacking += missing_tools() if subject.on_screen else []
    if subject.driver != "http_py" and not executable("chromium"):
        lacking.append("chromium")
    return list(dict.fromkeys(lacking))
