"""What became of a robot's word about itself."""

from __future__ import annotations

from hushgate.evidence.core import Missing, derived
from hushgate.visit import Robot


@derived
def held_robot(robot: Robot) -> Robot | Missing:
    """A robot whose word could be held against what its operator publishes."""
    return Missing(f"{robot.name} could not be verified: {robot.by}") if robot.verified is None else robot
