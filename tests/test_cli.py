"""The ``hushgate`` command: what it prints, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import run
from hushgate.cli import main
from hushgate.events.spool import read_spool
from hushgate.keys import new_key
from hushgate.registry import all_checks
from stories import CHROME, HOST, MAC, METRICS_TOKEN, SIGNALS, open_rig, person

pytestmark = pytest.mark.usefixtures("folder")


def test_bare_it_says_what_it_can_do() -> None:
    output = run().output
    for command in main.commands:
        assert f"\n  {command} " in output


def test_judge_prints_one_line_a_visit_and_needs_nothing(folder: Path) -> None:
    bot = person(webdriver=True)
    (folder / "visits.jsonl").write_text(f"{json.dumps({**person(), 'id': 'a'})}\n\n{json.dumps({**bot, 'id': 'b'})}\n")
    lines = [json.loads(line) for line in run("judge", "visits.jsonl").output.splitlines()]
    assert [(line["id"], line["verdict"], line["decision"]) for line in lines] == [
        ("a", "human", "allow"),
        ("b", "bot", "ghost"),
    ]
    assert set(lines[1]) == {"id", "verdict", "decision", "score", "confidence", "findings"}
    assert lines[1]["findings"][0]["check"] == "webdriver"
    assert not list(folder.glob("hushgate-data*"))


def test_judge_takes_the_least_that_a_record_may_have(folder: Path) -> None:
    (folder / "v.jsonl").write_text(
        '{"signals": {"user_agent": "curl/8", "languages": 7, "hair": 1}, "form": null, "network": null}\n'
    )
    assert json.loads(run("judge", "v.jsonl").output)["verdict"] == "bot"


def test_judge_names_the_line_that_it_cannot_read(folder: Path) -> None:
    (folder / "v.jsonl").write_text('{}\n{"headers": []}\n{}\n')
    for command in ("judge", "explain"):
        result = run(command, "v.jsonl", code=2)
        assert "v.jsonl: line 2: not a visit on record" in result.stderr
        assert result.stdout == run(command, "-", input="{}\n{}\n").stdout, "the others are read all the same"


def test_judge_says_where_there_are_no_visits(folder: Path) -> None:
    (folder / "v.jsonl").write_text("\n")
    for command in ("judge", "explain"):
        result = run(command, "v.jsonl")
        assert result.stderr == "hushgate: no visits in v.jsonl\n" and result.stdout == ""


def test_judge_says_where_an_expectation_was_not_met(folder: Path) -> None:
    (folder / "v.jsonl").write_text(json.dumps({**person(), "expect": "bot"}))
    assert "1 visits were not judged as expected" in run("judge", "v.jsonl", code=1).output


def test_explain_tells_why_of_a_file_an_id_and_a_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = new_key()
    monkeypatch.setenv("HUSHGATE_KEYS", keys)
    monkeypatch.setenv("HUSHGATE_DATA", str(folder))
    rig = open_rig(folder, keys=keys)
    token = rig.token({**SIGNALS, "webdriver": True})
    (visit,) = read_spool(folder / "spool")
    for what in (token, visit.id):
        output = run("explain", what).output
        assert "The browser says that it is driven. It decides alone." in output
        assert "Navigator.webdriver is true" in output
        assert f"visit {visit.id}: bot, score" in output
    (folder / "v.jsonl").write_text(json.dumps(person(webgl=None)))
    output = run("explain", "v.jsonl").output
    assert "nothing speaks against it" in output and "webgl was not collected" in output and "Chrome" in output
    assert "no visit with the id" in run("explain", "0" * 23, code=2).output
    assert "not a token of this gate" in run("explain", token[:-3], code=2).output
    rig.house.close()


@pytest.mark.parametrize("what", ["nonsense", "no/such/file.jsonl", "e" * 22, "\x1b[2Jx", "x" * 400 + " y"])
def test_explain_says_what_it_was_given_and_needs_no_keys_for_that(folder: Path, what: str) -> None:
    said = run("explain", what, code=2).output
    assert (
        said.startswith("hushgate: WHAT: ") and "is no file, no visit's id (23 hexadecimal digits) and no token" in said
    )
    assert "HUSHGATE_KEYS" not in said and "\x1b" not in said and len(said) < 300


def test_explain_tells_what_counts_first_and_what_adds_nothing_after_it(folder: Path) -> None:
    mac = MAC.replace("Chrome/142", "Chrome/141")
    worker = {"user_agent": mac, "platform": "MacIntel"}
    (folder / "v.jsonl").write_text(json.dumps(person(worker=worker, interaction={"shiftless": 3})))
    output = run("explain", "v.jsonl").output
    said = [
        "why:",
        "75  Says Chrome 142 on Windows, but its worker says Chrome 141 on macOS",
        "60  3 capital letters were typed",
        "which adds nothing:",
        "75  Says Win32, but its worker says MacIntel",
        "not judged, because",
    ]
    places = [output.find(words) for words in said]
    assert -1 not in places and places == sorted(places), output


def test_explain_prints_nothing_that_moves_the_cursor(folder: Path) -> None:
    nasty = "\x1b[2J\u202e\r" + CHROME
    hostile = person(
        user_agent=nasty, platform=nasty, headers={"user-agent": nasty}, network={"org": nasty, "kind": "hosting"}
    )
    (folder / "v.jsonl").write_text(json.dumps({**hostile, "id": nasty}))
    output = run("explain", "v.jsonl").output
    assert not {"\x1b", "\u202e", "\r"} & set(output) and "hosting network" in output


def test_checks_lists_all_and_tells_all_about_one() -> None:
    assert len(run("checks").output.splitlines()) == len(all_checks())
    assert "Wrong about:" in run("checks", "timezone-abroad").output
    for wrong in ("quoted-user-agent", "User-Agent-quotd"):
        assert "did you mean user-agent-quoted?" in run("checks", wrong, code=2).output
    assert "`hushgate checks` lists all" in run("checks", "zzz", code=2).output


def test_a_weak_key_and_an_unknown_setting_are_refused_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSHGATE_KEYS", "abcd:c2hvcnQ")
    (folder / "hushgate.toml").write_text("[gate]\ntoken_tll = 3\n")
    output = run("serve", code=2).output
    assert "hushgate.toml: gate.token_tll: there is no such setting. Did you mean token_ttl?" in output
    assert "environment: HUSHGATE_KEYS: key 1: the secret has 5 bytes, at least 32 are needed. Make one with" in output
    assert "2 problems in the settings" in output


def test_without_keys_nothing_is_served() -> None:
    assert "HUSHGATE_KEYS: no key is set" in run("serve", code=2).output


def test_a_site_is_added_and_listed_and_its_secret_is_shown_once(folder: Path) -> None:
    output = run("site", "add", HOST, "--name", 'My "site"').output
    secret = output.split("shown once):")[1].split()[0]
    assert "restart the gate, and backends in process" in output
    assert secret not in (folder / "hushgate.toml").read_text()
    assert HOST in run("site", "list").output and "observe" in run("site", "list").output
    assert secret not in run("config", code=2).output
    run("site", "add", "https://no-host", code=2)


def test_a_hostname_that_another_site_has_is_noted() -> None:
    """Two sites may share a host, each with its own form: it is no mistake, but it may be one."""
    first = run("site", "add", "a.example", "www.a.example")
    assert first.stderr == ""
    key = first.stdout.split("for the page):")[1].split()[0]
    said = run("site", "add", "WWW.a.example", "b.example").stderr
    assert f"the site {key} has www.a.example, too" in said and "b.example" not in said
    assert len(run("site", "list").stdout.splitlines()) == 2


@pytest.mark.parametrize("bad", ["", " ", "a b.example", "a.example,b.example", "*.example.com", "https://a.example"])
@pytest.mark.parametrize("first", [[], ["good.example"]], ids=["alone", "second"])
def test_a_site_that_could_not_be_read_afterwards_is_not_written(folder: Path, first: list[str], bad: str) -> None:
    assert "Invalid value for HOSTNAMES" in run("site", "add", *first, bad, code=2).output
    assert not (folder / "hushgate.toml").exists()


def test_a_settings_file_that_takes_no_further_site_stays_as_it_was(folder: Path) -> None:
    text = 'sites = {a = {hostnames = ["a.example"]}}\n'
    (folder / "hushgate.toml").write_text(text)
    assert "write its sites as tables" in run("site", "add", HOST, code=2).output
    assert (folder / "hushgate.toml").read_text() == text


def test_a_hostname_is_written_as_browsers_send_it(folder: Path) -> None:
    run("site", "add", " EXAMPLE.com ", "Bücher.example")
    assert 'hostnames = ["example.com", "xn--bcher-kva.example"]' in (folder / "hushgate.toml").read_text()


def test_a_settings_file_that_is_named_and_not_there_yet_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSHGATE_CONFIG", str(folder / "fresh.toml"))
    assert "added to" in run("site", "add", "a.example").output
    assert "a.example" in run("site", "list").output
    monkeypatch.setenv("HUSHGATE_CONFIG", str(folder / "no" / "fresh.toml"))
    assert "cannot be written: No such file" in run("site", "add", "a.example", code=2).output


_EVERY_TABLE = """[sites.a]
hostnames = ["a.example"]
[sites.a.policy]
bot = "deny"
[sites.a.policy.login]
bot = "ghost"
[sites.a.checks]
swiftshader = "off"
[sites.a.layers]
mail = "observe"
[sites.a.limits]
address = "5/hour; 20/day"
[sites.a.lists]
block = ["203.0.113.0/24", "agent:curl/*"]
[sites.a.mail]
disposable = 70
[sites.a.logins]
account = "off"
[sites.a.step_up]
kind = "proof-of-work"
"""
_SHOWN = (
    "gate.token_ttl = 300",
    "gate.redis_url = (set)",
    "gate.metrics_token = (not set)",
    "sites.a.mode = observe",
    "sites.a.policy.bot = deny",
    "sites.a.policy.login.bot = ghost",
    "sites.a.checks.swiftshader = off",
    "sites.a.layers.mail = observe",
    "sites.a.limits.address = 5 in 3600 s, 20 in 86400 s",
    "sites.a.lists.block = address:203.0.113.0/24, agent:curl/*",
    "sites.a.mail.disposable = 70",
    "sites.a.logins.account = (none)",
    "sites.a.step_up.kind = proof-of-work",
)


def test_config_shows_what_is_set_of_every_table_and_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSHGATE_REDIS_URL", "redis://:geheim@db")
    monkeypatch.setenv("HUSHGATE_KEYS", new_key())
    (folder / "hushgate.toml").write_text(_EVERY_TABLE)
    shown = run("config").output
    for line in (f"gate.data = {folder / 'hushgate-data'}", *_SHOWN):
        assert f"  {line}\n" in shown
    assert "metrics: off, no token is set\n" in shown
    monkeypatch.setenv("HUSHGATE_METRICS_TOKEN", METRICS_TOKEN)
    told = run("config").output
    assert "metrics: on" in told and "gate.metrics_token = (set)" in told and METRICS_TOKEN not in told
    assert "geheim" not in shown and "sites.a.policy.human" not in shown


def test_config_without_keys_shows_what_is_set_and_fails_as_serve_would() -> None:
    said = run("config", code=2)
    assert "gate.token_ttl = 300" in said.stdout
    assert (
        said.stderr.startswith("hushgate: environment: HUSHGATE_KEYS: ") and "1 problem in the settings" in said.stderr
    )


def test_config_names_ghost_hooks_that_are_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSHGATE_KEYS", new_key())
    file = folder / "hushgate.toml"
    for module, said in (
        ("json", ""),
        ("shop_of_nobody.hooks", "No module named 'shop_of_nobody'"),
        ("json.hooks", "No mod"),
    ):
        file.write_text(f'[sites.a]\nhostnames = ["a.example"]\nghost_hooks = "{module}"\n')
        told = run("config").stderr
        assert ("sites.a.ghost_hooks cannot be imported from here" in told and said in told) if said else told == ""


def test_mint_makes_tokens_that_explain_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSHGATE_KEYS", new_key())
    run("site", "add", HOST)
    token = run("mint", "bot").output.strip()
    assert ": bot, score 99" in run("explain", token).output


def test_docs_are_fresh() -> None:
    """CHECKS.md and SETTINGS.md are written by ``make docs``."""
    run("docs", "--check")


def test_geo_says_where_it_knows_from() -> None:
    output = run("geo", "status").output
    assert "licence" in output and "country" in output.lower()
    assert "country DE" in run("geo", "look-up", "84.128.0.1").output
