"""Hushgate for FastAPI (and Starlette): a dependency that runs in the thread pool.

hushgate = Hushgate(app)                     # HUSHGATE_* from the environment

@app.post("/signup")
def signup(form: Annotated[Form, Form()], admission: Annotated[Admission, Depends(hushgate(action="signup"))]):
if not admission.commit():               # a token opens one account; in an async def: await hushgate.commit(admission)
raise HTTPException(403)
return create_user(form)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as BadRequest
from starlette.responses import Response

from hushgate.admission import Admission
from hushgate.caller import environ_of
from hushgate.gate import Gate
from hushgate.integrations.desk import Desk, words
from hushgate.wire import Offer

Hook = Callable[[Request, Admission], Response | Awaitable[Response]]
"""Answers an admission that is not let in."""


class _Answered(Exception):
    """An answer in place of the endpoint's: a dependency has no other way to give one."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered")
        self.response = response


class Hushgate:
    """``hushgate(action="signup")`` is the dependency; ``await hushgate.admit(...)`` decides and leaves the answer to the endpoint."""

    def __init__(
        self,
        app: FastAPI,
        *,
        gate: Gate | None = None,
        settings: Mapping[str, Any] | None = None,
        on_ghost: Hook | None = None,
        on_refusal: Hook | None = None,
    ) -> None:
        """``settings`` are HUSHGATE_* where the environment is silent. ``on_ghost`` answers as if it had worked.

        Raises:
            SettingsError: the settings cannot be used.
        """
        self._desk = Desk.open(settings or {}, gate)
        self._on_ghost, self._on_refusal = on_ghost, on_refusal
        app.add_exception_handler(_Answered, _answer)

    @property
    def gate(self) -> Gate:
        """The gate."""
        return self._desk.gate

    def __call__(self, action: str = "signup", *, email: str = "email") -> Callable[[Request], Awaitable[Admission]]:
        """The dependency: the endpoint runs only where the visit is let in, and spends the token itself.

        All else is answered by the hooks; without one, by 403 or 429: a ghost too, so give ``on_ghost``. ``email`` is the name of
        the field with the mail address.
        """

        async def admitted(request: Request) -> Admission:
            admission = await self.admit(request, action, email=email)
            if admission.allowed:
                return admission
            hook = self._on_ghost if admission.ghosted and self._on_ghost else self._on_refusal
            if hook is None:
                raise HTTPException(*words(admission))
            answer = hook(request, admission)
            raise _Answered(await answer if isawaitable(answer) else answer)

        return admitted

    async def admit(self, request: Request, action: str = "signup", *, email: str = "email") -> Admission:
        """Decides about a request, in a thread of the pool. Never raises."""
        return await run_in_threadpool(self._desk.admit, _environ(request), await _fields(request), action, email)

    async def commit(self, admission: Admission) -> bool:
        """Spends the token from an ``async def``: true for the one call that does."""
        return await run_in_threadpool(admission.commit)

    def script(self, action: str = "signup", nonce: str | None = None) -> Markup:
        """The script tag. Raises SettingsError."""
        return self._desk.script(action, nonce)

    def step_up(self, offer: Offer, *, submit: bool = False, nonce: str | None = None) -> Markup:
        """What does an offer's work in a page, for its form; "" where it is no proof of work.

        In Jinja: ``templates.env.globals["hushgate_step_up"] = hushgate.step_up``, and ``{{ hushgate_step_up(offer) }}``.
        """
        return self._desk.step_up(offer, submit=submit, nonce=nonce)


async def _answer(_request: Request, answered: Exception) -> Response:
    return answered.response  # type: ignore[attr-defined,no-any-return]  # registered for _Answered


def _environ(request: Request) -> dict[str, object]:
    """What is asked, as a WSGI server would tell it.

    Names with an underscore are left out: X_Forwarded_For would become the same header as X-Forwarded-For, which a proxy writes, and
    ASGI servers pass both on.
    """
    raw = [header for header in request.headers.raw if b"_" not in header[0]]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
    return environ_of(request.client.host if request.client else "", request.url.scheme, headers)


async def _fields(request: Request) -> object:
    """The form or the JSON; None where the body is neither. FastAPI has read the body by now, and keeps it."""
    try:
        if "json" in request.headers.get("content-type", ""):
            return await request.json()
        return dict(await request.form())
    except (ValueError, RecursionError, BadRequest):
        return None
