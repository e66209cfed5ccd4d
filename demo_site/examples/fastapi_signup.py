"""FastAPI: ``uvicorn examples.fastapi_signup:app``."""

import uuid
from typing import Annotated

from fastapi import Depends, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hushgate import Admission
from hushgate.integrations.fastapi import Hushgate

PAGE = """<!doctype html><title>Sign up</title>
<form method="post" action="/signup"><input name="email" type="email"> <button>Sign up</button></form>"""
app = FastAPI()
accounts: dict[str, str] = {}


def welcome(user: str) -> RedirectResponse:
    """What a new user sees, and a ghost."""
    return RedirectResponse(f"/welcome?user={user}", 303)


def ghost(_request: Request, _admission: Admission) -> RedirectResponse:
    """The same answer, and nothing behind it."""
    return welcome(str(uuid.uuid4()))


hushgate = Hushgate(app, on_ghost=ghost)


@app.get("/")
def page() -> HTMLResponse:
    """The form."""
    return HTMLResponse(f"{PAGE}{hushgate.script('signup')}")


@app.post("/signup")
async def signup(
    email: Annotated[str, Form()], admission: Annotated[Admission, Depends(hushgate(action="signup"))]
) -> RedirectResponse:
    """Runs for those who are let in."""
    if "@" not in email:
        raise HTTPException(422, "That is no mail address.")  # the token is not spent: the form may be sent again
    if not await hushgate.commit(admission):  # a token opens one account
        raise HTTPException(409, "You have an account already.")
    user = str(uuid.uuid4())
    accounts[user] = email
    return welcome(user)
