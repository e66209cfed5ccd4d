"""Robots that say who they are: search crawlers, monitors, agents. They are named, by what their operators publish, and never called people.

Three ways to hold a robot to its word, none of which waits for a network within a request: the address is one that its operator
publishes; the address has a name in the operator's domain, and that name has the address (looked up beside the requests, and kept);
the request is signed with a key of the operator's (Web Bot Auth).
"""

from __future__ import annotations

from hushgate.robots.lookout import Lookout

__all__ = ["Lookout"]
