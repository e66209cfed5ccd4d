"""What the demo keeps from one start to the next: its keys and its secret, and a file that gives a second terminal both."""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from hushgate.errors import SettingsError
from hushgate.keys import VARIABLE, new_key, read_keys

KEYS, SECRET, SOURCED = "keys", "secret", "env.sh"
_HEAD = """\
# Written by `hushgate demo` each time it starts. Read into a shell by `. FILE`, it lets `hushgate` work on this demo.
"""


def secrets_of(data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The keys and the site's secret, from the data folder, made where there are none. Keys in the environment win.

    Raises:
        SystemExit: the keys cannot be used; it says where they are.
    """
    given = _given(data, environ)
    keys = given or _kept(data / KEYS, new_key)
    try:
        read_keys(keys)
    except SettingsError as error:
        where = "in the environment" if given else f"in {data / KEYS}"
        raise SystemExit(f"hushgate demo: the keys {where} cannot be used.\n{error}") from None
    return {VARIABLE: keys, "FERNPOST_SECRET": _kept(data / SECRET, lambda: secrets.token_urlsafe(32))}


def write_sourced(data: Path, environ: Mapping[str, str], settings: Mapping[str, str]) -> Path:
    """Writes the file for a second terminal: the settings, and where the secrets are. No secret is in it.

    Keys that come from the environment are not: whoever set them sets them in the other terminal too.
    """
    from_files = {VARIABLE: KEYS, "FERNPOST_SECRET": SECRET}
    if _given(data, environ):
        del from_files[VARIABLE]
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    lines += [f'export {name}="$(cat {shlex.quote(str(data / file))})"' for name, file in from_files.items()]
    file = data / SOURCED
    file.write_text(_HEAD + "\n".join([*lines, ""]), encoding="utf-8")
    return file


def _given(data: Path, environ: Mapping[str, str]) -> str:
    """The environment's own keys: not those that a shell has from our file."""
    given, file = environ.get(VARIABLE, "").strip(), data / KEYS
    return "" if file.exists() and given == file.read_text(encoding="utf-8").strip() else given


def _kept(file: Path, make: Callable[[], str]) -> str:
    """The file's text; a new one is written for its owner's eyes only where there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
            new.write(f"{make()}\n")
    except FileExistsError:
        pass
    return file.read_text(encoding="utf-8").strip()
