"""What kind of network it is, from its AS number and the name of its organisation.

The lists are text in ``hushgate/data``: relays first, then hosting networks by number, then names that say "access",
then names that say "hosting". Any other network with a name is access: taking a person for a server is the worse error.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from hushgate.data import read_list
from hushgate.visit import Kind

_NUMBER = re.compile(r"AS(\d+)\b")
_ORDER: tuple[tuple[Kind, str], ...] = (
    ("relay", "relay_networks.txt"),
    ("hosting", "hosting_networks.txt"),
    ("access", "access_words.txt"),
    ("hosting", "hosting_words.txt"),
)


@lru_cache(maxsize=16384)
def kind_of(asn: int | None, org: str | None) -> Kind:
    """The kind of a network: relay, hosting, access, or unknown where neither list nor name says anything."""
    name = (org or "").lower()[:200]
    for kind, file in _ORDER:
        numbers, words = _read(file)
        if asn in numbers or words.search(name):
            return kind
    return "access" if name else "unknown"


@cache
def _read(file: str) -> tuple[frozenset[int], re.Pattern[str]]:
    """AS numbers, and one pattern for all words: a word stands alone, and a * at its end stands for more letters."""
    entries = read_list(file)
    numbers = frozenset(int(found[1]) for entry in entries if (found := _NUMBER.match(entry)))
    words = [entry for entry in entries if not _NUMBER.match(entry)]
    return numbers, re.compile("|".join(map(_pattern, words)) or r"(?!)")


def _pattern(word: str) -> str:
    head = "" if word.startswith("*") else r"(?<!\w)"
    tail = "" if word.endswith("*") else r"(?!\w)"
    return head + re.escape(word.strip("*").lower()) + tail
