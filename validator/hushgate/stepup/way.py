"""What a way of stepping up is. A new one is a file of its own here, and an entry in ``wire.StepKind`` and ``steps.WAYS``."""

from __future__ import annotations

from typing import Any, Protocol

from hushgate.config import Site
from hushgate.stepup.ticket import Ticket

Fields = dict[str, Any]
"""What an offer of this kind has besides: fields of ``wire.Offer``."""


class Way(Protocol):
    """One way, opened once a process; its methods may be called from any thread."""

    def ask(self, site: Site, ticket: Ticket) -> tuple[Ticket, Fields]:
        """Asks. The ticket that comes back is the one that is given out. Raises StepLost, StepLimited and StateLost."""

    def check(self, site: Site, ticket: Ticket, answer: str) -> bool:
        """Whether this is the answer to what was asked. Raises StepLost and StateLost."""

    def close(self) -> None:
        """Closes what is open."""
