"""Robots that say who they are. Recognising them is hushgate.robots; here it is said what that means."""

from __future__ import annotations

from hushgate.registry import Tier, check
from hushgate.visit import Robot

_RANGE = {"name": "Googlebot", "operator": "Google", "verified": True, "by": "by its published range"}
_FALSE = {
    "name": "Googlebot",
    "operator": "Google",
    "verified": False,
    "by": "its address has no name in googlebot.com",
}
_UNKNOWN = {"name": "Googlebot", "operator": "Google", "by": "DNS did not answer"}


@check(
    "robot-verified",
    title="A robot, by its operator's word",
    tier=Tier.HARD,
    weight=99,
    flags=[{"robot": _RANGE}],
    passes=[{"robot": _FALSE}, {"robot": _UNKNOWN}, {}],
    wrong_about="Nobody: it says so, and its operator's address or key confirms it. What is done with it is the policy's row robot.",
)
def robot_verified(held_robot: Robot) -> str | None:
    """A search crawler, a monitor or an agent is welcome or not, but it is nobody who signs up."""
    return f"{held_robot.name}, verified {held_robot.by}" if held_robot.verified else None


@check(
    "robot-false",
    title="It calls itself a robot that it is not",
    tier=Tier.SOFT,
    weight=70,
    flags=[{"robot": _FALSE}],
    passes=[{"robot": _RANGE}, {"robot": _UNKNOWN}, {}],
    wrong_about="People who set their browser to call itself a crawler, to see what one is shown.",
)
def robot_false(held_robot: Robot) -> str | None:
    """Scrapers borrow a crawler's name to be let in. Where the operator's lists or DNS could not be asked, nothing is found."""
    return None if held_robot.verified else f"says it is {held_robot.name}, but {held_robot.by}"
