"""The layer of the decoy: a field that nobody sees (collector_js/src/decoy.ts), filled in by who fills in everything.

Its name changes with every page, and is known by its last letters. A filled decoy alone is never a ghost: password managers and
browsers have filled in what people never saw. It asks for a step more, and ghosts only whom the visit's verdict calls a bot.
"""

from __future__ import annotations

import re

from hushgate.house import House
from hushgate.signup.layer import Attempt, Layer
from hushgate.visit import Word

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
SALT = 5
MARK = 5
_NAME = re.compile(rf"[{LETTERS}]{{{SALT + MARK}}}")


def is_decoy(name: str, sitekey: str) -> bool:
    """Whether a field's name is a decoy's of this site. One name of ten such letters in 33 million is, by chance."""
    return (
        len(name) == SALT + MARK
        and _NAME.fullmatch(name) is not None
        and name[SALT:] == _spell(_hash(name[:SALT] + sitekey), MARK)
    )


def _hash(text: str) -> int:
    """FNV-1a over UTF-16 code units, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv), as in the browser."""
    total = 0x811C9DC5
    for unit in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"):
        total = (total ^ unit) * 0x01000193 & 0xFFFFFFFF
    return total


def _spell(number: int, length: int) -> str:
    return "".join(LETTERS[number >> (5 * at) & 31] for at in range(length))


class DecoyLayer(Layer):
    """Says so where the decoy was filled in. A form without one says nothing: scripts are blocked, and forms sent by scripts."""

    name = "decoy"

    def look(self, attempt: Attempt) -> Word | None:
        """See Layer."""
        if not [name for name, value in attempt.form.items() if value and is_decoy(name, attempt.site.key)]:
            return None
        bot = attempt.verdict == "bot"
        return Word(
            self.name, "ghost" if bot else "challenge", "a field that nobody sees was filled in", "decoy-filled"
        )


def open_layer(_house: House) -> Layer:
    """The layer."""
    return DecoyLayer()
