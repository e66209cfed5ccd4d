"""``hushgate block`` and ``hushgate allow``: the operator's lists, who put what on them, and what they say of somebody."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import click
import msgspec

from hushgate.config import Config, load
from hushgate.errors import BadField, HushgateError
from hushgate.geo import Atlas
from hushgate.lists.book import Asked, Book, compile_entries
from hushgate.lists.entry import Entry, Kind, ListName, read_until, read_value
from hushgate.signup.lists import SETTINGS, book_of, judge, place_of
from hushgate.signup.names import domain_of
from hushgate.visit import Decision

_DECISIONS = tuple(word for word in get_args(Decision) if word != "allow")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""


def _check_until(_context: click.Context, option: click.Parameter, text: str | None) -> str | None:
    try:
        if text:
            read_until(text, time.time())
    except BadField as error:
        raise click.BadParameter(str(error).removeprefix("until: "), param=option) from None
    return text


def _group(name: ListName, words: str) -> click.Group:
    group = click.Group(name, help=words)
    group.add_command(_add(name))
    for command in (_remove(name), _list(name), check, audit):
        group.add_command(command)
    return group


def _options(name: ListName) -> Iterator[Callable[[Any], Any]]:
    """What may be said of an entry."""
    yield click.option("--reason", default="", help="Why, for those who read the list later.")
    yield click.option("--by", default=_me, help="Who does this. Without it, the user of this machine.")
    yield click.option(
        "--until",
        "--for",
        "until",
        callback=_check_until,
        help="12h, 7d, 2w, or a date such as 2026-12-31, that day included (UTC). Without it, for good.",
    )
    yield click.option("--site", default="", help="Site key. Without it, all sites.")
    yield click.option("--kind", type=click.Choice(get_args(Kind)), help="What VALUE is; needed for a user agent only.")
    if name == "block":
        yield click.option("--decision", type=click.Choice(_DECISIONS), default="deny", help="What becomes of it.")


def _open(config: Config) -> Book:
    """The lists; which they are is told beside the output."""
    click.echo(f"the lists are in {place_of(config)}", err=True)
    return book_of(config)


def _add(name: ListName) -> click.Command:
    def add(values: tuple[str, ...], **more: Any) -> None:
        config = load()
        if more["site"] and more["site"] not in config.sites:
            raise BadField(f"site: no site has the key {more['site']}", "site")
        _check_values(values, more["kind"])
        book = _open(config)
        for value in values:
            entry = book.add(name, value, **more)
            click.echo(f"added {_line(entry)}")
            for note in _notes(config, book, entry):
                click.echo(f"  note: {note}")

    command = click.argument("values", nargs=-1, required=True, metavar="VALUE...")(add)
    for option in reversed([*_options(name)]):
        command = option(command)
    words = "Adds VALUE: an address or a range, AS64500, a mail domain, or agent:curl/* (* stands for anything)."
    return click.command("add", help=words)(command)


def _check_values(values: tuple[str, ...], kind: str | None) -> None:
    """All are good, or none is added. Raises BadField, where several are not after it said so of each."""
    refused = []
    for value in values:
        try:
            read_value(value, kind)
        except BadField as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    for problem in refused:
        click.echo(f"hushgate: {problem}", err=True)
    if refused:
        raise BadField(f"value: {len(refused)} of {len(values)} cannot be read, and nothing was added", "value")


def _notes(config: Config, book: Book, entry: Entry) -> list[str]:
    """What the operator may not expect of an entry that was added just now."""
    notes = []
    if entry.list == "block":
        allows = [one for one in book.entries() if one.list == "allow"]
        beating = [
            one.id for one in allows if (one.kind, one.value) == (entry.kind, entry.value) or _covers(one, entry)
        ]
        notes += [f"the allowlist beats it: entry {', '.join(beating)}"] if beating else []
        quiet = [site.key for site in config.sites.values() if not _enforced(config, site.key)]
        quiet = [key for key in quiet if entry.site in ("", key)]
        notes += [f"only recorded, not refused, where the lists do not enforce: {', '.join(quiet)}"] if quiet else []
    elif entry.kind in ("domain", "agent"):
        notes.append("anybody can write this: it lifts blocks and what is said of the mail address, never a verdict")
    return notes


def _covers(allow: Entry, block: Entry) -> bool:
    found = compile_entries([allow]).address(block.value.partition("/")[0])
    return allow.kind == block.kind == "address" and any(True for _ in found)


def _enforced(config: Config, key: str) -> bool:
    rules = config.sites[key].layers.get("lists")
    return rules is not None and rules.enforce


def _remove(name: ListName) -> click.Command:
    @click.command("remove", help="Removes entries of this list, by id or by what they name.")
    @click.argument("which", nargs=-1, required=True, metavar="ID|VALUE...")
    @click.option("--by", default=_me, help="Who does this.")
    def remove(which: tuple[str, ...], by: str) -> None:
        book = _open(load())
        entries = [entry for entry in book.entries() if entry.list == name and entry.id != SETTINGS]
        for one in which:
            found = [entry for entry in entries if one == entry.id] or [e for e in entries if e.value == _value(one)]
            if not found:
                raise HushgateError(f"{one} is not on the {name}list; {_instead(entries, one)}")
            for entry in book.remove([entry.id for entry in found], by):
                click.echo(f"removed {_line(entry)}")

    return remove


def _instead(entries: list[Entry], text: str) -> str:
    """What to do about a value that has no entry of its own."""
    value = _value(text)
    ip = value.partition("/")[0]
    wider = [e for e in entries if compile_entries([e]).find(Asked(e.site, ip, domain=domain_of(f"@{value}")))]
    if not wider:
        return "entries in the settings file are removed there"
    return f"what it lies in is, and would be removed whole: {', '.join(f'{e.value} (entry {e.id})' for e in wider)}"


def _value(text: str) -> str:
    try:
        return read_value(text)[1]
    except BadField:
        return text


def _list(name: ListName) -> click.Command:
    @click.command("list", help="Lists what is in force; with --all, what has expired too.")
    @click.option("--all", "everything", is_flag=True, help="Expired entries too.")
    @_AS_JSON
    def show(everything: bool, as_json: bool) -> None:
        now = datetime.now(UTC).timestamp()
        for entry in sorted(_open(load()).entries(), key=lambda one: (one.kind, one.value)):
            if entry.list == name and (everything or entry.live(now)):
                click.echo(msgspec.json.encode(entry) if as_json else _line(entry))

    return show


@click.command()
@click.argument("who")
@click.option("--site", default="", help="Site key. Without it, what holds for all sites.")
def check(who: str, site: str) -> None:
    """Tells what the lists say of WHO: an address, a mail address or its domain, or agent:<user agent>.

    A site has a line of its own where it differs from all sites.
    """
    config = load()
    book = _open(config)
    everywhere = "" if site else _verdict(config, book, "", who)
    for key in [site] if site else ["", *config.sites]:
        said = _verdict(config, book, key, who)
        if key == "" or said != everywhere:
            click.echo(f"{key or 'all sites'}: {said}")


def _verdict(config: Config, book: Book, site: str, who: str) -> str:
    word = judge(book.find(_asked(config, site, who)))
    return f"{word.decision}: {word.reason}" if word else "on no list"


def _asked(config: Config, site: str, who: str) -> Asked:
    if who.startswith("agent:"):
        return Asked(site, "", agent=who.removeprefix("agent:"))
    if "@" in who:
        return Asked(site, "", domain=domain_of(who))
    kind, value = read_value(who)
    if kind == "address":
        gate = config.gate
        atlas = Atlas(gate["country_data"], gate["network_data"], gate["anonymous_data"])
        return Asked(site, value.partition("/")[0], asn=atlas.look_up(value).asn or 0)
    return Asked(site, "", asn=int(value[2:])) if kind == "network" else Asked(site, "", domain=value)


@click.command()
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="How many lines.")
@_AS_JSON
def audit(last: int, as_json: bool) -> None:
    """Tells who changed the lists, and how, oldest first."""
    for record in _open(load()).store.audit(last):
        line = f"{_when(record.at)}  {record.by}  {record.did}  {record.entry.list}list  {_line(record.entry)}"
        click.echo(msgspec.json.encode(record) if as_json else line)


def _line(entry: Entry) -> str:
    until = f", until {_when(entry.until)}" if entry.until else ""
    decision = f" {entry.decision}" if entry.list == "block" else ""
    site = f" at {entry.site}" if entry.site else ""
    since = f", {_when(entry.at)}" if entry.at else ""
    return f"{entry.id}  {entry.kind:8}{entry.value}{decision}{site}: {entry.reason} (by {entry.by}{since}{until})"


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


block = _group("block", "Whom to refuse: addresses, networks, mail domains, user agents.")
allow = _group("allow", "Whom to let in whatever else is said; an allow beats a block.")
