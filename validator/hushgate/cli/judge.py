"""``hushgate judge`` and ``hushgate explain``: visits on record, judged again, and told in words."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click
import msgspec

from hushgate.config import Config, load
from hushgate.errors import BadField, HushgateError, TokenRefused
from hushgate.events.doors import Entered, read_doors
from hushgate.events.spool import read_spool
from hushgate.explain import explain_claims, explain_visit
from hushgate.geo import Atlas
from hushgate.judge import Rules, default_rules, judge_record
from hushgate.tokens import Tokens
from hushgate.visit import Visit, read_visit

_ID = re.compile(r"^[0-9a-f]{23}$")
_TOKEN = re.compile(r"^[\w.~-]{100,}$", re.ASCII)
_SHOWN = 60
_TOLD = ("verdict", "decision", "score", "confidence", "findings")


def _atlas(config: Config) -> Atlas:
    gate = config.gate
    return Atlas(gate["country_data"], gate["network_data"], gate["anonymous_data"])


def _rules(config: Config, site: str) -> Rules:
    return config.sites[site].rules if site in config.sites else default_rules()


class _Reader:
    """Visits on record, one a line. A line that is none is told on standard error, and the others are read all the same."""

    def __init__(self, lines: IO[bytes]) -> None:
        self._lines, self.good, self.bad = lines, 0, 0

    def __iter__(self) -> Iterator[Visit]:
        name = getattr(self._lines, "name", "standard input")
        for number, line in enumerate(self._lines, 1):
            if not line.strip():
                continue
            try:
                visit = read_visit(line)
            except BadField as error:
                self.bad += 1
                click.echo(f"hushgate: {name}: line {number}: {error}", err=True)
            else:
                self.good += 1
                yield visit
        if not self.good + self.bad:
            click.echo(f"hushgate: no visits in {name}", err=True)


@click.command()
@click.argument("file", type=click.File("rb"))
def judge(file: IO[bytes]) -> None:
    """Judges visits on record, one JSON object a line (- for standard input), and prints one line a visit.

    It needs no server, no state and no keys. Exit status 1 where a visit's "expect" was not met, 2 where a line is no visit on record.
    """
    config = load()
    atlas = _atlas(config)
    rules: dict[str, Rules] = {}
    wrong = 0
    visits = _Reader(file)
    for visit in visits:
        if visit.site not in rules:
            rules[visit.site] = _rules(config, visit.site)
        judged = judge_record(visit, rules[visit.site], atlas.look_up).judged
        wrong += visit.expect is not None and visit.expect != judged.verdict
        click.echo(msgspec.json.encode({"id": visit.id, **{name: getattr(judged, name) for name in _TOLD}}))
    if wrong:
        click.echo(f"hushgate: {wrong} visits were not judged as expected", err=True)
    sys.exit(2 if visits.bad else 1 if wrong else 0)


@click.command()
@click.argument("what")
def explain(what: str) -> None:
    """Tells in words how a visit was judged, check by check: WHAT is a token, a visit's id, or a file of visits on record."""
    config = load()
    if what == "-" or _is_file(what):
        with click.open_file(what, "rb") as lines:
            visits = _Reader(lines)
            _explain_visits(config, visits)
        sys.exit(2 if visits.bad else 0)
    elif _ID.match(what):
        _explain_id(config, what)
    elif _TOKEN.match(what):
        _explain_token(config, what)
    else:
        shown = what if len(what) <= _SHOWN and what.isprintable() else f"{what[:_SHOWN]!a}..."
        raise BadField(f"WHAT: {shown} is no file, no visit's id (23 hexadecimal digits) and no token", "what")


def _is_file(what: str) -> bool:
    try:
        return Path(what).is_file()
    except (OSError, ValueError):  # longer than a name may be, as tokens are; or no name at all
        return False


def _explain_id(config: Config, id: str) -> None:
    """Tells of a visit on record; where there is none, what the door said of its signup."""
    folder = config.data / "spool"
    found = [visit for visit in read_spool(folder) if visit.id == id]
    if found:
        _explain_visits(config, found)
        return
    signups = [entered for entered in read_doors(config.data) if entered.visit == id]
    if not signups:
        raise HushgateError(f"no visit with the id {id} is on record under {folder}")
    click.echo(f"The visit {id} is not on record under {folder}: its token was minted, or its record is gone.")
    for entered in signups:
        for line in _signup(entered):
            click.echo("".join(char if char.isprintable() else "?" for char in line))


def _signup(entered: Entered) -> Iterator[str]:
    at = datetime.fromtimestamp(entered.at, UTC)
    yield f"At the door, {at:%Y-%m-%d %H:%M} UTC, {entered.site}, {entered.action}: {entered.decision}; enforcing would {entered.would}."
    for word in entered.words:
        yield f"  {word.layer}: {word.decision}, {word.reason}" + (f" (lifted by {word.lifted})" if word.lifted else "")


def _explain_visits(config: Config, visits: Iterable[Visit]) -> None:
    atlas = _atlas(config)
    for visit in visits:
        judgement = judge_record(visit, _rules(config, visit.site), atlas.look_up)
        click.echo("\n".join(explain_visit(visit, judgement)) + "\n")


def _explain_token(config: Config, token: str) -> None:
    try:
        claims = Tokens(config.keys(), 10 * 365 * 86400).read(token)
    except TokenRefused as error:
        raise HushgateError(f"{error}: give a token of this gate, a visit's id, or a file") from None
    click.echo("\n".join(explain_claims(claims)))
