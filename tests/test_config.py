"""Settings: good files are read, bad ones are refused with every mistake named. Drop a file into config/good or config/bad."""

from __future__ import annotations

import importlib
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

from hushgate import Gate
from hushgate.config import load, parse
from hushgate.errors import SettingsError
from hushgate.ghost import Hooks
from hushgate.keys import new_key, new_secret, read_keys
from hushgate.settings import GATE, POLICY, SITE, Setting

HERE = Path(__file__).parent / "config"


@pytest.mark.parametrize("file", sorted((HERE / "good").glob("*.toml")), ids=lambda file: file.stem)
def test_good(file: Path) -> None:
    config = load(file, {"HUSHGATE_KEYS": new_key()})
    assert config.source == str(file)


@pytest.mark.parametrize("file", sorted((HERE / "bad").glob("*.toml")), ids=lambda file: file.stem)
def test_bad(file: Path) -> None:
    """Each line "# expect: ..." of a bad file is a part of one problem, and there are no others."""
    expected = [
        line.removeprefix("# expect: ") for line in file.read_text().splitlines() if line.startswith("# expect: ")
    ]
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    messages = [str(problem) for problem in caught.value.problems]
    assert len(messages) == len(expected), messages
    for message, part in zip(
        sorted(messages), sorted(expected, key=lambda part: next((m for m in messages if part in m), "")), strict=True
    ):
        assert part in message
        assert str(file) in message


def test_an_environment_variable_wins_and_is_checked() -> None:
    assert parse({"gate": {"token_ttl": 60}}, {"HUSHGATE_TOKEN_TTL": "90"}, "x").gate["token_ttl"] == 90
    with pytest.raises(SettingsError, match=r"environment: HUSHGATE_TOKEN_TTL: 'soon' will not do"):
        parse({}, {"HUSHGATE_TOKEN_TTL": "soon"}, "x")
    with pytest.raises(SettingsError, match="Did you mean HUSHGATE_TOKEN_TTL"):
        parse({}, {"HUSHGATE_TOKEN_TLL": "9"}, "x")


@pytest.mark.parametrize(
    ("variable", "remedy"),
    [
        ("HUSHGATE_FOO", "See SETTINGS.md"),
        ("HUSHGATE_FIREFOXX", "See SETTINGS.md"),
        ("HUSHGATE_TOKEN_TLL", "Did you mean HUSHGATE_TOKEN_TTL?"),
        ("HUSHGATE_SECRETS", "Did you mean HUSHGATE_SECRET?"),
    ],
)
def test_an_unknown_variable_is_held_to_settings_that_are_like_it(variable: str, remedy: str) -> None:
    for environ in ({variable: "1"}, {variable: "1", "HUSHGATE_URL": "http://g", "HUSHGATE_SECRET": new_secret()}):
        with pytest.raises(SettingsError, match=rf"{variable}: there is no such setting\. {re.escape(remedy)}"):
            Gate.from_env(environ)


def test_every_mistake_in_a_list_is_named_in_one_line() -> None:
    gate = {"trusted_proxies": ["10.0.0.0/33", "10.0.0.0/8", "proxy.local"], "mx_servers": ["a:1", "b"]}
    sites = {"a": {"hostnames": ["a b", "a.example", "*.c"], "lists": {"block": ["203.0.113.7/24", "x"]}}}
    with pytest.raises(SettingsError) as caught:
        parse({"gate": gate, "sites": sites}, {}, "x")
    proxies, servers, hosts, block = map(str, caught.value.problems)
    assert proxies.endswith(
        "'10.0.0.0/33' does not appear to be an IPv4 or IPv6 network; 'proxy.local' does not appear to be an IPv4 or IPv6 network. "
        "Networks whose X-Forwarded-For is believed"
    )
    assert "'a:1' is none; expected" in servers and "'b' is none" in servers
    assert "'a b' is none; a star stands for no part" in hosts
    assert "203.0.113.7/24 has bits" in block and "'x' is no" in block


def test_secrets_are_not_repeated_in_problems() -> None:
    with pytest.raises(SettingsError) as caught:
        parse({"gate": {"redis_url": "redis://:geheim@db"}}, {"HUSHGATE_KEYS": "k1:short k1aa:c2hvcnQ"}, "x")
    assert "geheim" not in str(caught.value) and "c2hvcnQ" not in str(caught.value)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no key is set"),
        ("abcd:" + "A" * 10, "at least 32"),
        ("abcd:" + "A" * 43, "repeats itself"),
        ("nonsense", "expected id:secret"),
        (lambda: f"{(k := new_key())} {k}", "used twice"),
    ],
)
def test_weak_and_malformed_keys_are_refused(text: object, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        read_keys(text() if callable(text) else str(text))


def test_a_missing_file_that_was_named_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml", {})
    (tmp_path / "broken.toml").write_text("[gate\n")
    with pytest.raises(SettingsError, match="is not TOML"):
        load(tmp_path / "broken.toml", {})


@pytest.mark.parametrize("setting", [*GATE, *SITE, *POLICY], ids=lambda setting: setting.name)
def test_every_setting_has_help_and_a_default_that_will_do(setting: Setting) -> None:
    assert setting.help
    default = setting.default
    if isinstance(default, (int, float, bool)) or (isinstance(default, str) and default):
        assert setting.read(default) == default


def test_a_bad_file_exists_for_each_kind_of_mistake() -> None:
    assert len(list((HERE / "bad").glob("*.toml"))) >= 5
    for file in (HERE / "good").glob("*.toml"):
        tomllib.loads(file.read_text())


def test_a_server_leaves_no_secret_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hushgate.web.app import from_env

    monkeypatch.setenv("HUSHGATE_KEYS", new_key())
    monkeypatch.setenv("HUSHGATE_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    app = from_env()
    assert "HUSHGATE_KEYS" not in os.environ and "HUSHGATE_DATA" in os.environ
    app.extensions["hushgate"].close()


def test_a_backend_without_settings_is_told_of_both_ways(tmp_path: Path) -> None:
    (tmp_path / "hushgate.toml").touch()
    with pytest.raises(SettingsError, match=r"HUSHGATE_KEYS: no key is set.*HUSHGATE_URL and HUSHGATE_SECRET"):
        Gate.from_env({}, path=tmp_path / "hushgate.toml")


def test_hostnames_are_those_that_browsers_send() -> None:
    table = {"hostnames": ["bücher.example", "fußball.example", " WWW.Example.com.", "localhost"]}
    site = parse({"sites": {"site-a": table}}, {"HUSHGATE_KEYS": new_key()}, "test settings").sites["site-a"]
    assert site.hostnames == ("xn--bcher-kva.example", "xn--fuball-cta.example", "www.example.com", "localhost")
    with pytest.raises(SettingsError, match=r"sites.site-a.hostnames"):
        parse({"sites": {"site-a": {"hostnames": ["a\u2060\u2028.example"]}}}, {"HUSHGATE_KEYS": new_key()}, "test")


def test_a_relative_path_in_the_file_is_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gate").mkdir()
    (tmp_path / "shop").mkdir()
    file = tmp_path / "gate" / "hushgate.toml"
    for text, expected in (
        ("", "hushgate-data"),
        ('data = "here"', "here"),
        (f'data = "{tmp_path}/x"', f"{tmp_path}/x"),
    ):
        file.write_text(f'[gate]\nrobot_data = "robots"\n{text}\n')
        for folder, named in (
            ("shop", str(file)),
            ("shop", "../gate/hushgate.toml"),
            ("gate", "hushgate.toml"),
            ("gate", ""),
        ):
            monkeypatch.chdir(tmp_path / folder)
            config = load(environ={"HUSHGATE_CONFIG": named})
            assert config.data.is_absolute() and config.data.resolve() == file.parent / expected
            assert config.gate["robot_data"].resolve() == file.parent / "robots"


def test_a_relative_path_in_the_environment_is_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hushgate.toml").touch()
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    named = {"HUSHGATE_CONFIG": "../hushgate.toml", "HUSHGATE_DATA": "here"}
    assert load(environ=named).data == tmp_path / "shop" / "here"
    assert load(environ={}).data == tmp_path / "shop" / "hushgate-data", "without a file, too"


def test_a_settings_file_that_is_a_link_counts_where_the_link_is(tmp_path: Path) -> None:
    """A ConfigMap that is mounted links to a folder which each change of it replaces."""
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "hushgate.toml").touch()
    (tmp_path / "hushgate.toml").symlink_to("2026/hushgate.toml")
    assert load(tmp_path / "hushgate.toml", {}).data == tmp_path / "hushgate-data"


def _with_hooks(tmp_path: Path, module: str) -> dict[str, str]:
    file = tmp_path / "hushgate.toml"
    file.write_text(f'[sites.a]\nhostnames = ["a.example"]\nghost_hooks = "{module}"\n')
    return {"HUSHGATE_CONFIG": str(file), "HUSHGATE_KEYS": new_key()}


def test_a_backend_whose_ghost_hooks_are_not_there_does_not_start(tmp_path: Path) -> None:
    environ = _with_hooks(tmp_path, "shop_of_nobody.hooks")
    with pytest.raises(SettingsError, match=r"sites.a.ghost_hooks: .* No module named 'shop_of_nobody'.* PYTHONPATH"):
        Gate.from_env(environ)
    Gate(load(environ=environ), hooks=Hooks(next_id=lambda: "1")).close()


def test_ghost_hooks_may_import_the_module_that_opens_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked for at the start, and run when they are needed."""
    (tmp_path / "corner_shop").mkdir()
    (tmp_path / "corner_shop" / "app.py").write_text(
        "import os\nfrom hushgate import Gate\ngate = Gate.from_env(dict(os.environ))\naccounts = {}\n"
    )
    (tmp_path / "corner_shop" / "hooks.py").write_text(
        "from corner_shop.app import accounts\n\ndef is_real(id):\n    return id in accounts\n"
    )
    for name, value in _with_hooks(tmp_path, "corner_shop.hooks").items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(str(tmp_path))
    gate = importlib.import_module("corner_shop.app").gate
    assert gate.ghosts.hooks.is_real("7") is False
    gate.close()
    for module in [name for name in sys.modules if name.startswith("corner_shop")]:
        del sys.modules[module]
