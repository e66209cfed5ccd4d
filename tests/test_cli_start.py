"""``hushgate serve`` and ``hushgate demo``: what cannot be served is said in a sentence, before anything is started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import run
from hushgate.cli.start import alone_in
from hushgate.keys import new_key
from servers import free_port


@pytest.fixture(autouse=True)
def folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, and a key."""
    monkeypatch.setenv("HUSHGATE_KEYS", new_key())
    return folder


def refused(*words: str, code: int = 2) -> str:
    output = run(*words, code=code).output
    assert "Traceback" not in output and "listens" not in output
    return output


@pytest.mark.parametrize("share", [True, False], ids=["another gate", "another program"])
def test_a_port_that_somebody_has_is_not_shared(share: bool) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(share))
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused("serve", "--port", str(port), code=1)
    assert f"port {port}, for the gate, is taken by another program.\nStop that program, or choose another" in said


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["serve", "--port", "80000"], "--port"),
        (["serve", "--port", "0"], "--port"),
        (["serve", "--threads", "0"], "--threads"),
        (["serve", "--threads", "-5"], "--threads"),
        (["serve", "--workers", "0"], "--workers"),
        (["serve", "--workers", "-1"], "--workers"),
        (["serve", "--host", ""], "--host"),
        (["serve", "--host", "no such name"], "--host"),
        (["serve", "--host", "192.0.2.1"], "--host"),
        (["demo", "--demo-port", "80000"], "--demo-port"),
        (["demo", "--gate-port", "-1"], "--gate-port"),
        (["demo", "--data", "/proc/x"], "--data"),
        (["demo", "--data", "a-file"], "--data"),
        (["demo", "--data", "a-file/under"], "--data"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_an_option_that_will_not_do_is_named(folder: Path, words: list[str], named: str) -> None:
    (folder / "a-file").touch()
    assert f"Invalid value for '{named}'" in refused(*words).replace(f"for {named}:", f"for '{named}':")


@pytest.mark.parametrize("data", ["/proc/x", "a-file", "a-file/under"])
def test_a_data_folder_that_cannot_be_written_is_named_with_a_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    (folder / "a-file").touch()
    monkeypatch.setenv("HUSHGATE_DATA", data)
    said = refused("serve", "--port", str(free_port()))
    assert "environment: HUSHGATE_DATA: " in said and data in said
    monkeypatch.delenv("HUSHGATE_DATA")
    (folder / "hushgate.toml").write_text(f'[gate]\ndata = "{data}"\n')
    said = refused("serve", "--port", str(free_port()))
    assert "hushgate.toml: gate.data: " in said and data in said and "HUSHGATE_DATA" in said


@pytest.mark.parametrize(
    "words", [["--people", "3"], ["--count", "9"], ["--seed", "1"], ["--count", "9", "--seed", "2"]]
)
def test_what_only_a_wave_has_starts_no_demo(folder: Path, words: list[str]) -> None:
    said = refused("demo", *words)
    assert f"Error: {', '.join(words[::2])}: only a wave has that; add --wave" in said
    assert not any(folder.iterdir())


def test_a_second_demo_does_not_write_to_the_first_ones_folder(folder: Path) -> None:
    with alone_in(folder):
        said = refused("demo", "--data", str(folder), code=1)
    assert f"another demo writes to {folder}" in said and "--data FOLDER" in said


def test_a_gate_takes_a_name_and_is_stopped_by_the_first_ctrl_c(folder: Path) -> None:
    """Two workers share the port; they are stopped while they still start."""
    port = free_port()
    command = [sys.executable, "-c", "from hushgate.cli import main; main()", "serve", "--host", "localhost"]
    with subprocess.Popen(
        [*command, "--port", str(port), "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "HUSHGATE_DATA": str(folder)},
        cwd=Path(__file__).parents[1],
        text=True,
        start_new_session=True,
    ) as gate:
        assert gate.stdout is not None
        try:
            assert gate.stdout.readline() == f"The gate listens on http://127.0.0.1:{port}\n"
            assert gate.stdout.readline().endswith(f"data in {folder}; no sites; 1 key; 2 workers\n")
            os.killpg(gate.pid, signal.SIGINT)  # as a terminal does: to all of them
            assert gate.communicate(timeout=30)[0] == "" and gate.returncode == 0
        finally:
            if gate.poll() is None:
                os.killpg(gate.pid, signal.SIGKILL)
