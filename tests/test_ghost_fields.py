"""Which of the submitted fields are kept: never a password, and no value of whatever kind stops the signup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from ghost_house import CHEAP, open_site
from hushgate.ghost import Ghost, Ghosts
from hushgate.ghost.fields import BYTES_MAX, looks_hashed, looks_secret
from hushgate.keys import new_key

KEY = new_key()
PERSON = {"name": "Jordan Ellis", "email": "jordan.ellis@example.com"}
HASH = generate_password_hash("Tr1cky-Pass", CHEAP)


def keep(ghosts: Ghosts, **fields: Any) -> Ghost:
    return ghosts.keep({**PERSON, **fields}, who=PERSON["email"])


@pytest.fixture
def ghosts(tmp_path: Path) -> Ghosts:
    return open_site(tmp_path, KEY)


def on_disk(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize(
    "name",
    [
        "password", "Password", "password2", "passwordConfirm", "user[password]", "pass", "pwd", "passphrase", "passcode", "secret",
        "client_secret", "apiKey", "api-key", "token", "hushgate-token", "pin", "card_number", "cardNo", "cvv", "cvc", "otp", "otpCode",
        "passwort", "kennwort", "mot_de_passe", "contraseña", "senha", "wachtwoord", "пароль", "密码", "パスワード",
    ],
)  # fmt: skip
def test_a_field_whose_name_says_that_it_is_secret_is_not_kept(ghosts: Ghosts, tmp_path: Path, name: str) -> None:
    ghost = keep(ghosts, **{name: "hunter2-hunter2"})
    assert looks_secret(name) and name not in ghost.fields and ghost.left_out == (name,)
    assert ghosts.quarantine.show(ghost.id).left_out == (name,) and ghost.ghosted
    assert b"hunter2" not in on_disk(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "name",
        "email",
        "passport",
        "passenger",
        "passage",
        "company",
        "shipping",
        "spin",
        "footprint",
        "opinion",
        "carder",
    ],
)
def test_a_field_that_only_sounds_like_one_is_kept(ghosts: Ghosts, name: str) -> None:
    assert not looks_secret(name) and keep(ghosts, **{name: "harmless"}).fields[name] == "harmless"


def test_a_password_inside_of_another_field_is_not_kept_either(ghosts: Ghosts) -> None:
    fields: dict[str, Any] = {
        "user": {"name": "Jordan", "credentials": [{"password": "hunter2"}, {"kind": "mail"}]},
        "plan": "free",
    }
    ghost = keep(ghosts, **fields)
    assert ghost.fields["user"] == {"name": "Jordan", "credentials": [{}, {"kind": "mail"}]}
    assert ghost.fields["plan"] == "free" and ghost.left_out == ("user.credentials.password",)
    assert fields["user"]["credentials"][0] == {"password": "hunter2"}, "what the site passed is the site's"


@pytest.mark.parametrize(
    "value",
    [
        HASH,
        generate_password_hash("x", "scrypt"),
        "$2b$12$abcdefghijklmnopqrstuuK7Vx8QmQ0rC5bq3mXoQ5wJ2i2nZ1a2e",
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b27JA",
        "pbkdf2_sha256$600000$saltsaltsalt$ocRCHYk3zBAkGEpkk2Hg1Qb0yZ1G0mJ7r6b7Jg1jB7o=",
        "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=abcdef",
    ],
)
def test_a_hash_by_the_sites_own_hasher_is_kept_where_it_is_named(ghosts: Ghosts, value: str) -> None:
    assert looks_hashed(value)
    fields = {**PERSON, "password": value}
    assert ghosts.keep(fields, who="a@example.com", hashed=["password"]).fields["password"] == value
    assert ghosts.keep(fields, who="b@example.com").left_out == ("password",)


@pytest.mark.parametrize(
    "value", ["hunter2", "$2b$12$short", "x" * 60, "", None, 7, ["$2b$12$" + "a" * 53], "{x}y", "$6$x"]
)
def test_a_password_in_the_place_of_a_hash_is_not_kept(ghosts: Ghosts, value: Any) -> None:
    ghost = ghosts.keep({**PERSON, "password": value}, who=PERSON["email"], hashed=["password"])
    assert ghost.left_out == ("password",) and "password" not in ghost.fields


def test_the_setting_names_hashed_fields_too(tmp_path: Path) -> None:
    ghosts = open_site(tmp_path, KEY, ghost_hashed_fields=["digest_of_password"])
    assert keep(ghosts, digest_of_password=HASH).fields["digest_of_password"] == HASH


def deep(levels: int) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = [value]
    return value


class Rude:
    def __str__(self) -> str:
        raise OSError("no words for it")


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a\x00b", True),
        ("\udfff\ud800 lone", True),
        ("\x1b]0;owned\x07", True),
        ("<script>alert(1)</script>'\"--", True),
        (float("nan"), True),
        (b"\xff\xfe", True),
        (2**400, True),
        ("x" * 1_000_000, False),
        ("\U0001f47b" * 10_000, False),
        (deep(100_000), False),
        (LOOP, False),
        (Rude(), False),
        ({("a", "b"): 1}, False),
        (None, True),
    ],
)
def test_no_value_stops_the_signup(ghosts: Ghosts, value: Any, kept: bool) -> None:
    ghost = keep(ghosts, odd=value)
    assert ghost.ghosted and ghosts.is_ghost(ghost.id)
    assert ("odd" in ghost.fields) is kept and ghost.left_out == (() if kept else ("odd",))
    read = ghosts.quarantine.show(ghost.id)
    assert read.fields["email"] == PERSON["email"]
    if isinstance(value, str) and kept:
        assert read.fields["odd"] == value


@pytest.mark.parametrize("who", ["", "\x00", "\ud800", "x" * 1_000_000, "\u202e", "ﬁ@example.com"])
def test_no_address_stops_the_signup(ghosts: Ghosts, who: str) -> None:
    first = ghosts.keep(PERSON, who=who)
    assert first.ghosted and ghosts.keep(PERSON, who=who).id == first.id


@pytest.mark.parametrize("fields", [{7: "x"}, {"\ud800": "x"}, {"": "x"}, {"a" * 200_000: "x"}, {None: 1, ("t",): 2}])
def test_no_name_of_a_field_stops_the_signup(ghosts: Ghosts, fields: Any) -> None:
    ghost = ghosts.keep({**PERSON, **fields}, who="x@example.com")
    assert ghost.ghosted and ghosts.quarantine.show(ghost.id).fields["name"] == PERSON["name"]


def test_of_too_much_the_largest_is_left_out(ghosts: Ghosts) -> None:
    ghost = keep(ghosts, essay="x" * (BYTES_MAX - 2000), note="y" * 3000)
    assert ghost.left_out == ("essay",) and ghost.fields["note"] == "y" * 3000
