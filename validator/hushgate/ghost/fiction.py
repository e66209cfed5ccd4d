"""What a ghost meets after its signup: login, the mail's link, another mail, its profile. Nothing of it touches the site.

The site asks here where it has found no real account, and only there: a real account always comes first. Each method's default
does what a real account would see; a site whose endpoints do more subclasses this and sets ``gate.ghosts.fiction``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hushgate.errors import HushgateError
from hushgate.ghost.quarantine import Quarantine
from hushgate.ghost.records import Ghost
from hushgate.ghost.shapes import Id

VERIFIED = "verified"
"""The field that says that a ghost's address is proven."""


class Fiction:
    """The defaults. None and False mean: answer as for an account that is not there.

    A quarantine that cannot be read gives those too: a ghost then hears what everybody hears whose account is gone.
    """

    def __init__(self, quarantine: Quarantine) -> None:
        self.quarantine = quarantine

    def login(self, who: str, proves: Callable[[dict[str, Any]], bool]) -> Ghost | None:
        """The ghost that may log in as ``who``.

        ``proves`` gets the kept fields and says whether the password fits, by the site's own hasher. It gets no fields where there
        is no ghost, and had better check some other hash then: an unknown address must take as long as a wrong password.
        """
        ghost = self._known(who)
        proven = proves(ghost.fields if ghost else {})
        return ghost if proven else None

    def profile(self, id: Id) -> Ghost | None:
        """The ghost whose profile is asked for. Its ``fields`` are what it submitted."""
        return self._quietly(lambda: self.quarantine.get(id))

    def edit(self, id: Id, changes: dict[str, Any]) -> Ghost | None:
        """The same with other fields, so that it reads back what it wrote. Only fields that are kept already can change."""
        ghost = self.profile(id)
        if ghost is None:
            return None
        known = {name: value for name, value in changes.items() if name in ghost.fields}
        return self._put(replace(ghost, fields={**ghost.fields, **known}))

    def verify_mail(self, id: Id) -> Ghost | None:
        """Notes that the address is proven, where the site's own check of the link or the code has passed.

        A ghost is sent no mail. One that has a good link all the same has one that holds its id and nothing secret.
        """
        ghost = self.profile(id)
        return None if ghost is None else self._put(replace(ghost, fields={**ghost.fields, VERIFIED: True}))

    def resend(self, who: str) -> bool:
        """Whether to answer that another mail is on its way. None is."""
        return self._known(who) is not None

    def _known(self, who: str) -> Ghost | None:
        """The ghost of an address. A signup that was not committed was told of no account: nobody can log in to it."""
        ghost = self._quietly(lambda: self.quarantine.find(who))
        return None if ghost is None or ghost.new else ghost

    def _put(self, ghost: Ghost) -> Ghost | None:
        def put() -> Ghost:
            self.quarantine.update(ghost)
            return ghost

        return self._quietly(put)

    @staticmethod
    def _quietly(work: Callable[[], Ghost | None]) -> Ghost | None:
        try:
            return work()
        except HushgateError:
            return None
