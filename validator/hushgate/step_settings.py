"""What the settings of step-ups need of one another, and of the gate's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hushgate.errors import Problem

WIDGETS = frozenset({"turnstile", "hcaptcha"})


def lacks(where: str, steps: Mapping[str, Any], gate: Mapping[str, Any], path: str) -> list[Problem]:
    """The mistakes in a site's table, which stands at ``path`` in the file ``where``."""
    problems: list[Problem] = []
    ways = {steps["kind"], steps["fallback"]} - {"none"}

    def say(name: str, what: str, remedy: str) -> None:
        problems.append(Problem(where, f"{path}.{name}", what, remedy))

    if steps["fallback"] != "none" and steps["fallback"] == steps["kind"]:
        say("fallback", "is the same as kind", "Name another way, or leave it out")
    if steps["easiest"] > steps["hardest"]:
        say("easiest", "is above hardest", "The work grows with the score")
    if ways >= WIDGETS:
        say("fallback", "there is one sitekey, for one of turnstile and hcaptcha", "Choose one of them")
    if ways & WIDGETS and not steps["sitekey"]:
        say("sitekey", "there is none, and the widget needs it", "It is the widget's public key")
    if "mail-code" in ways and gate["smtp_url"] and not steps["mail_from"]:
        say("mail_from", "there is none, and smtp_url is set", "Write the sender's address")
    for kind in sorted(ways & WIDGETS):
        if not gate[f"{kind}_secret"]:
            variable = f"HUSHGATE_{kind.upper()}_SECRET"
            problems.append(Problem("environment", variable, f"there is none, and {path} asks for {kind}", "Set it"))
    return problems
