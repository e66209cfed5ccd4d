"""What a rule for mail addresses is: it looks at one subject, and says what it saw, in words, or nothing.

A rule's name, weight and what it is about stand in ``settings.MAIL_RULES``. Rules of one family share a cap, as checks do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from hushgate.signup.mail.address import Address, read
from hushgate.signup.mail.exchange import Exchange
from hushgate.signup.mail.records import Alarm, Records


class Subject(Struct, frozen=True):
    """What a rule may look at. ``records`` and ``exchange`` are None where they could not be asked, or are off."""

    address: Address
    records: Records | None = None
    exchange: Exchange | None = None


Look = Callable[..., str | None]
"""Takes a Subject; where it looks across records, an Address and its Records."""
Example = dict[str, Any]
"""``email``, and what of the records is not quiet; ``exchange`` for what was looked up."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    ``alarms`` is where the signups beside what it finds are looked at closer, as part of a wave; ``doubts`` whether the
    address was thrown away or made up, so that its network is; ``across`` whether it looks at the records, and says nothing where there are none,
    nor where the record named ``by`` is below ``least``. ``flags`` and ``passes`` are examples of either; ``wrong_about`` says which people it may be wrong about.
    """

    name: str
    family: str
    look: Look
    flags: Sequence[Example]
    passes: Sequence[Example]
    wrong_about: str
    alarms: Alarm = ""
    doubts: bool = False
    across: bool = False
    by: str = "hour"
    least: float = 0


RULES: dict[str, Rule] = {}
"""All rules by name, in the order in which they are asked."""


def rule(
    family: str,
    *,
    flags: Sequence[Example],
    passes: Sequence[Example],
    wrong_about: str,
    alarms: Alarm = "",
    doubts: bool = False,
    across: bool = False,
    by: str = "hour",
    least: float = 0,
) -> Callable[[Look], Look]:
    """Makes a rule of a function, by the function's name."""

    def add(look: Look) -> Look:
        name = look.__name__
        RULES[name] = Rule(name, family, look, flags, passes, wrong_about, alarms, doubts, across, by, least)
        return look

    return add


def subject(example: Example) -> Subject:
    """The subject of an example: a site on which nothing happens, but for what the example says."""
    counts = dict.fromkeys(set(Records.__struct_fields__) - {"again", "sequences", "pending"}, 0)
    seen = {name: value for name, value in example.items() if name not in ("email", "exchange")}
    records = Records(**{"again": False, **counts, "hour": 1, "domain_hour": 1, **seen})
    return Subject(read(example["email"]), records, example.get("exchange"))
