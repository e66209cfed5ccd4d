"""Reads the settings file and the environment, and reports all mistakes together.

The file is TOML: ``HUSHGATE_CONFIG``, or ``hushgate.toml`` in the current folder. Secrets come from the environment only.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from hushgate import engine
from hushgate.decision import Policy
from hushgate.errors import Problem, SettingsError
from hushgate.ghost.ghosts import GhostRules
from hushgate.ghost.ids import IdRules
from hushgate.judge import Rules
from hushgate.keys import VARIABLE, KeyRing, read_keys
from hushgate.registry import Tier, all_checks
from hushgate.scoring import Thresholds
from hushgate.settings import CLIENT, GATE, LAYERS, LOGINS, MODE, POLICY, SITE, STEP_UP, Rate, Setting, anchored
from hushgate.settings.reader import PREFIX, Reader
from hushgate.step_settings import lacks
from hushgate.visit import Verdict

CONFIG_VARIABLE = "HUSHGATE_CONFIG"
CONFIG_FILE = "hushgate.toml"
_SITE_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CLIENT = {PREFIX + setting.name.upper(): setting for setting in CLIENT}
SECRETS = {VARIABLE, *(PREFIX + setting.name.upper() for setting in (*GATE, *CLIENT) if setting.secret)}
"""Variables of the environment that hold secrets."""
_SHARED = {"trusted_proxies", "passwords_url", "passwords_ms"}
_NOT_SETTINGS = {VARIABLE, CONFIG_VARIABLE, *_CLIENT}
_NOT_OURS = {"HUSHGATE_CHROMIUM", "HUSHGATE_FIREFOX"}
"""Of the tests: they may be set, and nobody is told of them."""


class LayerRules(NamedTuple):
    """What a layer of the door may do at a site, and its settings by name. A layer that is off is in no site's rules."""

    enforce: bool
    own: dict[str, Any]


@dataclass(frozen=True)
class Site:
    """One site: who may use its key, how it judges, and what its page is told. ``outcome`` is set for test keys.

    ``layers`` are the door's, by name; ``logins`` are the rates of failed logins, by what is counted; ``step_up`` has the settings of
    that name.
    """

    key: str
    name: str
    hostnames: tuple[str, ...]
    secrets: tuple[str, ...]
    disclosure: str
    rules: Rules
    outcome: Verdict | None = None
    layers: dict[str, LayerRules] = field(default_factory=dict)
    logins: dict[str, tuple[Rate, ...]] = field(default_factory=dict)
    ghosts: GhostRules = field(default_factory=GhostRules)
    step_up: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """Everything that was configured. ``gate`` has every setting of the table ``[gate]`` by name."""

    gate: dict[str, Any]
    sites: dict[str, Site]
    ring: KeyRing | None
    source: str
    values: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    """By a table's path, such as sites.a.policy: all of the gate's and of a site's own, of the others what was set."""

    @property
    def data(self) -> Path:
        """The folder that everything is written under; absolute."""
        path: Path = self.gate["data"]
        return path

    def keys(self) -> KeyRing:
        """The gate's keys. Raises SettingsError where none is set."""
        return self.ring if self.ring is not None else KeyRing([])


def _environment(reader: Reader, environ: Mapping[str, str], values: dict[str, Any]) -> None:
    names = {PREFIX + setting.name.upper(): setting for setting in GATE}
    for variable in sorted(environ):
        if variable in names:
            setting = names[variable]
            told = reader.one(setting, environ[variable], variable, "environment")
            values |= anchored({setting.name: told}, Path())
        elif variable.startswith(PREFIX) and variable not in _NOT_SETTINGS | _NOT_OURS:
            reader.unknown(variable, [*names, *_NOT_SETTINGS], variable, "environment")


def load_client(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings of a backend that uses the gate, by name, those it shares with the gate among them. An empty variable counts as none.

    Raises:
        SettingsError: with every mistake in them.
    """
    reader = Reader("environment")
    shared = {PREFIX + setting.name.upper(): setting for setting in GATE if setting.name in _SHARED}
    values = {setting.name: setting.default for setting in (*CLIENT, *shared.values())}
    for variable, setting in {**_CLIENT, **shared}.items():
        if environ.get(variable):
            values[setting.name] = reader.one(setting, environ[variable], variable)
    if values["url"]:  # where there is none, the gate's own reader looks through the environment
        known = {PREFIX + setting.name.upper() for setting in GATE} | _NOT_SETTINGS
        for variable in sorted(name for name in environ if name.startswith(PREFIX) and name not in known | _NOT_OURS):
            reader.unknown(variable, [*known], variable)
    if reader.problems:
        raise SettingsError(reader.problems)
    return values


def _checks(reader: Reader, table: Any, path: str) -> dict[str, engine.Setting]:
    names = [check.name for check in all_checks()]
    settings: dict[str, engine.Setting] = {}
    if not isinstance(table, dict):
        reader.problem(path, "expected a table", f"Write it as [{path}]")
        return settings
    for name, value in table.items():
        if name not in names:
            reader.unknown(name, names, f"{path}.{name}")
        elif value == "off":
            settings[name] = engine.Setting(off=True)
        elif value == "observe":
            settings[name] = engine.Setting(tier=Tier.NOTE)
        elif isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100:
            settings[name] = engine.Setting(tier=Tier.SOFT, weight=value)
        else:
            reader.problem(
                f"{path}.{name}", f"{value!r} will not do", 'Write "off", "observe", or a weight from 1 to 100'
            )
    reader.values[path] = dict(table)
    return settings


def _policies(reader: Reader, table: Any, path: str) -> tuple[Policy, dict[str, Policy]]:
    actions = (
        {name: value for name, value in table.items() if isinstance(value, dict)} if isinstance(table, dict) else {}
    )
    base = reader.table(POLICY, table, path, tuple(actions))
    policies = {}
    for action, rows in actions.items():
        own = reader.table(POLICY, rows, f"{path}.{action}")
        policies[action] = Policy(**{**base, **{name: own[name] for name in rows if name in own}})
    return Policy(**base), policies


def _layers(reader: Reader, tables: dict[str, Any], path: str, *, enforce: bool) -> dict[str, LayerRules]:
    """The layers that are on. Where the site observes, all of them do."""
    modes = tuple(Setting(layer.name, MODE, "enforce", 'Write "off", "observe" or "enforce"') for layer in LAYERS)
    chosen = reader.table(modes, tables.get("layers", {}), f"{path}.layers")
    own = {
        layer.name: reader.table(layer.settings, tables.get(layer.name, {}), f"{path}.{layer.name}") for layer in LAYERS
    }
    return {
        name: LayerRules(enforce and mode == "enforce", own[name]) for name, mode in chosen.items() if mode != "off"
    }


def _site(reader: Reader, key: str, table: Any) -> Site:
    path = f"sites.{key}"
    if not _SITE_KEY.fullmatch(key):
        reader.problem(f"sites.{key!a}", "is no site key", "Use up to 64 letters of a-z, A-Z, 0-9, and . _ -")
    values = reader.table(
        SITE, table, path, ("checks", "policy", "layers", "logins", "step_up", *(layer.name for layer in LAYERS))
    )
    reader.values[path] = values
    tables = table if isinstance(table, dict) else {}
    settings = _checks(reader, tables.get("checks", {}), f"{path}.checks")
    policy, policies = _policies(reader, tables.get("policy", {}), f"{path}.policy")
    named = f"{path}.hostnames"
    if not values["hostnames"] and all(problem.key not in (path, named) for problem in reader.problems):
        reader.problem(named, "no hostname is named", 'Name the hosts of the signup page: ["www.example.com"]')
    if values["suspect_at"] > values["bot_at"]:
        reader.problem(f"{path}.suspect_at", "is above bot_at", "A suspect scores less than a bot")
    thresholds = Thresholds(values["suspect_at"], values["bot_at"])
    rules = Rules(engine.man(all_checks(), settings), thresholds, policy, policies, values["mode"] == "enforce")
    layers = _layers(reader, tables, path, enforce=rules.enforce)
    who = (key, values["name"] or key, values["hostnames"], values["secrets"], values["disclosure"])
    logins = reader.table(LOGINS, tables.get("logins", {}), f"{path}.logins")
    steps = reader.table(STEP_UP, tables.get("step_up", {}), f"{path}.step_up")
    return Site(*who, rules, layers=layers, logins=logins, ghosts=_ghosts(values), step_up=steps)


def _ghosts(values: dict[str, Any]) -> GhostRules:
    return GhostRules(
        ids=IdRules(values["ghost_id"], values["ghost_id_size"], values["ghost_id_epoch"]),
        hashed=values["ghost_hashed_fields"],
        days=values["ghost_days"],
        pace_first=values["ghost_pace_first"] / 1000,
        pace_cap=values["ghost_pace_cap"] / 1000,
        hooks=values["ghost_hooks"],
    )


def parse(document: dict[str, Any], environ: Mapping[str, str], where: str, folder: Path = Path()) -> Config:
    """Turns a parsed settings file, which is in ``folder``, and the environment into a Config.

    Raises:
        SettingsError: with every mistake in it.
    """
    reader = Reader(where)
    for name in document:
        if name not in ("gate", "sites"):
            reader.unknown(name, ["gate", "sites"], name)
    gate = anchored(reader.table(GATE, document.get("gate", {}), "gate"), folder)
    _environment(reader, environ, gate)
    sites = _sites(reader, document.get("sites", {}))
    for key, site in sites.items():
        reader.problems += lacks(where, site.step_up, gate, f"sites.{key}.step_up")
    ring = _ring(reader, environ)
    if reader.problems:
        raise SettingsError(reader.problems)
    return Config(gate, sites, ring, where, {**reader.values, "gate": gate})


def _sites(reader: Reader, tables: object) -> dict[str, Site]:
    if not isinstance(tables, dict):
        reader.problem("sites", "expected tables", "Write each site as [sites.<site key>]")
        return {}
    return {key: _site(reader, key, table) for key, table in tables.items()}


def _ring(reader: Reader, environ: Mapping[str, str]) -> KeyRing | None:
    """The keys, None where there are none; what is wrong with them is told with all else."""
    try:
        return read_keys(environ[VARIABLE]) if environ.get(VARIABLE) else None
    except SettingsError as error:
        reader.problems += error.problems
        return None


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Reads the settings file (none is fine where none was named) and the environment.

    Raises:
        SettingsError: the file cannot be read, or with every mistake in it.
    """
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    file = named or Path(CONFIG_FILE)
    if named is None and not file.exists():
        return parse({}, environ, "environment")
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            [Problem(str(file), "file", f"cannot be read: {error}", "Check the path and its rights")]
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([Problem(str(file), "file", f"is not TOML: {error}", "Mend that line")]) from None
    return parse(document, environ, str(file), file.parent)
