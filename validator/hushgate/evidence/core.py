"""What is known of one visit: values by name, derived when first asked for, or missing with a reason."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

F = TypeVar("F", bound=Callable[..., Any])


class Missing(Struct, frozen=True):
    """A value that is not there, and why: in words that fit after "was not judged: "."""

    reason: str


class Derivation(NamedTuple):
    """How one value follows from others. A parameter with a default may be missing."""

    function: Callable[..., Any]
    needs: tuple[str, ...]
    optional: tuple[str, ...]


SOURCES: set[str] = set()
"""Names that come straight from the visit."""

DERIVED: dict[str, Derivation] = {}
"""Names that follow from others."""


def known(name: str) -> bool:
    """Whether a check may ask for ``name``."""
    return name in SOURCES or name in DERIVED


def reads(function: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names a function needs and those it can do without, from its parameters."""
    parameters = inspect.signature(function).parameters.values()
    needs = tuple(p.name for p in parameters if p.default is p.empty)
    return needs, tuple(p.name for p in parameters if p.default is not p.empty)


def derived(function: F) -> F:
    """Registers a derivation: the function's name is the value's, its parameters are what it follows from."""
    DERIVED[function.__name__] = Derivation(function, *reads(function))
    return function


class Evidence(dict[str, Any]):
    """Name to value. Asking for a derived name works it out once; what is not there is a :class:`Missing`."""

    __slots__ = ()

    def __missing__(self, name: str) -> Any:
        derivation = DERIVED.get(name)
        value = Missing(f"{name} was not collected") if derivation is None else self._derive(derivation)
        self[name] = value
        return value

    def _derive(self, derivation: Derivation) -> Any:
        values = []
        for name in derivation.needs:
            value = self[name]
            if type(value) is Missing:
                return value
            values.append(value)
        if not derivation.optional:
            return derivation.function(*values)
        extra = {name: self[name] for name in derivation.optional}
        given = {name: value for name, value in extra.items() if type(value) is not Missing}
        return derivation.function(*values, **given)
