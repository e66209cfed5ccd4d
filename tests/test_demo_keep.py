"""What the demo keeps from one start to the next: a second terminal, and the next start, can read its ghosts."""

from __future__ import annotations

import shlex
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from hushgate.keys import new_key
from hushgate_demo.keep import secrets_of, write_sourced
from running import running_demo

ADDRESS = "bot@example.com"


def in_a_terminal(data: Path, *words: str) -> str:
    """What a command says in a shell that has read the demo's file, and nothing else of it."""
    script = f'. {shlex.quote(str(data))}/env.sh; exec "$@"'
    command = ["sh", "-c", script, "sh", sys.executable, "-c", "from hushgate.cli import main; main()", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ghosts_are_listed_and_restored_from_a_second_terminal_after_the_demo_was_stopped(tmp_path: Path) -> None:
    data = tmp_path / "a folder's"
    data.mkdir()
    form = urllib.parse.urlencode({"name": "Bot", "email": ADDRESS, "password": "correct-horse"}).encode()
    with running_demo(data) as demo:
        urllib.request.urlopen(f"{demo.url}/signup", form, timeout=20).close()
        assert demo.latest(ADDRESS)["decision"] == "ghost"
        listed = in_a_terminal(data, "ghosts", "list")
        assert ADDRESS in listed
    said = (data / "demo.log").read_text()
    assert "env.sh" in said and not any(text in said for text in secrets_of(data, {}).values())
    ghost = listed.splitlines()[1].split()[1]
    assert ADDRESS in in_a_terminal(data, "ghosts", "show", ghost)
    assert f"restored, account {ghost}" in in_a_terminal(data, "ghosts", "restore", ghost)
    with running_demo(data) as demo:
        assert demo.latest(ADDRESS)["effects"]["row"]


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    first = secrets_of(tmp_path / "data", {})
    assert secrets_of(tmp_path / "data", {}) == first and len(set(first.values())) == 2
    assert [file.stat().st_mode & 0o777 for file in (tmp_path / "data").iterdir()] == [0o600] * 2


def test_keys_of_the_environment_win(tmp_path: Path) -> None:
    environ = {"HUSHGATE_KEYS": new_key()}
    assert secrets_of(tmp_path, environ)["HUSHGATE_KEYS"] == environ["HUSHGATE_KEYS"]
    assert not (tmp_path / "keys").exists()
    assert "HUSHGATE_KEYS" not in write_sourced(tmp_path, environ, {}).read_text()
    ours = secrets_of(tmp_path, {})
    assert "HUSHGATE_KEYS" in write_sourced(tmp_path, ours, {}).read_text(), (
        "a shell that read the file starts the demo"
    )


def test_keys_that_cannot_be_used_are_named_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("abcd:short")
    with pytest.raises(SystemExit, match=r"the keys in .*/keys cannot be used(.|\n)*key 1"):
        secrets_of(tmp_path, {})
    with pytest.raises(SystemExit, match="the keys in the environment cannot be used"):
        secrets_of(tmp_path, {"HUSHGATE_KEYS": "abcd:weak"})
