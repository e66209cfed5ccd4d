"""What only the site can do for its ghosts: three functions, in a module of the site's own or given to the gate."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from hushgate.errors import Problem, SettingsError
from hushgate.ghost.shapes import Id

if TYPE_CHECKING:
    from hushgate.ghost.records import Ghost


@dataclass(frozen=True)
class Hooks:
    """The site's functions; what is None is not there.

    - ``on_restore(ghost)`` does the real signup of a ghost that was a person, and returns the new account's id, or None where
      the account has the ghost's own id. ``ghost.id`` is its idempotency key: the site writes it with the account, in one
      transaction, and does nothing where it is there already.
    - ``is_real(id)`` says whether the site has a real account with this id. Needed for shapes with little room for a mark.
    - ``next_id()`` is the site's own generator of ids, for the shapes ``integer`` and ``own``.
    """

    on_restore: Callable[[Ghost], Id | None] | None = None
    is_real: Callable[[Id], bool] | None = None
    next_id: Callable[[], Id] | None = None


def lacking(module: str) -> str:
    """What keeps Python from finding this module, "" where nothing does, or none is named.

    It is not run: it may well import the module that opens the gate.
    """
    if not module or module in sys.modules:
        return ""
    try:
        found = find_spec(module)
    except (ImportError, ValueError) as error:
        return str(error)
    return "" if found else f"No module named {module!r}"


def check_hooks(module: str, where: str) -> None:
    """Raises SettingsError where there is no such module; ``where`` names the setting."""
    if trouble := lacking(module):
        raise SettingsError([_problem(where, trouble)])


def load_hooks(module: str, where: str) -> Hooks:
    """The functions of these names in a module; ``where`` names the setting. Raises SettingsError where there is no such module."""
    if not module:
        return Hooks()
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise SettingsError([_problem(where, str(error))]) from error
    return Hooks(*(getattr(found, name, None) for name in Hooks.__annotations__))


def _problem(where: str, trouble: str) -> Problem:
    return Problem("settings", where, f"the module cannot be imported: {trouble}", "Name one that is on PYTHONPATH")
