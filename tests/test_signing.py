"""What is signed here is what itsdangerous signs, and reads."""

from __future__ import annotations

import hashlib
import secrets

import itsdangerous
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous.signer import SigningAlgorithm

from hushgate.signing import Signer, TimestampSigner

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)


class _Blake(SigningAlgorithm):
    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hashlib.blake2b(value, key=key, digest_size=32).digest()


def _theirs(kind: type[itsdangerous.Signer], *keys: bytes) -> itsdangerous.Signer:
    return kind(list(keys), key_derivation="none", algorithm=_Blake())


@given(st.binary() | st.text(st.characters(codec="utf-8")))
def test_itsdangerous_reads_what_is_signed_here_and_the_other_way_round(value: bytes | str) -> None:
    ours, theirs = Signer([OLD, NEW]), _theirs(itsdangerous.Signer, OLD, NEW)
    assert ours.sign(value) == theirs.sign(value)
    assert ours.unsign(theirs.sign(value)) == theirs.unsign(ours.sign(value))


def test_a_stamp_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _: 1_795_000_000)
    ours, theirs = TimestampSigner([NEW]), _theirs(itsdangerous.TimestampSigner, NEW)
    assert ours.sign("a value") == theirs.sign("a value")
    assert ours.unsign(theirs.sign("a value"), max_age=5) == b"a value"


def test_an_older_key_is_still_read_and_an_unknown_one_is_not() -> None:
    assert Signer([OLD, NEW]).unsign(Signer([OLD]).sign("a")) == b"a"
    with pytest.raises(itsdangerous.BadSignature):
        Signer([NEW]).unsign(Signer([OLD]).sign("a"))


@given(st.binary(max_size=80) | st.text(max_size=80))
def test_what_is_no_signature_is_refused_and_nothing_else_happens(text: bytes | str) -> None:
    assert not Signer([NEW]).verify_signature(b"a", text)
    with pytest.raises((itsdangerous.BadSignature, UnicodeEncodeError)):
        Signer([NEW]).unsign(text)
