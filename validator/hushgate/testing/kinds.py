"""What a value looks like from outside: the words in which a difference is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

# itsdangerous begins a token with a dot where its content was compressed, which depends on the content's letters.
_KINDS = (
    ("empty", r""),
    ("a whole number", r"-?\d+"),
    (
        "a UUID of version {0}",
        r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-([1-8])[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}",
    ),
    ("a time in ISO 8601", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
    ("a date", r"\d{4}-\d\d-\d\d"),
    ("an HTTP date", r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"),
    ("24 hexadecimal digits", r"[0-9a-f]{24}"),
    ("a ULID", r"[0-7][0-9A-HJKMNP-TV-Z]{25}"),
    ("hexadecimal digits", r"(?=.*[0-9])(?=.*[a-f])[0-9a-f]{16,}"),
    ("a mail address", r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    ("a signed token of 2 parts", r"\.?[\w-]{8,}[.:][\w-]{8,}"),
    ("a signed token of 3 parts", r"\.?[\w-]{8,}[.:][\w-]{4,}[.:][\w-]{8,}"),
    ("a random word", r"(?=.*[0-9])(?=.*[A-Za-z])[\w-]{16,}"),
)
_BY_CHANCE = (
    ("a random word", r"[A-Za-z_-]{16,}"),
    ("hexadecimal digits", r"\d{16,}"),
    ("24 hexadecimal digits", r"\d{24}"),
)
"""What a random value may look like instead: one in 36 of Python's token_urlsafe(16) has no digit, one in 1,800 of token_hex(8) no letter."""
_COMPILED = tuple((words, re.compile(pattern)) for words, pattern in _KINDS)
RANDOM = ("UUID", "ULID", "hexadecimal", "token", "random")


class Form(str):
    """What an object or a list is made of, in words: no value of the answer's own."""

    __slots__ = ()


def kind(value: object) -> str:
    """What a value is, in words."""
    if isinstance(value, Form):
        return str(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if not isinstance(value, str):
        return {int: "a number", float: "a number with a fraction"}.get(type(value), type(value).__name__)
    for words, pattern in _COMPILED:
        match = pattern.fullmatch(value)
        if match:
            return words.format(*match.groups())
    return "text"


def could_be(value: object) -> frozenset[str]:
    """What a value is, and what it may be as well, where the throw of the dice left out a digit or a letter."""
    text = value if isinstance(value, str) and not isinstance(value, Form) else ""
    by_chance = {words for words, pattern in _BY_CHANCE if re.fullmatch(pattern, text)}
    return frozenset({kind(value), *by_chance})


def of_fixed_length(words: str) -> bool:
    """Whether values of this kind differ in their letters only."""
    return any(word in words for word in RANDOM)


def leaves(value: Any, path: str = "body") -> Iterator[tuple[str, object]]:
    """Every value of a JSON document with its path, in the order of the document. A list's items share one path."""
    if isinstance(value, dict):
        yield path, Form("an object with " + (", ".join(map(str, value)) or "nothing"))
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        yield path, Form("a list")
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value


class Skeleton(HTMLParser):
    """The tags of a page, with their attributes' names, and nothing that stands between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag."""
        self.tags.append(f"<{' '.join([tag, *(name for name, _ in attrs)])}>")

    def handle_endtag(self, tag: str) -> None:
        """Notes its end."""
        self.tags.append(f"</{tag}>")
