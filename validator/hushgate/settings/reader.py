"""Reads tables of settings, and collects the mistakes in them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from hushgate.errors import Problem
from hushgate.settings.setting import Setting

PREFIX = "HUSHGATE_"
"""What the name of each variable of the environment begins with."""


class Reader:
    """Collects values and problems from one settings file."""

    def __init__(self, where: str) -> None:
        self.where, self.problems = where, list[Problem]()
        self.values: dict[str, dict[str, Any]] = {}

    def problem(self, key: str, what: str, remedy: str, where: str | None = None) -> None:
        """Puts a mistake down; ``key`` is the setting's path."""
        self.problems.append(Problem(where or self.where, key, what, remedy))

    def one(self, setting: Setting, value: Any, key: str, where: str | None = None) -> Any:
        """A setting's value; its default where it will not do, which is put down."""
        try:
            return setting.read(value)
        except ValueError as error:
            self.problem(
                key, f"{'the value' if setting.secret else repr(value)} will not do: {error}", _gist(setting), where
            )
            return setting.default

    def table(self, settings: tuple[Setting, ...], table: Any, path: str, also: tuple[str, ...] = ()) -> dict[str, Any]:
        """All values of a table by name, defaults where it is silent. ``also`` are names in it that others read."""
        values = {setting.name: setting.default for setting in settings}
        if not isinstance(table, dict):
            self.problem(path, "expected a table", f"Write it as [{path}]")
            return values
        names = {setting.name: setting for setting in settings}
        for name, value in table.items():
            if name in names:
                values[name] = self._secret(names[name], value, f"{path}.{name}")
            elif name not in also:
                self.unknown(name, [*names, *also], f"{path}.{name}")
        self.values[path] = {name: values[name] for name in table if name in names}
        return values

    def _secret(self, setting: Setting, value: Any, key: str) -> Any:
        if setting.secret:
            variable = PREFIX + setting.name.upper()
            self.problem(
                key, "secrets do not belong in the settings file", f"Set {variable} in the environment instead"
            )
        return self.one(setting, value, key)

    def unknown(self, name: str, names: list[str], key: str, where: str | None = None) -> None:
        """Puts down a name that is none of ``names``, with the one that may be meant."""
        prefix = PREFIX if name.startswith(PREFIX) else ""  # it is alike in all of them, and no likeness
        near = get_close_matches(name.removeprefix(prefix), [other.removeprefix(prefix) for other in names], 1)
        remedy = f"Did you mean {prefix}{near[0]}?" if near else "See SETTINGS.md"
        self.problem(key, "there is no such setting", remedy, where)


def _gist(setting: Setting) -> str:
    """The first sentence of the help: SETTINGS.md has the rest."""
    return setting.help.partition(". ")[0].removesuffix(".")
