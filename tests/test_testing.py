"""What customers prove their endpoint with: each planted difference is found and said in words, and nothing else is."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from hushgate.testing import Answer, assert_indistinguishable, differences
from hushgate.testing.compare import auc
from signup_answers import HEADERS, answer, body, several, signed

PAGE = "<!doctype html><html><body><h1>Welcome, {}</h1><p class='x'>{}</p></body></html>"


def swapped(*names: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (*HEADERS[:2], *names)


def without(name: str) -> dict[str, Any]:
    told = body()
    del told["user"][name]
    return told


PLANTED: dict[str, tuple[Callable[[], Answer], str]] = {
    "status": (lambda: answer(status=200), "status: a real one has 201, a ghost has 200"),
    "a header more": (lambda: answer(headers=(*HEADERS, ("X-Ghost", "1"))), "header names and their order"),
    "a header less": (lambda: answer(headers=HEADERS[:3]), "header names and their order"),
    "a header's capitals": (lambda: answer(headers=swapped(("cache-control", "no-store"), HEADERS[3])), "header names and their order"),
    "order of headers": (lambda: answer(headers=(HEADERS[1], HEADERS[0], *HEADERS[2:])), "header names and their order"),
    "a header's value": (lambda: answer(headers=swapped(("Cache-Control", "private"), HEADERS[3])), "header cache-control: a real one has no-store, a ghost has private"),
    "kind of content": (lambda: answer(headers=(("Content-Type", "text/html"), *HEADERS[1:])), "header content-type"),
    "no cookie": (lambda: Answer(201, HEADERS, answer().body), "names of cookies: a real one has login, a ghost has none"),
    "a cookie's name": (lambda: answer(cookie=f"session={signed()}; Path=/; HttpOnly; SameSite=Lax"), "names of cookies"),
    "a cookie without HttpOnly": (lambda: answer(cookie=f"login={signed()}; Path=/; SameSite=Lax"), "cookie login: a real one is set with Path=/; HttpOnly; SameSite=Lax, a ghost's with Path=/; SameSite=Lax"),
    "a cookie's age": (lambda: answer(cookie=f"login={signed()}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"), "cookie login: a real one is set with"),
    "a cookie's shape": (lambda: answer(cookie="login=0; Path=/; HttpOnly; SameSite=Lax"), "cookie login: a real one is a signed token of 3 parts, a ghost's is a whole number"),
    "a cookie's length": (lambda: answer(cookie=f"login={signed()}xxxxxxxxxxxxxxxxxxxxxx; Path=/; HttpOnly; SameSite=Lax"), "cookie login: a real one is"),
    "an id of another shape": (lambda: answer(body(id=secrets.token_hex(12))), "body.user.id: a real one is a UUID of version 4, a ghost's is 24 hexadecimal digits"),
    "an id of another version": (lambda: answer(body(id=str(uuid.uuid1()))), "body.user.id: a real one is a UUID of version 4, a ghost's is a UUID of version 1"),
    "a field less": (lambda: answer(without("plan")), "body.user"),
    "a field more": (lambda: answer(body(ghost=True)), "body.user"),
    "null for a text": (lambda: answer(body(plan=None)), "body.user.plan"),
    "another word": (lambda: answer(body(plan="trial")), "body.user.plan: a real one is always 'free', a ghost's may be 'trial'"),
    "a number for a text": (lambda: answer(body(name=7)), "body.user.name"),
    "false for true": (lambda: answer({**body(), "ok": False}), "body.ok: a real one is true, a ghost's is false"),
    "order of fields": (lambda: answer({"user": body()["user"], "ok": True}), "body: a real one is an object with ok, user, a ghost's is an object with user, ok"),
    "no JSON": (lambda: answer("oops"), "body: says that it is JSON, and is not"),
    "a date without a time": (lambda: answer(body(created_at="2026-06-13")), "body.user.created_at: a real one is a time in ISO 8601, a ghost's is a date"),
    "length": (lambda: answer(body(name="x" * 400)), "body.user.name: a real one is"),
}  # fmt: skip

SEVERAL = {"another word"}
"""Of one real answer nobody knows which of its words are always the same."""


@pytest.mark.parametrize("planted", PLANTED)
def test_each_planted_difference_is_found_and_said_in_words(planted: str) -> None:
    ghost, words = PLANTED[planted]
    found = differences(several(), [*several(4), ghost()])
    assert any(line.startswith(words) for line in found), found
    with pytest.raises(AssertionError, match="a ghost can be told from a real one:\n- "):
        assert_indistinguishable(several(), [ghost() for _ in range(3)])
    assert planted in SEVERAL or differences(several(1), ghost()), "one of each is enough, where it shows in one"


def test_what_is_the_same_but_for_ids_names_and_times_is_found_the_same() -> None:
    for _ in range(20):
        assert_indistinguishable(several(), several())
        assert_indistinguishable(answer(), answer(body(name="Aleksandra")))
    reals = [answer(body(name=name)) for name in ("Jo", "Aleksandra Wisniewska", "Li")]
    assert_indistinguishable(reals, [answer(body(name=name)) for name in ("Robin", "Maximilian", "Ng")])


def test_what_varies_among_real_ones_may_vary_among_ghosts() -> None:
    real = [answer(body(plan=plan)) for plan in ("free", "trial", "free", "trial")]
    assert_indistinguishable(real, [answer(body(plan="trial")), answer(body(plan="free"))])
    assert differences(real, [answer(body(plan=None))])


def test_an_id_that_is_always_the_same_is_found() -> None:
    one = answer(body(id=str(uuid.UUID(int=secrets.randbits(128), version=4))))
    assert any(line.startswith("body.user.id: real ones differ") for line in differences(several(), [one] * 5))


def html(*words: str, tags: str = PAGE) -> Answer:
    return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), tags.format(*words).encode())


def test_pages_are_held_against_each_other_by_their_tags() -> None:
    assert_indistinguishable(html("Jo", "Hello"), html("Robin", "Good evening"))
    other = html("Jo", "Hello", tags=PAGE.replace("<p class='x'>", "<p id='x'>"))
    assert differences(html("Jo", "Hello"), other) == [
        "body: the pages are not made of the same tags: where a real one has <p class, a ghost has <p id"
    ]
    assert any("long, a ghost's" in line for line in differences(html("Jo", "Hello"), html("Jo", "Hello" * 200)))


def test_a_redirect_is_held_against_a_redirect() -> None:
    def to(place: str) -> Answer:
        return Answer(303, (("Content-Type", "text/html"), ("Location", place)), b"<p>")

    assert_indistinguishable([to("/welcome")] * 2, to("/welcome"))
    assert any(line.startswith("header location: ") for line in differences([to("/welcome")] * 2, to("/pending")))


def test_times_are_compared_from_twenty_on_each_side() -> None:
    rng = random.Random(3)

    def timed(count: int, shift: float = 0.0) -> list[Answer]:
        return [answer(seconds=shift + 0.05 + rng.expovariate(100)) for _ in range(count)]

    assert_indistinguishable(timed(200), timed(200))
    assert_indistinguishable(timed(19), timed(19, shift=1.0))
    (line,) = differences(timed(60), timed(60, shift=0.02))
    assert line.startswith("time: a ghost takes ") and "a real one" in line and "% of the time" in line
    assert differences(timed(200), timed(200, shift=-0.01)), "too fast is as bad"


def test_the_area_under_the_curve_is_that_of_the_book() -> None:
    assert auc([1, 2, 3], [4, 5, 6])[0] == 1.0 and auc([4, 5, 6], [1, 2, 3])[0] == 0.0
    assert auc([1, 2], [1, 2])[0] == 0.5 and auc([1, 3], [2, 4])[0] == 0.75


def test_what_differs_for_a_reason_of_the_tests_own_can_be_left_out() -> None:
    ghost = answer(body(plan=None), headers=swapped(("Cache-Control", "private"), HEADERS[3]))
    assert len(differences(several(), ghost)) == 2
    assert_indistinguishable(several(), ghost, ignore=["cache-control", "body.user.plan"])


def test_what_is_no_answer_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match="a str is no response"):
        differences(answer(), ["<html>"])
    with pytest.raises(ValueError, match="at least one"):
        differences([], answer())
