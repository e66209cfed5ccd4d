"""Joins what the rules for a mail address found into one word of the door."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from hushgate.errors import BadField, StateLost
from hushgate.house import House
from hushgate.settings import OBSERVE, OFF
from hushgate.signup.layer import LOST, MAIL_HOST, Asking, Attempt, Layer, NotJudged
from hushgate.signup.mail import domains
from hushgate.signup.mail.address import Address, read
from hushgate.signup.mail.exchange import Exchange, Exchanges
from hushgate.signup.mail.kept import site_key
from hushgate.signup.mail.records import Alarm, Inquiry, Ledger, Records
from hushgate.signup.mail.rule import Rule, Subject
from hushgate.signup.mail.rules import RULES
from hushgate.state import Batch, Reply
from hushgate.visit import Decision, Word

NAME = "mail"
SUSPECT = 30
"""What a verdict of suspect weighs beside what the address says; a family of its own."""


class Flag(NamedTuple):
    """A rule that flagged, its weight here (0 where it only observes), and what it saw."""

    rule: Rule
    weight: int
    saw: str


class Note(Struct):
    """What is remembered of an attempt until it is decided. ``weighs`` is whether others are held against it.

    Forms that are posted without a browser cost nothing, and are refused: were they counted, anybody could make the provider of
    everybody part of a wave, and a company's domain a burst.
    """

    address: Address
    exchange: Exchange | None
    inquiry: Inquiry
    weighs: bool
    records: Records | None = None
    flagged: Sequence[Rule] = ()


class MailLayer(Asking):
    """Judges the address of an attempt."""

    name = NAME

    def __init__(self, house: House) -> None:
        gate = house.config.gate
        self._house = house
        self._exchanges = Exchanges(gate["mx_servers"]) if gate["mx_lookups"] else None
        self._budget = gate["mx_budget_ms"] / 1000
        self._ledgers: dict[str, Ledger] = {}

    def ask(self, attempt: Attempt, so_far: Decision) -> Batch | None:
        """See Asking. The attempt is counted where it weighs: a wave shows in what was tried, let in or not."""
        own = attempt.own(NAME)
        if attempt.action not in own["actions"]:
            return None
        if not attempt.email:
            raise NotJudged("no mail address was given")
        try:
            address = read(attempt.email)
        except BadField as error:
            attempt.notes[NAME] = str(error)
            return Batch()
        exchange = self._exchanges.look(address.domain, self._budget) if self._exchanges else None
        host = exchange.host if exchange and not domains.shared_host(exchange.host) else ""
        ledger, network = self._ledger(attempt), attempt.prefix
        weighs = attempt.browser or so_far == "allow"
        inquiry = ledger.ask(address, network, host, count=weighs)
        attempt.notes[MAIL_HOST], attempt.notes[NAME] = host, Note(address, exchange, inquiry, weighs)
        return Batch(None, ledger.due(), inquiry.counting)

    def hear(self, attempt: Attempt, reply: Reply | None, so_far: Decision) -> Word | None:  # noqa: ARG002 - an address is what it is
        """See Asking."""
        own, note = attempt.own(NAME), attempt.notes[NAME]
        if not isinstance(note, Note):
            return None if own["syntax"] == OFF else Word(NAME, own["syntax"], note, "mail-syntax")
        note.records = records = note.inquiry.read(reply.tally) if reply and reply.tally else None
        flags = judge(Subject(note.address, records, note.exchange), own)
        if flags:
            note.flagged = [flag.rule for flag in flags]
            return self._word(flags, own, suspect=attempt.verdict == "suspect")
        if records is None:
            raise NotJudged(f"{LOST}, and the address says nothing by itself")
        return None

    def settle(self, attempt: Attempt, decision: Decision) -> None:
        """See Layer. Learns which domains the site's own users have."""
        note = attempt.notes.get(NAME)
        if not isinstance(note, Note) or note.records is None or not note.weighs:
            return
        flagged = note.flagged
        alarm = alarm_of(flagged) if flagged else ""
        doubt = attempt.prefix if flagged and any(rule.doubts for rule in flagged) else ""
        # where the site observes, everybody is let in
        driven = attempt.verdict == "bot"  # a wave that the verdict stops is stopped: nobody beside it need be asked
        let_in = decision == "allow" and not driven and not alarm
        told = "" if driven else alarm
        self._ledger(attempt).settle(note.address, note.records, let_in=let_in, alarm=told, doubt=doubt)

    def close(self) -> None:
        """See Layer."""
        if self._exchanges:
            self._exchanges.close()
        for ledger in self._ledgers.values():
            with contextlib.suppress(StateLost):
                ledger.flush()

    def _ledger(self, attempt: Attempt) -> Ledger:
        site = attempt.site.key
        if site not in self._ledgers:
            ledger = Ledger(self._house.state, site, site_key(self._house.ring, site))
            self._ledgers.setdefault(site, ledger)
        return self._ledgers[site]

    def _word(self, flags: list[Flag], own: Any, *, suspect: bool) -> Word:
        points = score(flags, suspect=suspect)
        decision: Decision = "allow"
        if points >= own["challenge_at"]:
            decision = "ghost" if points >= own["ghost_at"] else "challenge"
        strongest = max(flags, key=lambda flag: flag.weight)
        words = "; ".join(flag.saw for flag in sorted(flags, key=lambda flag: -flag.weight))
        return Word(NAME, decision, f"mail: {words}", f"mail-{strongest.rule.name.replace('_', '-')}")


def alarm_of(flagged: Sequence[Rule]) -> Alarm:
    """How far the alarm goes that rules give together."""
    alarms = {rule.alarms for rule in flagged}
    return "site" if "site" in alarms else "domain" if "domain" in alarms else ""


def judge(subject: Subject, own: Any) -> list[Flag]:
    """What every rule that is on has to say."""
    address, records = subject.address, subject.records
    flags = []
    for name, rule in RULES.items():
        weight = own[name]
        if weight == OFF or (rule.across and (records is None or getattr(records, rule.by) < rule.least)):
            continue
        saw = rule.look(address, records) if rule.across else rule.look(subject)
        if saw:
            flags.append(Flag(rule, 0 if weight == OBSERVE else weight, saw))
    return flags


def score(flags: list[Flag], *, suspect: bool) -> float:
    """0 to 100: the strongest of each family, joined by noisy-or, as findings of checks are."""
    strongest = {"verdict": SUSPECT} if suspect else {}
    for flag in flags:
        strongest[flag.rule.family] = max(flag.weight, strongest.get(flag.rule.family, 0))
    rest = 1.0
    for weight in strongest.values():
        rest *= 1 - weight / 100
    return round(100 * (1 - rest), 1) if any(flag.weight for flag in flags) else 0.0


def open_layer(house: House) -> Layer:
    """The layer."""
    return MailLayer(house)
