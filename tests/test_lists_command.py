"""The operator keeps the lists by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hushgate.cli import main
from hushgate.keys import new_key
from stories import HOST, SITE


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    settings = tmp_path / "hushgate.toml"
    mode = f'[sites.{SITE}]\nhostnames = ["{HOST}"]\nmode = "enforce"\n[sites.{SITE}.lists]\nblock = ["AS64999"]\n'
    settings.write_text(f'[gate]\ndata = "{tmp_path / "data"}"\n{mode}[sites.quiet]\nhostnames = ["q.example"]\n')
    monkeypatch.setenv("HUSHGATE_CONFIG", str(settings))
    monkeypatch.setenv("HUSHGATE_KEYS", new_key())
    return lambda *words: CliRunner().invoke(main, list(words))


def test_lists_by_command(command: Callable[..., Any]) -> None:
    added = command("block", "add", "203.0.113.0/24", "mail.example", "--reason", "spam", "--by", "ann", "--for", "7d")
    assert added.exit_code == 0, added.output
    assert added.output.count("added ") == 2 and "beats" not in added.output
    assert "only recorded, not refused, where the lists do not enforce: quiet" in added.output
    allowed = command("allow", "add", "203.0.113.7", "--by", "bob")
    assert "no reason was given" in allowed.output
    again = command("block", "add", "203.0.113.7", "--by", "ann")
    assert "the allowlist beats it" in again.output
    checked = command("block", "check", "203.0.113.7").output
    assert "all sites: allow: on the allowlist" in checked and "beats the blocklist" in checked
    assert "deny: blocked: domain mail.example" in command("block", "check", "x@mail.example", "--site", SITE).output
    assert "on no list" in command("block", "check", "192.0.2.1").output
    assert f"{SITE}: deny" in command("block", "check", "AS64999").output
    listed = [json.loads(line) for line in command("block", "list", "--json").stdout.splitlines()]
    assert {entry["value"] for entry in listed} == {"203.0.113.0/24", "203.0.113.7", "mail.example", "AS64999"}
    removed = command("block", "remove", "Mail.Example", listed[1]["id"], "--by", "eve")
    assert removed.output.count("removed ") == 2, removed.output
    assert command("block", "remove", "mail.example").exit_code == 2
    assert command("block", "remove", "AS64999").exit_code == 2
    trail = command("allow", "audit").stdout.splitlines()
    assert len(trail) == 6 and "eve  removed  blocklist" in trail[-1]
    last = command("block", "audit", "--json", "--last", "2").stdout.splitlines()
    assert [json.loads(line)["by"] for line in last] == ["eve"] * 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("203.0.113.0/24", "nonsense"), "is no address, network or domain"),
        (("203.0.113.7", "--until", "never"), "is no time"),
        (("203.0.113.7", "--for", "30"), "Invalid value for '--until' / '--for': '30' is no time; write 12h"),
        (("203.0.113.7", "--site", "nobody"), "no site has the key nobody"),
        (("203.0.113.7", "--by", " "), "say who does this"),
    ],
)
def test_a_command_that_will_not_do_adds_nothing(command: Callable[..., Any], words: tuple[str, ...], why: str) -> None:
    refused = command("block", "add", *words)
    assert refused.exit_code == 2 and why in refused.output
    assert [line for line in command("block", "list").stdout.splitlines() if "AS64999" not in line] == []


def test_every_value_that_cannot_be_read_is_named(command: Callable[..., Any]) -> None:
    refused = command("block", "add", "300.1.1.1", "192.0.2.1", "foo bar..", "Mozilla/*")
    assert refused.exit_code == 2
    for value in (
        "'300.1.1.1'",
        "'foo bar..'",
        "a user agent is written as agent:Mozilla/*",
        "3 of 4",
        "nothing was added",
    ):
        assert value in refused.stderr, value
    assert "192.0.2.1" not in command("block", "list").stdout


def test_what_holds_for_all_sites_is_said_once(command: Callable[..., Any]) -> None:
    command("block", "add", "203.0.113.0/24")
    command("allow", "add", "203.0.113.9", "--site", "quiet")
    (line,) = command("block", "check", "203.0.113.7").stdout.splitlines()
    assert line.startswith("all sites: deny: blocked: address 203.0.113.0/24")
    everywhere, quiet = command("block", "check", "203.0.113.9").stdout.splitlines()
    assert everywhere.startswith("all sites: deny") and quiet.startswith("quiet: allow")


@pytest.mark.parametrize(("wide", "narrow"), [("203.0.113.0/24", "203.0.113.9"), ("mail.example", "x.mail.example")])
def test_who_removes_a_part_of_an_entry_hears_which_holds_it(
    command: Callable[..., Any], wide: str, narrow: str
) -> None:
    entry = command("block", "add", wide, "--site", "quiet").stdout.split()[1]
    refused = command("block", "remove", narrow)
    assert refused.exit_code == 2 and f"would be removed whole: {wide} (entry {entry})" in refused.stderr
    assert "removed there" in command("block", "remove", "192.0.2.1").stderr


def test_an_entry_until_a_day_lasts_through_it_and_the_list_names_the_zone(command: Callable[..., Any]) -> None:
    day = datetime.now(UTC).date() + timedelta(days=1)
    command("block", "add", "192.0.2.1", "--until", str(day))
    command("block", "add", "192.0.2.2", "--until", "2099-12-31T08:00")
    listed = command("block", "list").stdout
    assert f"until {day} 23:59 UTC" in listed and "until 2099-12-31 08:00 UTC" in listed
    assert command("block", "audit").stdout.splitlines()[0][16:20] == " UTC"


def test_every_command_says_which_lists_it_works_on(
    command: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is not the gate's would be seen here, and the same file is found from wherever the command is typed."""
    settings = tmp_path / "hushgate.toml"
    settings.write_text(settings.read_text().replace(str(tmp_path / "data"), "data"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert command("block", "add", "192.0.2.1").exit_code == 0
    monkeypatch.chdir(tmp_path)
    for words in (["list"], ["check", "192.0.2.1"], ["audit"], ["remove", "192.0.2.1"]):
        done = command("block", *words)
        assert done.stderr == f"the lists are in {tmp_path / 'data' / 'lists.sqlite'}\n" and done.exit_code == 0
    assert not any((tmp_path / "elsewhere").iterdir())
