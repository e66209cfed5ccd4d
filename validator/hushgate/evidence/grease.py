"""The brand list that Chromium sends, as a function of its major version.

Source: components/embedder_support/user_agent_utils.cc in Chromium (GetGreasedUserAgentBrandVersion and ShuffleBrandList). Held
for every major version from 128 to 149 in a sample of real visits.
"""

from __future__ import annotations

from collections.abc import Sequence

from hushgate.signals import Brand

FIRST_MAJOR = 128
"""Before this the closed form was not checked against real visits."""

_CHARS = " (:-./);=?_"
_VERSIONS = ("8", "99", "24")
_ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def grease(major: int) -> Brand:
    """The made-up brand of this major version."""
    first, second = _CHARS[major % len(_CHARS)], _CHARS[(major + 1) % len(_CHARS)]
    return Brand(f"Not{first}A{second}Brand", _VERSIONS[major % len(_VERSIONS)])


def is_grease(brand: Brand) -> bool:
    """Whether an entry is a made-up one, of whatever version."""
    return brand.brand.lstrip(" (:-./);=?_").startswith("Not") and brand.brand.rstrip().endswith("Brand")


def place(major: int) -> int:
    """Where the made-up brand stands in a list of three."""
    return _ORDERS[major % len(_ORDERS)][0]


def greased_well(brands: Sequence[Brand], major: int) -> bool:
    """Whether a brand list has the made-up brand that this major version sends, in its place where the list has three."""
    expected = grease(major)
    found = [(index, brand) for index, brand in enumerate(brands) if is_grease(brand)]
    if len(found) != 1:
        return False
    index, brand = found[0]
    version = brand.version.split(".")[0]
    placed = len(brands) != 3 or index == place(major)
    return brand.brand == expected.brand and version == expected.version and placed
