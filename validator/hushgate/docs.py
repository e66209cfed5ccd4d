"""The generated pages: CHECKS.md and SETTINGS.md, from the same objects that judge and configure."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import msgspec

from hushgate.calibration import shipped
from hushgate.calibration.words import about, measured
from hushgate.registry import Check, Tier, all_checks
from hushgate.scoring import HARD_SCORE, Thresholds
from hushgate.settings import CLIENT, GATE, LAYERS, LOGINS, MAIL_RULES, POLICY, SITE, STEP_UP, Rate, Setting
from hushgate.signup.mail import RULES, Rule

_NOTICE = "<!-- Written by `hushgate docs` from the code. Do not edit. -->\n"
_TIER_WORDS = {
    Tier.HARD: "decides alone",
    Tier.SOFT: "scores",
    Tier.NOTE: "is recorded and scores nothing",
}
_MAIL = (
    "These are asked when somebody signs up, not when a visit is judged: what they find becomes the word of the door's layer `mail`. "
    "They join as checks do, the strongest of a family and noisy-or across families, with a verdict of suspect as a family of its own. "
    "Weights and thresholds are in `[sites.<site key>.mail]`.\n"
)
_SOURCES = (
    "One TOML file, `hushgate.toml` or the one that `HUSHGATE_CONFIG` names. Secrets come from the environment only: the gate's "
    "keys from `HUSHGATE_KEYS` (`hushgate keys new`), the state store from `HUSHGATE_REDIS_URL`. `hushgate config` shows what is in "
    "force, and every mistake at once.\n\n"
    "A relative path in the file, such as `data` without a setting, is relative to the file's folder, so that whoever reads the same "
    "file finds the same folder. A relative path in the environment (`HUSHGATE_DATA`), and `data` where there is no file, is relative to "
    "the current folder. `hushgate config` and `hushgate serve` show the absolute path.\n\n"
    "Settings are read once, at the start. After a change restart the gate, and each backend in process (one that shares the gate's keys): "
    "until then the old ones hold there. Entries of `hushgate block` and `hushgate allow` need no restart.\n"
)
_CHECK_WORDS = (
    'A check\'s name, and `"off"`, `"observe"` (it is recorded and scores nothing), or a weight from 1 to 100. '
    "[CHECKS.md](CHECKS.md) has the names.\n"
)
_LAYER_WORDS = (
    'A layer\'s name, and `"off"`, `"observe"` (it says what it would do), or `"enforce"`, which is the default. Where the site '
    "observes, all of its layers do. docs/door.md tells what each of them does.\n"
)


def pages() -> dict[str, str]:
    """File name to text."""
    return {"CHECKS.md": checks_page(), "SETTINGS.md": settings_page()}


def checks_page() -> str:
    """Every check, by family."""
    limits = Thresholds()
    lines = [_NOTICE, "# Checks\n"]
    lines.append(
        f"Within a family only the strongest finding counts; families are joined by noisy-or. A hard finding lifts the score to at "
        f"least {HARD_SCORE:g}. Below {limits.suspect:g} is human, from {limits.bot:g} on is bot, between them is suspect. Weights, tiers "
        f"and thresholds are settings.\n"
    )
    lines.append(about(shipped()))
    for family, checks in groupby(all_checks(), key=lambda check: check.family):
        module = __import__(f"hushgate.checks.{family}", fromlist=["__doc__"])
        lines.append(f"## {family}\n\n{(module.__doc__ or '').strip()}\n")
        lines += [_check(check) for check in checks]
    lines += ["## The door: mail\n", _MAIL, *map(_rule, RULES.values())]
    return "\n".join(lines)


def _rule(rule: Rule) -> str:
    setting = next(setting for setting in MAIL_RULES if setting.name == rule.name)
    rows = [
        f"### mail.{rule.name}\n",
        f"{setting.help} Weight {setting.default}, family {rule.family}.\n",
        f"{inspect.cleandoc(rule.look.__doc__ or '')}\n",
        f"- May be wrong about: {rule.wrong_about}",
        f"- Flags, for example: `{_example(rule.flags[0])}`",
        f"- Passes, for example: `{_example(rule.passes[0])}`\n",
    ]
    return "\n".join(rows)


def _check(check: Check) -> str:
    weight = f", weight {check.weight}" if check.weight else ""
    rows = [
        f"### {check.name}\n",
        f"{check.title}. It {_TIER_WORDS[check.tier]} ({check.tier.value}{weight}).\n",
        f"{check.why}\n",
        f"- Reads: {_names(check.needs)}" + (f"; where there: {_names(check.optional)}" if check.optional else ""),
        f"- May be wrong about: {check.wrong_about}",
    ]
    rows.append(f"- Measured: {measured(check, shipped().figure(check.name))}")
    if check.abstain:
        rows.append(f"- Says nothing about: {', '.join(sorted(kind.value for kind in check.abstain))}")
    rows.append(f"- Flags, for example: `{_example(check.flags[0])}`")
    rows.append(f"- Passes, for example: `{_example(check.passes[0])}`\n")
    return "\n".join(rows)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _example(example: dict[str, object]) -> str:
    return msgspec.json.encode(example).decode().replace("`", "'")


def settings_page() -> str:
    """Every setting, by table."""
    lines = [
        _NOTICE,
        "# Settings\n",
        _SOURCES,
        "## `[gate]`, or `HUSHGATE_<NAME>` in the environment\n",
        _table(GATE),
        *_site_settings(),
        "## The backend that uses the gate: `HUSHGATE_<NAME>` in its environment, or in its framework's settings\n",
        _table(CLIENT),
    ]
    return "\n".join(lines)


def _site_settings() -> list[str]:
    return [
        "## `[sites.<site key>]`\n",
        _table(SITE),
        "## `[sites.<site key>.policy]`, and `[sites.<site key>.policy.<action>]` for one action\n",
        _table(POLICY),
        "## `[sites.<site key>.checks]`\n",
        _CHECK_WORDS,
        "## `[sites.<site key>.layers]`: the layers of the door\n",
        _LAYER_WORDS,
        _layers(),
        *(f"## `[sites.<site key>.{layer.name}]`\n\n{_table(layer.settings)}" for layer in LAYERS if layer.settings),
        "## `[sites.<site key>.logins]`: failed logins, for `gate.login`\n",
        _table(LOGINS),
        "## `[sites.<site key>.step_up]`: what a challenge offers, see docs/step-up.md\n",
        _table(STEP_UP),
    ]


def _layers() -> str:
    rows = ["| layer | what it is |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{layer.name}` | {layer.help} |" for layer in LAYERS)]) + "\n"


def _table(settings: tuple[Setting, ...]) -> str:
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    rows += [f"| `{s.name}` | {_default(s)} | {s.help}{' Environment only.' if s.secret else ''} |" for s in settings]
    return "\n".join(rows) + "\n"


def _default(setting: Setting) -> str:
    value = setting.default
    if isinstance(value, Rate):
        return f"{value.amount} in {value.window} s"
    if isinstance(value, tuple) and value:
        return ", ".join(
            f"`{part}`" if isinstance(part, str) else f"{part.amount} in {part.window} s" for part in value
        )
    if value is None or value in ("", ()):
        return "none"
    return (
        f"`{str(value).lower() if isinstance(value, bool) else value.as_posix() if isinstance(value, Path) else value}`"
    )
