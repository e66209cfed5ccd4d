"""Signed requests: HTTP Message Signatures (RFC 9421) as Web Bot Auth uses them.

Sources: RFC 9421; draft-meunier-web-bot-auth-architecture; draft-meunier-http-message-signatures-directory; RFC 7638 with RFC 8037 for
the key's id. Keys come from directories that were fetched before (``hushgate robots update``), never within a request. A signature covers
the host that it was made for and says until when it is good; that it is not used twice is not checked, for all it gives is a name.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from http_message_signatures.exceptions import HTTPMessageSignaturesException

TAG = "web-bot-auth"
MAX_AGE = timedelta(days=1)
SKEW = timedelta(seconds=30)
_KEYID = re.compile(r';\s*keyid="([\w+/=-]{1,128})"')
_NEEDED = re.compile(r'"(@[a-z-]+)"')
_HOST_ONLY = frozenset({"@authority", "@scheme"})
"""Parts of a request that are known wherever its headers are."""


class Key(NamedTuple):
    """A public key, and the directory that it is from: the agent's host."""

    agent: str
    public: Ed25519PublicKey


class Signed(NamedTuple):
    """What a request's signature is worth. ``good`` is None where it could not be told, and ``why`` says why."""

    agent: str
    good: bool | None
    why: str


class Asked(NamedTuple):
    """A request as the library reads it."""

    method: str
    url: str
    headers: Mapping[str, str]


class _Jwk(msgspec.Struct):
    kty: str
    crv: str = ""
    x: str = ""


class _Directory(msgspec.Struct):
    keys: list[_Jwk]


def thumbprint(x: str) -> str:
    """The id of an Ed25519 key, by its coordinate in base64url."""
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()


def read_directory(text: bytes, agent: str) -> dict[str, Key]:
    """The keys of one directory by their ids; kinds other than Ed25519 are left out.

    Raises:
        ValueError: it is no directory of keys; the message says what is wrong.
    """
    found = {}
    try:
        for jwk in msgspec.json.decode(text, type=_Directory).keys:
            if (jwk.kty, jwk.crv) == ("OKP", "Ed25519"):
                raw = base64.urlsafe_b64decode(jwk.x + "=" * (-len(jwk.x) % 4))
                found[thumbprint(jwk.x)] = Key(agent, Ed25519PublicKey.from_public_bytes(raw))
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError(f"{agent}: no directory of keys: {error}") from None
    return found


def read_directories(folder: Path) -> Iterator[dict[str, Key]]:
    """The directories of a folder: ``<host>.json`` each. Raises ValueError."""
    for path in sorted(folder.glob("*.json")):
        yield read_directory(path.read_bytes(), path.stem)


class _Resolver(HTTPSignatureKeyResolver):
    def __init__(self, keys: Mapping[str, Key]) -> None:
        self.keys = keys

    def resolve_public_key(self, key_id: str) -> Any:
        return self.keys[key_id].public


def verify(
    headers: Mapping[str, str], scheme: str, line: tuple[str, str] | None, keys: Mapping[str, Key]
) -> Signed | None:
    """Verifies a request's signature; None where it has none of this kind. ``line`` is the method and the target, where they are known."""
    given = headers.get("signature-input", "")
    if f'tag="{TAG}"' not in given:
        return None
    match = _KEYID.search(given)
    key = keys.get(match.group(1)) if match else None
    if key is None:
        return Signed("", None, "the key of its signature is in no directory that is known here")
    if line is None and not _HOST_ONLY.issuperset(_NEEDED.findall(given)):
        return Signed(key.agent, None, "its signature covers parts of the request that are not known here")
    method, target = line or ("GET", "/")
    asked = Asked(method, f"{scheme}://{headers.get('host', '')}{target}", headers)
    return _check(asked, key, _Resolver(keys))


def _check(asked: Asked, key: Key, resolver: _Resolver) -> Signed:
    covered = ["@authority", *(["signature-agent"] if "signature-agent" in asked.headers else [])]
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=resolver)
    verifier.max_clock_skew = SKEW
    try:
        (result, *_) = verifier.verify(asked, max_age=MAX_AGE, expect_tag=TAG)
    except (HTTPMessageSignaturesException, ValueError, KeyError) as error:
        return Signed(key.agent, False, str(error)[:120])
    signer = resolver.keys[
        str(result.parameters["keyid"])
    ].agent  # of several signatures, whose it is that was verified
    names = {name.partition(";")[0].strip('"') for name in result.covered_components}
    if not names.issuperset(covered):
        return Signed(signer, False, f"its signature does not cover {' and '.join(covered)}")
    if "expires" not in result.parameters:
        return Signed(signer, False, "its signature does not say until when it is good")
    return Signed(signer, True, "")
