"""The notification permission, asked in two ways."""

from __future__ import annotations

from hushgate.registry import Tier, check
from hushgate.signals import Permissions

_STATES = {"granted", "denied", "prompt"}
_PAIRS = {("default", "prompt"), ("granted", "granted"), ("denied", "denied")}


@check(
    "permissions-disagree",
    title="The two ways to ask for the notification permission disagree",
    tier=Tier.SOFT,
    weight=40,
    flags=[
        {"permissions": {"notification": "denied", "query": "prompt"}},
        {"permissions": {"notification": "default", "query": "default"}},
        {"permissions": {"notification": "default", "query": "denied"}},
    ],
    passes=[
        {"permissions": {"notification": "default", "query": "prompt"}},
        {"permissions": {"notification": "denied", "query": "denied"}},
        {"permissions": {"notification": "default"}},
    ],
    wrong_about="Pages in a frame, and browsers that pretend one of the two: hence not strong.",
)
def permissions_disagree(permissions: Permissions) -> str | None:
    """Both read one setting; browsers without a window and scripts that cover for them get one of the two wrong."""
    one, other = permissions.notification, permissions.query
    if not one or not other or (one, other) in _PAIRS:
        return None
    if other not in _STATES:
        return f"the permission is {other[:20]!r}, a state that does not exist"
    return f"the permission is {one[:20]} one way and {other[:20]} the other"
