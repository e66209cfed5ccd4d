"""``gate.ghosts``: everything that a site does with its ghosts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from hushgate.errors import HushgateError, StateLost
from hushgate.ghost.fiction import Fiction
from hushgate.ghost.fields import choose
from hushgate.ghost.hooks import Hooks, load_hooks
from hushgate.ghost.ids import IdRules, Ids, open_shape
from hushgate.ghost.pace import Pace
from hushgate.ghost.quarantine import Quarantine
from hushgate.ghost.records import Ghost
from hushgate.ghost.restore import Restored, restore
from hushgate.ghost.seal import Sealer
from hushgate.ghost.shapes import Id
from hushgate.keys import KeyRing
from hushgate.visit import Decision

log = logging.getLogger(__name__)
ID_MAX = 128
TRIES = 4


@dataclass(frozen=True)
class GhostRules:
    """The settings of a site's ghosts: how long they are kept, and the times in seconds."""

    ids: IdRules = field(default_factory=IdRules)
    hashed: tuple[str, ...] = ()
    days: float = 14
    pace_first: float = 0.05
    pace_cap: float = 2.0
    hooks: str = ""


class Admitted(Protocol):
    """What is read of an Admission."""

    @property
    def id(self) -> str | None:
        """The visit's id."""

    @property
    def reason(self) -> str:
        """Why it was ghosted."""

    @property
    def on_commit(self) -> list[Callable[[], bool]]:
        """What is done when the token is spent."""


class Ghosts:
    """The ghosts of one site. Nothing that a signup calls here raises."""

    def __init__(
        self,
        ring: KeyRing,
        site: str,
        rules: GhostRules,
        folder: Path,
        *,
        lost: Callable[[str], Decision],
        hooks: Hooks | None = None,
    ) -> None:
        """``lost`` gives, for an action, the policy's row for a quarantine that cannot be written. ``hooks`` win over the setting's module."""
        self._ring, self._site, self._rules, self._lost, self._hooks = ring, site, rules, lost, hooks
        self.quarantine = Quarantine(folder, site, Sealer(ring, site), rules.days)
        self.pace = Pace(folder, site, first=rules.pace_first, cap=rules.pace_cap)
        self.fiction = Fiction(self.quarantine)

    @cached_property
    def hooks(self) -> Hooks:
        """The site's functions. Raises SettingsError where their module cannot be imported."""
        return self._hooks or load_hooks(self._rules.hooks, "ghost_hooks")

    @cached_property
    def ids(self) -> Ids:
        """Makes and recognises ids. Raises SettingsError where the shape needs a hook that is not there."""
        return Ids(self._ring, self._site, open_shape(self._rules.ids, self.hooks))

    def id(self) -> Id:
        """A ghost's id in the shape of the site's real ones."""
        return self.ids.new()

    def is_ghost(self, id: Id) -> bool:
        """Whether an id is a ghost's. For an id without the mark, which is every real one but ``ids.false_rate``, nothing is read.

        One with the mark may be a person who was restored, or a real id that has it by chance: ``is_real`` is asked where the site
        has it. A site that cannot answer is not contradicted: False.
        """
        if len(str(id)) > ID_MAX or not self.ids.marked(id) or self._is_restored(id):
            return False
        return self.hooks.is_real is None or not self._is_real(id)

    def keep(
        self,
        fields: Mapping[str, Any],
        *,
        who: str,
        action: str = "signup",
        admission: Admitted | None = None,
        hashed: Collection[str] = (),
        unique: bool = True,
    ) -> Ghost:
        """Keeps what a ghosted visitor submitted, and gives its ghost: the same one for the same ``who``, where the site is ``unique``.

        ``who`` is what makes the site call it the same account: the mail address, as a rule. ``hashed`` names the fields that hold
        the hash of a password, with those of the setting ``ghost_hashed_fields``; passwords themselves are left out.
        With an ``admission`` the ghost is new until that is committed: a signup that dies before begins anew. Of two that are under way
        for one ``who``, one commits. A site that is not ``unique`` writes a row for each signup of an address: there each is a new ghost,
        and ``find`` gives the latest that was committed. Act on the ghost's ``decision``: it is the policy's row ``quarantine_lost``
        where nothing could be kept.
        """
        ghost = self._draw(fields, hashed, action, admission)
        try:
            return self._keep(ghost, who, admission, unique=unique)
        except Exception:
            log.exception("a ghost is not kept")
        return self._not_kept(ghost, who if unique else None)

    def _draw(
        self, fields: Mapping[str, Any], hashed: Collection[str], action: str, admission: Admitted | None
    ) -> Ghost:
        """A ghost without an id."""
        kept, left_out = choose(fields, {*hashed, *self._rules.hashed})
        ghost = Ghost("", datetime.now(UTC), action, kept, left_out=left_out)
        if admission is None:
            return ghost
        return replace(ghost, visit=admission.id, reason=admission.reason, score=getattr(admission, "score", None))

    def _not_kept(self, ghost: Ghost, who: str | None) -> Ghost:
        """By the policy's row: challenged, where there is not even an id to ghost with."""
        lost, name = self._lost(ghost.action), self._any_id(who)
        return replace(ghost, id=name, decision="challenge" if lost == "ghost" and name == "" else lost)

    def find(self, who: str) -> Ghost | None:
        """The ghost of a visitor who came before; None also where the quarantine cannot be read."""
        try:
            return self.quarantine.find(who)
        except HushgateError:
            return None

    def restore(self, id: Id) -> Restored:
        """Brings a person back: the hook ``on_restore`` does the real signup, once. See ``restore`` for what it raises."""
        return restore(self.quarantine, self.hooks, id)

    def close(self) -> None:
        """Closes the file and writes the timings down."""
        self.pace.save()
        self.quarantine.close()

    def _keep(self, ghost: Ghost, who: str, admission: Admitted | None, *, unique: bool) -> Ghost:
        for _ in range(TRIES):
            found = self.quarantine.keep(who, replace(ghost, id=self.id()), unique=unique)
            if found is not None:
                self._answer_with(admission, found)
                return found
        raise StateLost("no id was free for a ghost")

    def _answer_with(self, admission: Admitted | None, ghost: Ghost) -> None:
        """A ghost's signup comes to its end when its token is spent; without an admission, now."""
        if not ghost.new:
            return
        if admission is None:
            self._answer(ghost)
        else:
            admission.on_commit.append(lambda: self._answer(ghost))

    def _answer(self, ghost: Ghost) -> bool:
        try:
            return self.quarantine.answer(ghost.id)
        except HushgateError as error:
            log.error("the quarantine cannot say that %r was answered: %s", ghost.id, error)  # noqa: TRY400 - as above
            return True

    def _any_id(self, who: str | None) -> Id:
        """The same id for the same visitor, where the shape allows that without a record; without a visitor, any."""
        try:
            return self.ids.new(None if who is None else who.strip().lower().encode("utf-8", "replace"))
        except Exception:
            log.exception("no id can be made for a ghost")
            return ""

    def _is_restored(self, id: Id) -> bool:
        try:
            return self.quarantine.done(id) is not None
        except HushgateError as error:
            log.error("the quarantine cannot say whether %r was restored: %s", id, error)  # noqa: TRY400 - as above
            return False

    def _is_real(self, id: Id) -> bool:
        try:
            return bool(self.hooks.is_real and self.hooks.is_real(id))
        except Exception:
            log.exception("is_real failed")
            return True
