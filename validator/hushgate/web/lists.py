"""``/v1/lists``: a site's own entries on the blocklist and the allowlist, for its backend.

The secret comes as ``Authorization: Bearer``, because a GET has no body; a POST may hold it in its body, as other questions do. A
backend sees the entries of all sites that hold for its own, and changes its own only.
"""

from __future__ import annotations

import time

import msgspec
from flask import Blueprint, Response, request

from hushgate.config import Site
from hushgate.errors import BadField, RequestRefused
from hushgate.house import House
from hushgate.keys import hash_secret
from hushgate.lists.book import Book
from hushgate.signup.lists import open_book
from hushgate.web.answers import answer
from hushgate.web.backends import refused
from hushgate.wire import API, ListAnswer, ListQuestion

_BEARER = "bearer "


def blueprint(house: House) -> Blueprint:
    """The routes."""
    routes = Blueprint("lists", __name__)

    @routes.get("/v1/lists")
    def show() -> Response:
        site, now = _site(house, ""), time.time()
        entries = [one for one in house.room(open_book).entries() if one.site in ("", site.key) and one.live(now)]
        return answer(ListAnswer(entries))

    @routes.post("/v1/lists")
    def add() -> Response:
        question = _read(request.get_data(cache=False))
        site = _site(house, question.secret)
        told = {name: getattr(question, name) for name in ("reason", "by", "kind", "until", "decision")}
        entry = house.room(open_book).add(question.list, question.value, site=site.key, **told)
        return answer(ListAnswer([entry]))

    @routes.delete("/v1/lists/<id>")
    def remove(id: str) -> Response:
        site, book = _site(house, ""), house.room(open_book)
        return answer(ListAnswer(book.remove([_own(book, site, id)], API)))

    return routes


def _own(book: Book, site: Site, id: str) -> str:
    """The id of an entry that is the site's own."""
    if any(one.id == id and one.site == site.key for one in book.store.read()):
        return id
    missing = RequestRefused("no entry of this site has this id", "id", code="not-found")
    missing.status = 404
    raise missing


def _site(house: House, told: str) -> Site:
    header = request.headers.get("Authorization", "")
    secret = header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else told
    site = house.by_secret.get(hash_secret(secret))
    if site is None:
        raise refused(house, secret)
    return site


_decode = msgspec.json.Decoder(ListQuestion).decode


def _read(body: bytes) -> ListQuestion:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        text, _, at = str(error).partition(" - at `$.")
        field = at.rstrip("`") or (text.split("`")[1] if "missing required field" in text else "body")
        raise BadField(f"{field}: {text.replace('`', '')}", field) from None
