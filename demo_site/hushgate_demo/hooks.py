"""What Hushgate asks of the site about ghosts. The setting ``ghost_hooks`` names this module."""

from __future__ import annotations

import os
from functools import cache

from hushgate.ghost import Ghost
from hushgate_demo.accounts import Account, Accounts
from hushgate_demo.settings import Settings
from hushgate_demo.store import Store


def ghost_account(ghost: Ghost) -> Account:
    """A ghost as an account. It keeps its own id when it becomes real, so a login that it holds goes on working."""
    fields = ghost.fields
    at = ghost.at.isoformat(timespec="seconds")
    return Account(str(ghost.id), str(fields["name"]), str(fields["email"]), str(fields["password"]), at)


@cache
def _accounts() -> Accounts:
    settings = Settings.from_env(os.environ)
    return Accounts(Store(settings.data), settings.secret, unique=settings.unique, hash=settings.hash)


def on_restore(ghost: Ghost) -> None:
    """The real signup of a ghost that was a person. Raises Taken where the address has an account by now.

    The account's id is the ghost's, and ``open`` does nothing where it is there: that makes it once, exactly.
    """
    _accounts().open(ghost_account(ghost))


def is_real(id: str | int) -> bool:
    """Whether an account has this id."""
    return _accounts().find(str(id)) is not None
