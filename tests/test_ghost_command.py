"""The command for ghosts: what it says when something cannot be done, what it removes, and that no terminal obeys a stranger."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.security import generate_password_hash

from ghost_house import CHEAP
from ghost_restores import House
from hushgate.errors import GhostUnknown

HASH = generate_password_hash("Tr1cky-Pass", CHEAP)
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\nghost 1 restored\r\u2028\x9b31m"


def test_the_command_says_that_an_address_is_taken_by_now_and_goes_on_with_the_others(house: House) -> None:
    mine = house.keep()
    assert house.cli("restore", str(mine.id)).exit_code == 0
    late, other = house.keep(), house.keep(email="other@example.com")
    assert late.id != mine.id
    said = house.cli("restore", str(late.id), "nobody", str(other.id))
    assert said.exit_code == 2 and "2 of 3 not restored" in said.stderr
    assert f"ghost {late.id}: on_restore failed, and it stays: IntegrityError" in said.stderr
    assert "there is no ghost 'nobody'" in said.stderr and "Traceback" not in said.stderr
    assert {row[0] for row in house.accounts()} == {mine.id, other.id}
    assert house.ghosts.is_ghost(late.id)


def test_what_was_purged_cannot_be_restored(house: House) -> None:
    ghost, other = house.keep(), house.keep(email="other@example.com")
    assert house.cli("purge").stdout == "0 removed\n"
    assert house.cli("purge", str(ghost.id)).stdout == "1 removed\n"
    with pytest.raises(GhostUnknown):
        house.ghosts.restore(ghost.id)
    twice, both = house.cli("purge", str(ghost.id)), house.cli("purge", "x", "--all")
    assert twice.exit_code == both.exit_code == 2 and "there is no ghost" in twice.stderr and "or --all" in both.stderr
    assert house.cli("purge", "--all", stdin="n\n").exit_code == 1 and len(house.ghosts.quarantine.all()) == 1
    assert (
        house.cli("purge", "--all", "--yes").stdout == "1 removed\n" and house.ghosts.find("other@example.com") is None
    )
    assert house.ghosts.is_ghost(other.id) and house.accounts() == []


def test_nothing_that_a_stranger_wrote_is_obeyed_by_a_terminal(house: House) -> None:
    ghost = house.keep(
        name=HOSTILE, email=f"{HOSTILE}@example.com", **{f"note{HOSTILE}": [HOSTILE]}, **{f"token{HOSTILE}": "x"}
    )
    outputs = [
        house.cli("list"),
        house.cli("show", str(ghost.id)),
        house.cli("restore", HOSTILE),
        house.cli("show", HOSTILE),
    ]
    outputs.append(house.cli("purge", HOSTILE))
    for said in outputs:
        for line in (said.stdout + said.stderr).splitlines():
            assert all(char.isprintable() for char in line), repr(line)
    assert outputs[0].stdout.count("\n") == 2 and str(ghost.id) in outputs[0].stdout
    assert "ghost 1 restored" not in [line.strip() for said in outputs for line in said.stdout.splitlines()]


def test_nor_what_the_hook_says_about_them(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rude_hooks.py").write_text("def on_restore(ghost):\n    raise ValueError(ghost.fields['name'])\n")
    settings = tmp_path / "hushgate.toml"
    settings.write_text(settings.read_text().replace("hushgate_demo.hooks", "rude_hooks"))
    monkeypatch.chdir(tmp_path)  # where the command finds the site's module
    said = house.cli("restore", str(house.keep(name=HOSTILE).id))
    sys.modules.pop("rude_hooks", None)
    assert said.exit_code == 2 and "ValueError" in said.stderr
    assert all(char.isprintable() for line in said.stderr.splitlines() for char in line), repr(said.stderr)
    assert len(said.stderr.splitlines()) == 2


def test_a_settings_module_that_is_not_there_is_named(house: House, tmp_path: Path) -> None:
    settings = tmp_path / "hushgate.toml"
    settings.write_text(settings.read_text().replace("hushgate_demo.hooks", "shop.nowhere"))
    said = house.cli("restore", str(house.keep().id))
    assert said.exit_code == 2 and "ghost_hooks" in said.stderr and "Traceback" not in said.stderr


def test_the_list_has_headings_and_says_who_and_why_and_shows_no_hash(house: House) -> None:
    seen = SimpleNamespace(id="v1", reason="bot: driven", score=99.5, on_commit=[])
    fields = {"password": HASH, "name": "Jo", "address": "jo@example.com", "more": {"old": [HASH]}}
    known = house.ghosts.keep(fields, who="jo", admission=seen, hashed=["password"])
    bare = house.ghosts.keep({"password": HASH, "name": "Al"}, who="al", hashed=["password"])
    nothing = house.ghosts.keep({"password": HASH}, who="no", hashed=["password"])
    listed, shown = house.cli("list").stdout, house.cli("show", str(known.id)).stdout
    assert "pbkdf2" not in listed + shown
    rows = {line.split()[1]: line.split()[2:] for line in listed.splitlines()}
    assert rows == {
        "id": ["score", "mail", "reason"],
        str(known.id): ["99.5", "jo@example.com", "bot:", "driven"],
        str(bare.id): ["none", "Al", "unknown"],
        str(nothing.id): ["none", "unknown"],
    }
    assert len({line.index(word) for line, word in zip(listed.splitlines(), _last_words(listed), strict=True)}) == 1
    assert "password: (hash kept)" in shown and 'more: {"old": ["(hash kept)"]}' in shown
    assert "why: bot: driven; score 99.5" in shown


def _last_words(listed: str) -> list[str]:
    """Where the last column begins."""
    return [next(word for word in ("reason", "bot: driven", "unknown") if word in line) for line in listed.splitlines()]
