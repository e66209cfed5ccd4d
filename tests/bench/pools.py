"""Bodies ready to be sent: visits that are sealed, tokens that are minted."""

from __future__ import annotations

import hmac
import json
import time
from pathlib import Path

from hushgate.caller import address_prefix, told_caller
from hushgate.house import House
from hushgate.keys import b64, new_nonce, unb64
from hushgate.tokens import Claims
from hushgate.visit import new_id
from quizzes import answers
from stories import HEADERS, HOST, SIGNALS, SITE


def verdict_bodies(house: House, path: Path, count: int, *, stories: int = 1) -> None:
    """Bodies for /v1/verdict, one a line, each with a session of its own, opened as its page would, from so many different browsers."""
    caller = told_caller("127.0.0.1", "https", HEADERS)
    page_of = (SITE, "signup", caller.user_agent, address_prefix(caller.ip))
    page = {"version": "1.0.0", "when": "submit", "open_ms": 5000, "clock": time.time() * 1000, "embedding": "top"}
    with path.open("w") as out:
        for number in range(count):
            screen = {**SIGNALS["screen"], "inner_height": 400 + (number % stories) / 100}
            signals = {**SIGNALS, "screen": screen} if stories > 1 else SIGNALS
            session = house.sessions.open(*page_of, story=caller.story)
            told = {**signals, "quiz": answers(session.quiz)}
            samples = {name: {"v": value, "ms": 1} for name, value in told.items()}
            payload = json.dumps({"v": 1, "signals": samples, "page": page})
            seal = hmac.digest(unb64(session.key), f"{session.text}.{payload}".encode(), "sha256")
            out.write(json.dumps({"session": session.text, "payload": payload, "seal": b64(seal)}) + "\n")


def siteverify_bodies(house: House, secret: str, path: Path, count: int) -> None:
    """Bodies for /v1/siteverify, one a line, each with a token of its own."""
    with path.open("w") as out:
        out.writelines(f"secret={secret}&response={new_token(house)}\n" for _ in range(count))


def admit_bodies(house: House, secret: str, path: Path, count: int) -> None:
    """Bodies for /v1/admit, one a line, each with a token and an address of its own, as the client sends them."""
    page = {name: value for name, value in HEADERS.items() if name != "content-type"}
    asked = {"secret": secret, "action": "signup", "headers": page, "form": {"email": "filled", "password": "filled"}}
    with path.open("w") as out:
        for number in range(count):
            ip = f"84.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            mail = mail_of(number)
            out.write(json.dumps({**asked, "response": new_token(house), "remoteip": ip, "email": mail}) + "\n")


FIRST = [
    "anna",
    "ben",
    "clara",
    "david",
    "emma",
    "felix",
    "greta",
    "hans",
    "ida",
    "jonas",
    "karla",
    "leon",
    "mia",
    "noah",
    "olga",
    "paul",
    "rosa",
    "simon",
    "tilda",
    "uwe",
    "vera",
    "willi",
]
LAST = [
    "adler",
    "bauer",
    "conrad",
    "dietz",
    "ernst",
    "fuchs",
    "graf",
    "huber",
    "jahn",
    "keller",
    "lang",
    "maier",
    "noll",
    "otto",
    "peters",
    "roth",
    "sommer",
    "thiel",
    "ulrich",
    "vogel",
]
HOMES = ("gmail.com", "web.de", "outlook.com", "gmx.de", "icloud.com", "yahoo.com", "posteo.de")


def mail_of(number: int) -> str:
    """A person's mail address; there are 3,080 of them."""
    first, rest = FIRST[number % len(FIRST)], number // len(FIRST)
    return f"{first}.{LAST[rest % len(LAST)]}@{HOMES[(number + rest // len(LAST)) % len(HOMES)]}"


def new_token(house: House) -> str:
    """A person's token, fresh."""
    claims = Claims(
        new_id(), new_nonce(), SITE, HOST, "signup", time.time(), "human", "allow", 0.0, "high", "count", []
    )
    return house.tokens.mint(claims)
