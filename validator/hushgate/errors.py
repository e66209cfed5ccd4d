"""Everything that can go wrong, as one tree of exceptions that carry data.

Each class has a ``code``: the word that stands for it in JSON answers, metrics and logs.
"""

from __future__ import annotations

from dataclasses import dataclass


class HushgateError(Exception):
    """The root: catch this to catch all of them."""

    code = "error"


@dataclass(frozen=True)
class Problem:
    """One mistake in the settings: where it stands, what is wrong, and what to do about it."""

    where: str
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.key}: {self.what}. {self.remedy}"


class SettingsError(HushgateError):
    """The settings cannot be used. ``problems`` has all of the mistakes, not only the first."""

    code = "bad-settings"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class StateLost(HushgateError):
    """The state store cannot be reached, or did not answer in time."""

    code = "state-lost"

    def __init__(self, message: str) -> None:
        super().__init__(message)


class GateLost(HushgateError):
    """A gate that runs elsewhere did not answer, or not in time, or not as a gate does. ``why`` is one word of it."""

    code = "gate-lost"

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


class BackendRefused(GateLost):
    """A gate that runs elsewhere answered, and does not know this backend's secret: it is the settings that are wrong."""

    code = "secret-refused"

    def __init__(self, message: str) -> None:
        super().__init__(self.code, message)


class RequestRefused(HushgateError):
    """A request that the gate does not judge: ``field`` names the part that is wrong."""

    code = "bad-request"
    status = 400

    def __init__(self, message: str, field: str | None = None, *, code: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        if code:
            self.code = code


class BadField(RequestRefused):
    """A part of the request is missing, of a wrong type, or too large."""

    code = "bad-field"


class TooLarge(RequestRefused):
    """The body is over the limit."""

    code = "too-large"
    status = 413


class SiteUnknown(RequestRefused):
    """No site has this key."""

    code = "unknown-site"
    status = 403


class SecretRefused(RequestRefused):
    """A backend's secret is missing, or belongs to no site."""

    code = "secret-refused"
    status = 401


class OriginRefused(RequestRefused):
    """The page that asks does not belong to the site."""

    code = "origin-refused"
    status = 403


class SealBroken(RequestRefused):
    """The seal does not fit the payload and the session."""

    code = "seal-broken"
    status = 403


class SessionRefused(RequestRefused):
    """The session cannot be used."""

    code = "session-refused"
    status = 403


class SessionForged(SessionRefused):
    """Not a session of this gate, or one that was altered."""

    code = "session-forged"


class SessionExpired(SessionRefused):
    """The session is older than its time to live. ``age`` is in seconds."""

    code = "session-expired"

    def __init__(self, message: str, *, age: float) -> None:
        super().__init__(message, "session")
        self.age = age


class SessionSpent(SessionRefused):
    """The session has had its verdict."""

    code = "session-spent"
    status = 409


class TooMany(RequestRefused):
    """Over a rate limit. ``retry_after`` is in seconds."""

    code = "too-many-requests"
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many requests, try again later")
        self.retry_after = retry_after


class StepRefused(HushgateError):
    """A step-up was not passed: wrong, too late, tried too often, or done before. The answer does not tell which."""

    code = "step-refused"

    def __init__(self) -> None:
        super().__init__("this was not right, or it came too late: ask for another")


class TicketRefused(BadField):
    """The ticket of a step-up is none of this gate's, or of another site, or too old."""

    def __init__(self, why: str) -> None:
        super().__init__(f"ticket: {why}", "ticket")


class StepLost(HushgateError):
    """The step-up cannot be made at the moment: whoever provides it does not answer. Another way may be tried."""

    code = "step-lost"

    def __init__(self, why: str) -> None:
        super().__init__("this cannot be done at the moment: try again later, or another way")
        self.why = why


class StepLimited(HushgateError):
    """A step-up was asked for too often. ``retry_after`` is in seconds."""

    code = "step-limited"

    def __init__(self, retry_after: int) -> None:
        super().__init__("this was asked for too often: try again later")
        self.retry_after = retry_after


class TokenRefused(HushgateError):
    """The token does not let anybody in. Each way in which it fails has its own class."""

    code = "token-refused"


class TokenMissing(TokenRefused):
    """There is no token: the script was blocked, timed out, or never ran."""

    code = "token-missing"


class TokenForged(TokenRefused):
    """Not a token of this gate, or one that was altered."""

    code = "token-forged"


class TokenExpired(TokenRefused):
    """The token is older than its time to live. ``age`` is in seconds."""

    code = "token-expired"

    def __init__(self, message: str, *, age: float) -> None:
        super().__init__(message)
        self.age = age


class TokenMisdirected(TokenRefused):
    """The token is genuine, and meant for something else. ``claim`` is site, hostname or action."""

    code = "token-misdirected"

    def __init__(self, claim: str, *, expected: str, got: str) -> None:
        super().__init__(f"the token's {claim} is {got!r}, expected {expected!r}")
        self.claim, self.expected, self.got = claim, expected, got


class TokenReplayed(TokenRefused):
    """The token was redeemed before, by somebody else. ``id`` is the visit's."""

    code = "token-replayed"

    def __init__(self, message: str, *, id: str) -> None:
        super().__init__(message)
        self.id = id


class GhostUnknown(HushgateError):
    """The quarantine has no ghost with this id."""

    code = "ghost-unknown"


class QuarantineSealed(HushgateError):
    """What a ghost submitted cannot be read: its key is no longer in force, or it was altered."""

    code = "quarantine-sealed"


class RestoreBusy(HushgateError):
    """Another restore is under way on this machine."""

    code = "restore-busy"


class RestoreImpossible(HushgateError):
    """The site has no hook that does the real signup."""

    code = "restore-impossible"
