"""The ghosts of a backend that has no keys, or no settings of its site: people go their way, and of ghosts nothing can be kept."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from hushgate.errors import Problem, SettingsError, StateLost
from hushgate.ghost.file import File
from hushgate.ghost.ghosts import Admitted, GhostRules, Ghosts
from hushgate.ghost.ids import Ids
from hushgate.ghost.records import Ghost
from hushgate.ghost.shapes import Id
from hushgate.keys import VARIABLE, new_key, read_keys
from hushgate.visit import Decision

log = logging.getLogger(__name__)
T = TypeVar("T")
NEEDED = (
    "a backend that uses gate.ghosts needs HUSHGATE_KEYS, the settings of its site (HUSHGATE_CONFIG) and a data folder of its own "
    "(HUSHGATE_DATA): see docs/ghosts.md"
)


class _NoFile(File):
    """A quarantine's file that is not there, and is not made."""

    def run(self, work: Callable[[sqlite3.Connection], T]) -> NoReturn:  # noqa: ARG002 - the face of File
        """Raises StateLost."""
        raise StateLost("this backend has no quarantine")


class AbsentGhosts(Ghosts):
    """Nothing is kept or found, and no id is a ghost's; ``pace`` works for people, from this process's own timings.

    The policy's row ``quarantine_lost`` decides about a ghost, and the first time it is said in the log why.
    """

    def __init__(self, why: str, site: str, lost: Callable[[str], Decision]) -> None:
        """``lost`` gives the row for an action."""
        nowhere = Path(os.devnull)  # no folder: no file of it can be read or written
        super().__init__(read_keys(new_key()), site, GhostRules(), nowhere, lost=lost)
        self.quarantine.use(_NoFile(nowhere, ""))
        self.why, self._said = why, False

    @property
    def ids(self) -> Ids:
        """Raises SettingsError: an id of another key would be nobody's ghost."""
        raise SettingsError([Problem("environment", VARIABLE, "there are no ghosts here", f"{self.why}: {NEEDED}")])

    def is_ghost(self, id: Id) -> bool:  # noqa: ARG002 - the face of Ghosts
        """False: nothing is known of any."""
        return False

    def keep(
        self,
        fields: Mapping[str, Any],  # noqa: ARG002 - they are not kept
        *,
        who: str,  # noqa: ARG002
        action: str = "signup",
        admission: Admitted | None = None,
        hashed: Collection[str] = (),  # noqa: ARG002
        unique: bool = True,  # noqa: ARG002
    ) -> Ghost:
        """A ghost that was not kept, with the policy's row as its ``decision``; "challenge" where that is ghost, for it has no id."""
        if not self._said:
            self._said = True
            log.error(
                "no ghost can be kept here, and the policy's row quarantine_lost decides (%s): %s", self.why, NEEDED
            )
        lost = self._lost(action)
        visit, reason = (admission.id, admission.reason) if admission else (None, "")
        decision: Decision = "challenge" if lost == "ghost" else lost
        return Ghost("", datetime.now(UTC), action, decision=decision, visit=visit, reason=reason)
