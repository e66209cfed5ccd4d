"""Counts which letters follow each other in people's names, for hushgate/data/letter_pairs.txt: ``python tests/letter_pairs.py``."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from string import ascii_lowercase

from anyascii import anyascii
from faker import Faker

EACH = 1500
"""Names of each language."""
DOUBT = 5
"""What is added to every count, so that nothing is impossible."""


def names(locale: str) -> Iterator[str]:
    """First names, last names, and both in one."""
    source = Faker(locale)
    source.seed_instance(1)
    for _ in range(EACH):
        first, last = (
            re.sub(r"[^a-z]", "", anyascii(name).lower()) for name in (source.first_name(), source.last_name())
        )
        yield from (first, last, first + last)


def table(locales: tuple[str, ...]) -> Iterator[str]:
    """The lines of the file, without its comment."""
    found = Counter(pair for locale in locales for name in names(locale) for pair in pairwise(name))
    for first in ascii_lowercase:
        counts = [found[first, then] + DOUBT for then in ascii_lowercase]
        bits = (round(10 * math.log2(count / sum(counts) * len(counts))) for count in counts)
        yield " ".join((first, *map(str, bits)))


if __name__ == "__main__":
    from test_mail_names import LOCALES

    print("\n".join(table(LOCALES)))
