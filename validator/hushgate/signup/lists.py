"""The layer of the lists: whom the operator has blocked, or let in, by address, network, mail domain or user agent.

An allow beats a block, and the reason says so. What nobody can claim without being there (an address, a network) lifts every other
layer's word; what anybody can write (a mail domain, a user agent) lifts blocks that are not hard, and what is said of the mail address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hushgate.config import Config
from hushgate.errors import Problem, SettingsError, TooMany
from hushgate.house import House
from hushgate.lists.book import Asked, Book
from hushgate.lists.entry import Entry, ListName
from hushgate.lists.store import FILE, open_store
from hushgate.settings import REDIS_REMEDY
from hushgate.signup.layer import Attempt, Layer, strength
from hushgate.visit import Word

NAME = "lists"
SETTINGS = "settings"
"""The id of entries from the settings file: no command removes them."""
SURE = ("address", "network")
"""Kinds that a visitor cannot claim without being there."""
BUSY_SECONDS = 60


class ListsLayer(Layer):
    """Says what the lists have."""

    name = NAME
    early = True

    def __init__(self, house: House) -> None:
        self._book = house.room(open_book)

    def look(self, attempt: Attempt) -> Word | None:
        """See Layer."""
        if not self._book.any():
            return None
        caller = attempt.caller
        asked = Asked(attempt.site.key, caller.ip, attempt.network.asn or 0, attempt.domain, caller.user_agent)
        return judge(self._book.find(asked))


def judge(found: Sequence[Entry]) -> Word | None:
    """What is said where these entries fit."""
    if not found:
        return None
    allows = [entry for entry in found if entry.list == "allow"]
    blocks = sorted((entry for entry in found if entry.list == "block"), key=lambda one: -strength(one.decision))
    sure = next((entry for entry in allows if entry.kind in SURE), None)
    hard = next((entry for entry in blocks if entry.hard), None)
    if sure:
        return _allowed(sure, blocks, ("*",))
    if hard or not allows:
        block = hard or blocks[0]
        return Word(NAME, block.decision, f"blocked: {in_words(block)}", f"blocked-{block.kind}")
    return _allowed(allows[0], blocks, ("mail",))


def _allowed(allow: Entry, blocks: Sequence[Entry], lifts: tuple[str, ...]) -> Word:
    beaten = f", which beats the blocklist: {in_words(blocks[0])}" if blocks else ""
    return Word(NAME, "allow", f"on the allowlist: {in_words(allow)}{beaten}", f"allowed-{allow.kind}", lifts=lifts)


def in_words(entry: Entry) -> str:
    """An entry for a log: a single address is told by the entry's id alone."""
    alone = entry.kind == "address" and "/" not in entry.value
    what = "an address" if alone else f"{entry.kind} {entry.value}"
    until = f", until {datetime.fromtimestamp(entry.until, UTC):%Y-%m-%d %H:%M} UTC" if entry.until else ""
    return f"{what} (entry {entry.id} by {entry.by}: {entry.reason}{until})"


def refuse_blocked(house: House, site: str, ip: str) -> None:
    """Raises TooMany for an address that is refused everywhere, where the site's lists are enforced.

    It is what the gate says to anybody who asks too often: the refused are not told that there is a list, and that they are on it.
    """
    rules = house.site(site).layers.get(NAME)
    if rules is not None and rules.enforce and house.room(open_book).hard(site, ip):
        raise TooMany(BUSY_SECONDS)


def fixed_entries(config: Config) -> list[Entry]:
    """The entries in the settings file."""
    names: tuple[ListName, ...] = ("block", "allow")
    return [
        Entry(SETTINGS, name, kind, value, "in the settings", SETTINGS, 0.0, site=site.key)
        for site in config.sites.values()
        if NAME in site.layers
        for name in names
        for kind, value in site.layers[NAME].own[name]
    ]


def book_of(config: Config) -> Book:
    """The lists that these settings lead to. Raises SettingsError."""
    try:
        store = open_store(config.gate["redis_url"], config.data)
    except ValueError as error:
        raise SettingsError([Problem("environment", "HUSHGATE_REDIS_URL", str(error), REDIS_REMEDY)]) from None
    return Book(store, fixed_entries(config))


def place_of(config: Config) -> str:
    """Where these settings keep the lists, for people."""
    return "Redis" if config.gate["redis_url"] else str(config.data / FILE)


def open_book(house: House) -> Book:
    """The lists of this process: ``house.room(open_book)``."""
    return book_of(house.config)


def open_layer(house: House) -> Layer:
    """The layer."""
    return ListsLayer(house)
