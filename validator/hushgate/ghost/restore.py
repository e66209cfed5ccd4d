"""A ghost that was a person is brought back: the site's hook does the real signup, exactly once.

The protocol: (1) a lock that dies with its holder, so that two restores never run at once on a machine; (2) ``begin`` is written
through to the disk; (3) the hook; (4) ``finish`` remembers the id and forgets what was submitted, in one transaction, written
through. Killed before (3), nothing happened. Killed between (3) and (4), the next restore calls the hook again with the same
idempotency key, the ghost's id: a hook that writes that key in the transaction of the account itself finds it there, and the
account is opened once. No protocol does without that part: what happens in the site's database, only that database knows.
"""

from __future__ import annotations

from typing import NamedTuple

from hushgate.errors import RestoreImpossible
from hushgate.ghost.hooks import Hooks
from hushgate.ghost.quarantine import Quarantine
from hushgate.ghost.shapes import Id


class Restored(NamedTuple):
    """What came of it. ``again`` is True where it was done before, and nothing was done now."""

    id: Id
    real_id: Id
    again: bool


def restore(quarantine: Quarantine, hooks: Hooks, id: Id) -> Restored:
    """Brings one ghost back.

    Raises:
        GhostUnknown: it was purged, or is past its time.
        QuarantineSealed: its key is no longer in force.
        RestoreBusy: another restore is under way.
        RestoreImpossible: there is no hook ``on_restore``.
        StateLost: the quarantine cannot be read or written.
        Exception: whatever the hook raises; the ghost stays where it is.
    """
    if hooks.on_restore is None:
        raise RestoreImpossible("the site has no hook on_restore: add it to the module that ghost_hooks names")
    with quarantine.alone():
        done = quarantine.done(id)
        if done is not None:
            return Restored(id, done.real_id, again=True)
        ghost = quarantine.begin(id)
        real_id = hooks.on_restore(ghost)
        real_id = ghost.id if real_id is None else real_id
        quarantine.finish(id, real_id)
        return Restored(ghost.id, real_id, again=False)
