"""What a random value looks like changes with the throw of the dice; the comparison for customers is not fooled by that."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable

import pytest
from itsdangerous import TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from hushgate.testing import Answer, differences
from hushgate.testing.kinds import could_be, kind

SECRET = "a-secret-of-the-shop"
NANOID = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-"


def login() -> str:
    number = secrets.randbelow(100000)
    who = [str(uuid.uuid4()), f"Robin {number:05d}", f"robin.{number:05d}@example.com"]
    return str(URLSafeTimedSerializer(SECRET).dumps(who))


MAKERS: dict[str, Callable[[], str]] = {
    "a login whose content is compressed now and then": login,
    "the same without a time": lambda: str(URLSafeSerializer(SECRET).dumps([str(uuid.uuid4()), "ann", "ann@ann.ann"])),
    "a signed id": lambda: TimestampSigner(SECRET).sign(secrets.token_hex(8)).decode(),
    "token_urlsafe(12)": lambda: secrets.token_urlsafe(12),
    "token_urlsafe(16)": lambda: secrets.token_urlsafe(16),
    "token_hex(8)": lambda: secrets.token_hex(8),
    "an ObjectId": lambda: secrets.token_hex(12),
    "a nanoid": lambda: "".join(secrets.choice(NANOID) for _ in range(21)),
    "a UUID": lambda: str(uuid.uuid4()),
}


def told(value: str) -> Answer:
    return Answer(200, (("Set-Cookie", f"login={value}; Path=/"),), b"")


@pytest.mark.parametrize("maker", MAKERS)
def test_two_values_of_one_maker_are_never_told_apart(maker: str) -> None:
    values = [MAKERS[maker]() for _ in range(6000)]
    usual = max({kind(value) for value in values}, key=[kind(value) for value in values].count)
    assert all(usual in could_be(value) for value in values)
    for real, ghost in zip(values[:1000], values[1000:2000], strict=True):
        assert not differences(told(real), told(ghost))
    assert not differences([told(value) for value in values[:20]], [told(value) for value in values])


def test_values_of_two_makers_are_told_apart_however_the_dice_fall() -> None:
    """Of ten ghosts one at the least shows it."""
    for real, ghost in (("a login whose content is compressed now and then", "a UUID"), ("a nanoid", "an ObjectId")):
        for _ in range(200):
            assert differences([told(MAKERS[real]()) for _ in range(10)], [told(MAKERS[ghost]()) for _ in range(10)])
