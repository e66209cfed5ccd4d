"""Which of the submitted fields may be kept. A password never is: a hash of it by the site's own hasher, or nothing."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection, Mapping
from typing import Any

log = logging.getLogger(__name__)
BYTES_MAX = 64 * 1024
_SECRET = re.compile(
    r"pass(?!port|age|enger)|pwd|passwd|secret|\bpin\b|\bcvv2?\b|\bcvc\b|otp|card.?(number|no)\b|token|api.?key",
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
    """Whether a field's name says that nobody but its owner may know what is in it."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.\[\]]+", " ", name)
    return bool(_SECRET.search(spaced))


def looks_hashed(value: object) -> bool:
    """Whether a value is in a format of password hashes: modular crypt, Werkzeug, Django or LDAP."""
    return isinstance(value, str) and bool(_HASH.fullmatch(value))


def choose(fields: Mapping[str, Any], hashed: Collection[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What is kept of the fields, and the names of those that are not.

    ``hashed`` names the fields that hold a password's hash: they are kept where they look like one. Other fields whose name says
    that they are secret are left out, and so is the largest of what is over BYTES_MAX together.
    """
    sizes = {name: _size(value) for name, value in fields.items() if _may_be_kept(name, value, hashed)}
    kept = {name: size for name, size in sizes.items() if size is not None}
    while sum(kept.values()) > BYTES_MAX:
        del kept[max(kept, key=lambda name: kept[name])]
    left_out = tuple(name for name in fields if name not in kept)
    if left_out:
        log.error("not kept in the quarantine: %s", ", ".join(map(repr, left_out)))
    return {name: fields[name] for name in kept}, left_out


def _may_be_kept(name: str, value: object, hashed: Collection[str]) -> bool:
    return looks_hashed(value) if name in hashed else not looks_secret(name)


def _size(value: object) -> int | None:
    """Bytes of a value as it is kept, or None where it cannot be."""
    try:
        return len(json.dumps(value, default=str))
    except (TypeError, ValueError, RecursionError):
        return None
