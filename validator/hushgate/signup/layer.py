"""What a layer of the door is: it looks at one attempt to sign up, and says a word about it, or nothing.

A new layer is a file of its own here with ``open_layer(house) -> Layer``, and one entry in ``settings.LAYERS``, which names it,
orders it and holds its settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from msgspec import Struct

from hushgate.caller import Caller
from hushgate.config import Site
from hushgate.errors import HushgateError
from hushgate.house import House
from hushgate.judge import Judgement
from hushgate.state import Batch, Reply
from hushgate.tokens import Claims
from hushgate.visit import Decision, Network, Verdict, Word

MAIL_HOST = "mail-host"
"""The note with the host that takes the mail of the address's domain, "" where it is not known or serves everybody's domains."""
REFUSALS: frozenset[Decision] = frozenset({"throttle", "ghost", "deny"})
"""Decisions that let nobody in, now or later."""
_ORDER = {decision: at for at, decision in enumerate(get_args(Decision))}


def strength(decision: Decision) -> int:
    """How strong a decision is: allow, challenge, throttle, ghost, deny, weakest first."""
    return _ORDER[decision]


class Attempt(Struct, frozen=True, eq=False):
    """One attempt to sign up. ``now`` is seconds since 1970.

    ``prefix`` is the address's (``caller.address_prefix``). ``domain`` is the mail address's, in ASCII, "" where it has none. ``claims`` are those of a good token; without one ``refused`` says why there are none. ``form`` holds what else of the form
    the door may see (the decoy), never what the visitor wrote elsewhere. ``headers`` is the judgement of the request's own
    headers, made where there is no good token. ``notes`` is what a layer has to remember from one method to the next, by its name.
    """

    house: House
    site: Site
    action: str
    caller: Caller
    network: Network
    prefix: str
    email: str | None
    domain: str
    form: Mapping[str, str]
    now: float
    claims: Claims | None = None
    refused: HushgateError | None = None
    headers: Judgement | None = None
    notes: dict[str, Any] = {}

    @property
    def verdict(self) -> Verdict | None:
        """The visit's verdict, or that of its headers where they give a bot away; None where nothing is known."""
        if self.claims:
            return self.claims.verdict
        return "bot" if self.headers and self.headers.judged.verdict == "bot" else None

    @property
    def browser(self) -> bool:
        """Whether a browser is behind it that was not found to be driven: what anybody can send by the thousand has none."""
        return self.claims is not None and self.claims.verdict != "bot"

    @property
    def visit(self) -> str | None:
        """The visit's id, None without a good token."""
        return self.claims.id if self.claims else None

    def own(self, layer: str) -> Mapping[str, Any]:
        """The site's settings of a layer, by name."""
        return self.site.layers[layer].own


LOST = "the state store is lost"
"""Why a layer that asks it could not judge."""


class NotJudged(Exception):
    """A layer cannot say anything, and why. The attempt goes on without it, and the reasons say so."""


class Layer:
    """One layer, opened once a process. Subclasses say what they look at; all methods may be called from any thread.

    What a layer raises stops nothing: NotJudged is told in its own words, anything else is logged as the layer's failure.
    """

    name: str
    early = False
    """Asked before the token is read, and without it; a deny here ends everything."""
    silent = False
    """By the settings it can say nothing of anybody, and is not asked."""

    def look(self, attempt: Attempt) -> Word | None:
        """What the layer says of the attempt, consuming nothing. None where it has nothing to say."""
        raise NotImplementedError

    def settle(self, attempt: Attempt, decision: Decision) -> None:
        """Told afterwards what was decided. It costs the visitor's time: for what cannot wait."""

    def close(self) -> None:
        """Closes what is open."""


class Asking(Layer):
    """A layer that asks the state store, or counts there. What all of them ask goes to the store together, in one round trip.

    ``so_far`` is what the layers before make of the attempt: of those that enforce, or where this one observes, of all.
    """

    last = False
    """Hears last, when everybody else has said a word. Its takes are counted before that, and it gives back what is not to be."""

    def ask(self, attempt: Attempt, so_far: Decision) -> Batch | None:
        """What is asked. None where the layer has nothing to say; an empty batch where it needs no answer. One layer has a ``counting``."""
        raise NotImplementedError

    def hear(self, attempt: Attempt, reply: Reply | None, so_far: Decision) -> Word | None:
        """What the layer says now that it has the answers to its own questions; ``reply`` is None where the store is lost."""
        raise NotImplementedError


class Said(Struct, frozen=True):
    """A layer's word, and what the layer may do here: enforce, or observe. ``lifted`` is whose word makes it void."""

    word: Word
    enforced: bool
    lifted: str = ""

    @property
    def acts(self) -> bool:
        """Whether the word counts for the decision."""
        return self.enforced and not self.lifted
