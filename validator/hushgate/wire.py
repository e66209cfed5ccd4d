"""What a backend asks the gate over HTTP, and what it is told: one shape a question, read and written by both sides.

Endpoints: docs/protocol.md, section 1. The secret stands in the body, so that no access log has it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from hushgate.decision import Conversion
from hushgate.lists.entry import Entry, Kind, ListName
from hushgate.visit import Confidence, Decision, Finding, Skip, StepKind, Verdict, Word

OutcomeName = Literal["confirmed", "active", "paid", "bounced", "reported"]
OUTCOMES: tuple[OutcomeName, ...] = get_args(OutcomeName)
"""What became of a signup, as its backend learns it: the address was confirmed, the account was used, it paid; mail to it came
back, or somebody reported it."""

Secret = Annotated[str, Meta(max_length=256)]
Action = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,32}\Z")]


class AdmitQuestion(Struct, frozen=True, omit_defaults=True):
    """One signup to decide about. ``headers`` are those of the visitor's request, in order; ``remoteip`` is the visitor's.

    ``scheme`` is what the visitor used. ``form`` says which fields hold something, never what the visitor wrote. ``sitekey`` is the site
    that the backend takes itself for: the secret decides, and the gate's log tells where the two differ.
    """

    secret: Secret
    action: Action
    response: str = ""
    hostname: str | None = None
    remoteip: str | None = None
    scheme: Literal["http", "https"] = "https"
    headers: dict[str, str] = {}
    email: str | None = None
    form: dict[str, str] = {}
    sitekey: Annotated[str, Meta(max_length=64)] = ""


class AdmitAnswer(Struct, frozen=True):
    """The decision. ``success`` is whether to go on; ``lease`` is what ``/v1/commit`` takes, null where there is nothing to spend.

    ``step_up`` is the ticket of a visit that is challenged. ``gate_lost`` is what the policy does for this action where the gate cannot be asked,
    and ``quarantine_lost`` where a ghost cannot be kept: for the client to remember.
    """

    success: bool
    decision: Decision
    would: Decision | None
    conversion: Conversion
    reason: str
    reasons: list[Word]
    retry_after: int
    id: str | None
    verdict: Verdict | None
    score: float | None
    confidence: Confidence | None
    findings: list[Finding]
    skipped: list[Skip]
    lost: list[str]
    log: dict[str, str | float | None]
    lease: str | None
    gate_lost: Decision
    quarantine_lost: Decision = "challenge"
    step_up: str = ""


class VerifyQuestion(Struct, frozen=True, omit_defaults=True):
    """A token to read. With a ``holder`` it is leased to it, without one it is spent."""

    secret: Secret
    response: str = ""
    action: Action | None = None
    hostname: str | None = None
    holder: Annotated[str, Meta(max_length=128)] = ""


class Refused(Struct, frozen=True, omit_defaults=True):
    """Why a token was refused: an error's code, its sentence, and what else it knows."""

    code: str
    message: str
    age: float = 0.0
    claim: str = ""
    expected: str = ""
    got: str = ""
    id: str = ""


class Told(Struct, frozen=True):
    """What a good token says."""

    id: str
    site: str
    hostname: str
    action: str
    at: float
    verdict: Verdict
    decision: Decision
    would: Decision | None
    score: float
    confidence: Confidence
    conversion: Conversion
    findings: list[Finding]
    lost: list[str]
    stepped: str = ""


class VerifyAnswer(Struct, frozen=True):
    """What the token says, or why it was refused: one of the two."""

    told: Told | None
    refused: Refused | None
    lease: str | None


class CommitQuestion(Struct, frozen=True):
    """A lease to spend."""

    secret: Secret
    lease: Annotated[str, Meta(max_length=2048)]


class CommitAnswer(Struct, frozen=True):
    """``success`` is true for the one call that spent the token."""

    success: bool


class OutcomeQuestion(Struct, frozen=True):
    """What became of a visit. ``id`` is the one that its admission had."""

    secret: Secret
    id: str
    outcome: Annotated[str, Meta(extra_json_schema={"enum": list(OUTCOMES)})]


class OutcomeAnswer(Struct, frozen=True):
    """``success`` is whether it is on record."""

    success: bool


class LoginQuestion(Struct, frozen=True, omit_defaults=True):
    """An attempt to log in to decide about; with ``failed``, one to count, because the password was wrong."""

    secret: Secret
    account: Annotated[str, Meta(max_length=512)]
    remoteip: str | None = None
    failed: bool = False


class LoginAnswer(Struct, frozen=True):
    """Whether to look at the password. ``retry_after`` is in seconds."""

    decision: Decision
    reason: str
    retry_after: int


API = "api"


class ListQuestion(Struct, frozen=True, omit_defaults=True):
    """An entry to add. ``until`` is 12h, 7d, 2w, or a date; without it, the entry stays."""

    list: ListName
    value: str
    kind: Kind | None = None
    reason: str = ""
    by: Annotated[str, Meta(min_length=1)] = API
    until: str | None = None
    decision: Literal["challenge", "throttle", "ghost", "deny"] = "deny"
    secret: Secret = ""


class ListAnswer(Struct, frozen=True):
    """The entries that were asked for, that was added, or that were removed."""

    entries: list[Entry]


class Offer(Struct, frozen=True, omit_defaults=True):
    """What a challenged visit may do. ``kind`` is "none" where nothing is offered; ``fallback`` is another way, "" for none.

    ``ticket`` goes back with the answer, within ``expires_in`` seconds. ``challenge`` is that of the ALTCHA protocol; ``sitekey``,
    ``action`` and ``cdata`` are for the widget of Turnstile or hCaptcha. ``problem`` is a code where it cannot be done now, and
    ``message`` says so in a sentence; ``token`` is there where the site lets in whom it cannot ask.
    """

    kind: StepKind = "none"
    ticket: str = ""
    expires_in: int = 0
    fallback: str = ""
    challenge: dict[str, Any] | None = None
    sitekey: str = ""
    action: str = ""
    cdata: str = ""
    problem: str = ""
    message: str = ""
    retry_after: int = 0
    token: str = ""


class Passed(Struct, frozen=True, omit_defaults=True):
    """What came of an answer: a ``token`` that is good for ``expires_in`` seconds, or a ``problem`` and its ``message``."""

    token: str = ""
    expires_in: int = 0
    problem: str = ""
    message: str = ""
    retry_after: int = 0


class OfferQuestion(Struct, frozen=True, omit_defaults=True):
    """A ticket to make an offer for. ``kind`` chooses among the site's ways. A backend has a ``secret``, and may say the ``email``."""

    ticket: Annotated[str, Meta(max_length=2048)]
    kind: StepKind | Literal[""] = ""
    secret: Secret = ""
    email: Annotated[str, Meta(max_length=512)] | None = None


class StepAnswer(Struct, frozen=True, omit_defaults=True):
    """An answer to an offer: an ALTCHA payload, a mail code, or what the widget gave."""

    ticket: Annotated[str, Meta(max_length=2048)]
    answer: Annotated[str, Meta(max_length=8192)]
    secret: Secret = ""


Question = (
    OfferQuestion | StepAnswer | LoginQuestion | AdmitQuestion | VerifyQuestion | CommitQuestion | OutcomeQuestion
)
