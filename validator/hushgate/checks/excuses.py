"""The reasons that are given for what is missing."""

from __future__ import annotations

import re

from hushgate.payload import LEFT_OUT
from hushgate.registry import Tier, check

_AT_THE_SEAL = ("automation", "interaction")
"""Read when the form is sent, in one short task, without waiting for anything."""

_ROOMS = frozenset({"frame", "worker", "shared_worker"})
_MAY_LACK = frozenset({"client_hints", "webgl", "permissions", "shared_worker", "worker"})
_ANY = re.compile(r"timeout|none|unreadable: .*|error: \w{0,60}|" + LEFT_OUT)


@check(
    "hands-not-told",
    title="How the form was filled was not told, with a reason that costs nothing",
    tier=Tier.SOFT,
    weight=50,
    flags=[{"missing": {"interaction": "timeout"}}, {"missing": {"automation": "error: TypeError"}}],
    passes=[{"missing": {}}, {"missing": {"worker": "timeout"}}, {"missing": {"interaction": LEFT_OUT}}],
    wrong_about="People on machines that stand still for a second while the form is sent; hence not strong.",
)
def hands_not_told(missing: dict[str, str]) -> str | None:
    """Counters are there or not, and nothing is asked of the browser to read them: who has a reason not to tell has something to hide."""
    for name in _AT_THE_SEAL:
        if missing.get(name, LEFT_OUT) != LEFT_OUT:
            return f"{name} was not told: {missing[name][:40]}"
    return None


@check(
    "reason-impossible",
    title="Something is missing for a reason that the collector does not give",
    tier=Tier.SOFT,
    weight=60,
    flags=[
        {"missing": {"engine": "unsupported"}},
        {"missing": {"interaction": "privacy"}},
        {"missing": {"webgl": "csp"}},
    ],
    passes=[
        {"missing": {"frame": "csp", "worker": "blocked", "shared_worker": "off"}},
        {"missing": {"webgl": "unsupported", "engine": "timeout", "vendor": "none", "plugins": "error: TypeError"}},
    ],
    wrong_about="Nobody with a collector of this gate or an older one; one that the site bundles and that is newer may know more reasons.",
)
def reason_impossible(missing: dict[str, str]) -> str | None:
    """Each signal can fail in a few ways (docs/protocol.md, section 3); whoever makes excuses up does not know which."""
    odd = next((name for name, reason in missing.items() if not _gives(name, reason)), None)
    return f"{odd} is missing because of {missing[odd][:40]!r}" if odd else None


def _gives(name: str, reason: str) -> bool:
    if name in _ROOMS and reason in ("csp", "blocked", "off"):
        return True
    return (reason == "unsupported" and name in _MAY_LACK) or _ANY.fullmatch(reason) is not None
