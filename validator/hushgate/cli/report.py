"""``hushgate report``: what the door did, and what enforcing would have done, to whom, layer by layer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import click
import msgspec

from hushgate.config import Config, load
from hushgate.errors import BadField
from hushgate.events.doors import DECISIONS, FOLDER, Entered, Summary, Tally, read_doors, summarise
from hushgate.lists.entry import read_span
from hushgate.settings import LAYERS

_STOPS = tuple(decision for decision in DECISIONS if decision != "allow")
_VERDICTS = ("human", "suspect", "bot", "none")
_PEOPLE = 10


@click.command()
@click.option("--site", help="Site key. Without it, each site by itself.")
@click.option("--last", default="24h", show_default=True, help="How far back: 12h, 7d, 2w.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a site.")
def report(site: str | None, last: str, as_json: bool) -> None:
    """Tells what the door did in the last day, and what enforcing would have done: how often, to whom, layer by layer."""
    config = load()
    if site and site not in config.sites:
        raise BadField(f"site: no site has the key {site}", "site")
    summaries = summarise(read_doors(config.data, time.time() - read_span(last), site))
    for key, summary in sorted(summaries.items()):
        lines = [msgspec.json.encode(_as_json(key, summary)).decode()] if as_json else _lines(config, key, summary)
        click.echo("\n".join(lines))
    if not summaries and not as_json:
        click.echo(_nothing(config, last))


def _nothing(config: Config, last: str) -> str:
    if not (config.data / FOLDER).is_dir():
        return (
            f"no signup was ever put on record under {config.data.absolute()}. Either gate.admit was never asked, or it writes elsewhere: "
            "set HUSHGATE_DATA, or HUSHGATE_CONFIG, as it is where your backend (or `hushgate serve`) runs"
        )
    return f"no signup in the last {last} is on record under {config.data.absolute()}: is gate.admit asked?"


def _lines(config: Config, key: str, summary: Summary) -> Iterator[str]:
    site = config.sites.get(key)
    name = f"{site.name} ({key})" if site and site.name != key else key
    mode = "unknown to the settings" if site is None else "enforcing" if site.rules.enforce else "observing"
    yield f"{name}, {mode}: {summary.signups} signups, {_when(summary.first)} to {_when(summary.last)} UTC"
    yield f"  visits were judged  {_counts(summary.verdicts, _VERDICTS, summary.signups)}"
    yield f"  done                {_counts(summary.did, DECISIONS, summary.signups)}"
    yield f"  enforcing would     {_counts(summary.would, DECISIONS, summary.signups)}\n"
    yield from _table(config, key, summary)
    yield from _codes(summary)
    yield from _people(summary)
    if summary.skipped:
        yield "not judged: " + ", ".join(f"{name} {count}" for name, count in summary.skipped.most_common()) + "\n"


def _table(config: Config, key: str, summary: Summary) -> Iterator[str]:
    heads = "".join(f"{word:>10}" for word in (*_STOPS, "alone"))
    yield f"{'layer':12}{'mode':9}{heads}   of humans, suspects, bots, without a verdict"
    for layer in LAYERS:
        tally = summary.layers.get(layer.name, Tally())
        counts = "".join(f"{count:10}" for count in (*(tally.decisions[word] for word in _STOPS), tally.alone))
        whom = ", ".join(str(tally.verdicts[verdict]) for verdict in _VERDICTS)
        yield f"{layer.name:12}{_mode(config, key, layer.name):9}{counts}   {whom}"
    yield "alone: what no other layer had a word against\n"


def _mode(config: Config, key: str, layer: str) -> str:
    site = config.sites.get(key)
    rules = site.layers.get(layer) if site else None
    return "?" if site is None else "off" if rules is None else "enforce" if rules.enforce else "observe"


def _codes(summary: Summary) -> Iterator[str]:
    if not summary.codes:
        return
    yield f"{'what was said':30}{'signups':>8}   networks; mail domains; a visit for `hushgate explain`"
    for (layer, code), tally in sorted(summary.codes.items(), key=lambda row: -row[1].decisions.total()):
        parts = [_most(tally.networks), _most(tally.domains), *tally.examples[:1]]
        yield f"{f'{layer}: {code}':30}{tally.decisions.total():8}   {'; '.join(part for part in parts if part)}"
    yield ""


def _people(summary: Summary) -> Iterator[str]:
    if not summary.people:
        yield "nobody who was judged human would be throttled, ghosted or denied\n"
        return
    yield f"judged human, and would be throttled, ghosted or denied: {len(summary.people)}; look at these before you enforce"
    for entered in summary.people[-_PEOPLE:]:
        where = ", ".join(part for part in (entered.country, entered.org, entered.domain) if part)
        yield f"  {_when(entered.at)}  {entered.visit}  {entered.would:8} {where}: {_because(entered)}"
    yield ""


def _because(entered: Entered) -> str:
    return "; ".join(f"{word.layer}: {word.reason}" for word in entered.standing)


def _counts(counts: Counter[str], words: tuple[str, ...], whole: int) -> str:
    return "  ".join(f"{word} {counts[word]} ({counts[word] / whole:.1%})" for word in words if counts[word])


def _most(counts: Counter[str]) -> str:
    return ", ".join(f"{_plain(name)} {count}" for name, count in counts.most_common(2))


def _plain(text: str) -> str:
    """A name for a terminal: what came from outside may hold control characters."""
    return "".join(char if char.isprintable() else "?" for char in text)[:40]


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def _as_json(key: str, summary: Summary) -> dict[str, object]:
    def told(tally: Tally) -> dict[str, object]:
        return {
            "decisions": tally.decisions,
            "verdicts": tally.verdicts,
            "modes": tally.modes,
            "alone": tally.alone,
            "networks": dict(tally.networks.most_common(10)),
            "domains": dict(tally.domains.most_common(10)),
            "examples": tally.examples,
        }

    return {
        "site": key,
        "signups": summary.signups,
        "first": summary.first,
        "last": summary.last,
        "done": summary.did,
        "would": summary.would,
        "verdicts": summary.verdicts,
        "layers": {layer: told(tally) for layer, tally in summary.layers.items()},
        "said": [{"layer": layer, "code": code, **told(tally)} for (layer, code), tally in summary.codes.items()],
        "people": summary.people,
        "skipped": summary.skipped,
    }
