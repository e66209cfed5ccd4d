"""The ``hushgate`` command as the tests run it: in this process, for another one takes a second to start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hushgate.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and nothing of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HUSHGATE_")]:
        monkeypatch.delenv(name)
    return tmp_path


def run(*words: str, code: int = 0, env: Mapping[str, str | None] | None = None, input: str | None = None) -> Result:
    """Runs it with these words, and holds it to its exit status."""
    result = CliRunner().invoke(main, words, env=env, input=input)
    assert result.exit_code == code, result.output
    return result
