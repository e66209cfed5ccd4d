"""Which of the submitted fields may be kept. A password never is: a hash of it by the site's own hasher, or nothing."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

log = logging.getLogger(__name__)
BYTES_MAX = 64 * 1024
NAME_MAX = 200
"""Letters that are remembered of the name of a field that is not kept."""
_SECRET = re.compile(
    r"pass(?!port|age|enger)|pwd|passwd|secret|\bpin\b|\bcvv2?\b|\bcvc\b|\bt?otp\b|card.?(number|no)\b|token|api.?key"
    r"|kennwort|wachtwoord|contrase[ñn]a|\bclave\b|senha|parola|has[łl]o|heslo|jelsz[óo]|l[öo]senord|salasana|adgangskode"
    r"|парол|密[码碼]|暗証|パスワード|비밀번호|암호",
    re.IGNORECASE,
)
_HASH = re.compile(
    r"\$(2[abxy]|argon2(id|i|d)|scrypt|pbkdf2[a-z0-9-]*|5|6|7|y|gy)\$.{16,}"  # modular crypt format
    r"|(scrypt:\d+:\d+:\d+|pbkdf2:[a-z0-9]+(:\d+)?)\$.{8,}\$[0-9a-f]{32,}"  # Werkzeug
    r"|(pbkdf2_sha\d+|bcrypt(_sha256)?|scrypt|argon2)\$.{16,}"  # Django
    r"|\{(SSHA|PBKDF2|ARGON2|CRYPT)[\w-]*\}.{16,}",  # LDAP
    re.IGNORECASE | re.DOTALL,
)


def looks_secret(name: str) -> bool:
    """Whether a field's name says that nobody but its owner may know what is in it. In the languages of most sites, not in all."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.\[\]]+", " ", unicodedata.normalize("NFKC", name))
    return bool(_SECRET.search(spaced))


def looks_hashed(value: object) -> bool:
    """Whether a value is in a format of password hashes: modular crypt, Werkzeug, Django or LDAP."""
    return isinstance(value, str) and bool(_HASH.fullmatch(value))


def choose(fields: Mapping[str, Any], hashed: Collection[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What is kept of the fields, and the names of those that are not.

    ``hashed`` names the fields that hold a password's hash: they are kept where they look like one. Other fields whose name says
    that they are secret are left out, and so is the largest of what is over BYTES_MAX together. A field within a field is named with
    its path ("user.password"), and left out alone.
    """
    left_out, kept, sizes = list[str](), dict[str, Any](), dict[str, int]()
    for name, value in fields.items():
        safe = _without_secrets({str(name): value}, "", hashed, left_out)
        size = _size(safe)
        if size is None:
            left_out.append(str(name))
        elif safe:
            kept |= safe
            sizes[str(name)] = size
    while sum(sizes.values()) > BYTES_MAX:
        largest = max(sizes, key=lambda name: sizes[name])
        left_out.append(largest)
        del kept[largest], sizes[largest]
    if left_out:
        log.error("not kept in the quarantine: %s", ", ".join(repr(name[:80]) for name in left_out))
    return kept, tuple(dict.fromkeys(name[:NAME_MAX] for name in left_out))


def _without_secrets(value: Any, path: str, hashed: Collection[str], left_out: list[str]) -> Any:
    """A copy without what may not be kept; None where it is too deep to look through."""
    try:
        return _copied(value, path, hashed, left_out)
    except RecursionError:
        return None


def _copied(value: Any, path: str, hashed: Collection[str], left_out: list[str]) -> Any:
    if isinstance(value, Mapping):
        copy = {}
        for name, inner in value.items():
            place = f"{path}.{name}" if path else str(name)
            if looks_hashed(inner) if place in hashed else not looks_secret(str(name)):
                copy[name] = _copied(inner, place, hashed, left_out)
            else:
                left_out.append(place)
        return copy
    return [_copied(one, path, hashed, left_out) for one in value] if isinstance(value, (list, tuple)) else value


def _size(value: object) -> int | None:
    """Bytes of a value as it is kept, or None where it cannot be."""
    if value is None:
        return None
    try:
        return len(json.dumps(value, default=str))
    except Exception:  # noqa: BLE001 - a value of the site's own may raise anything where it is asked for its text
        return None
