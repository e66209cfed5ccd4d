"""What the tests of restores share: the demo's settings, its quarantine and its database, and the command, without a server."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result
from werkzeug.security import generate_password_hash

from ghost_house import CHEAP, environment
from hushgate import Gate
from hushgate.cli import main
from hushgate.ghost import Ghost, Ghosts
from hushgate.keys import new_key
from hushgate_demo.hooks import _accounts

KEY = new_key()
FIELDS = {
    "name": "Jordan Ellis",
    "email": "jordan.ellis@example.com",
    "password": generate_password_hash("Tr1cky-Pass", CHEAP),
}


class House:
    """The demo's settings, its quarantine and its database, without a server."""

    def __init__(self, data: Path) -> None:
        self.data, self.environment = data, environment(data, KEY)
        self.ghosts: Ghosts = Gate.from_env(self.environment).ghosts

    def keep(self, **fields: Any) -> Ghost:
        told = {**FIELDS, **fields}
        return self.ghosts.keep(told, who=str(told["email"]), hashed=["password"])

    def cli(self, *words: str, stdin: str = "") -> Result:
        """The command in this process: another one takes a second to start."""
        _accounts.cache_clear()
        with patch.object(sys, "path", list(sys.path)):
            said = CliRunner().invoke(main, ["ghosts", *words], input=stdin, env=self.environment)
        _accounts.cache_clear()
        return said

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "from hushgate.cli import main; main()", "ghosts", *words]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def accounts(self) -> list[tuple[Any, ...]]:
        return self._rows("SELECT id, name, email, password FROM users")

    def sent(self) -> list[str]:
        return [kind for (kind,) in self._rows("SELECT kind FROM outbox ORDER BY serial")]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        file = self.data / "fernpost.sqlite"
        if not file.exists():
            return []
        db = sqlite3.connect(file)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()


@pytest.fixture
def house(tmp_path: Path, accounts_here: None) -> House:
    return House(tmp_path)
