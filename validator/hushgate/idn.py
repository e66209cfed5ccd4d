"""The name in ASCII of a domain in any script: by IDNA2008, as registries and mail servers have it."""

from __future__ import annotations

import idna


def ascii_domain(name: str) -> str:
    """The domain in lower case and in ASCII, "" where it can be none: straße.de is xn--strae-oqa.de.

    The standard library's codec (IDNA2003) makes strasse.de of that, which is somebody else's. What IDNA2008 gives no name to and
    some registries sell all the same (an emoji) is named as browsers do: mapped by UTS 46, each label in Punycode.
    """
    if name.isascii():
        return name.lower()
    try:
        return idna.encode(name, uts46=True, transitional=False).decode()
    except UnicodeError:  # idna's errors are
        return _mapped(name)


def _mapped(name: str) -> str:
    try:
        labels = idna.uts46_remap(name, std3_rules=False, transitional=False).split(".")
    except UnicodeError:
        return ""
    return ".".join(one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in labels)
