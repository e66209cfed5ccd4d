"""``hushgate mint``: a token with a verdict of one's choice, for trying out a backend."""

from __future__ import annotations

import click

from hushgate.cli.choose import choose_site
from hushgate.config import load
from hushgate.testing.tokens import OUTCOMES, forced
from hushgate.tokens import Tokens


@click.command()
@click.argument("outcome", type=click.Choice(OUTCOMES))
@click.option("--site", "key", help="Site key. May be left out where there is one site.")
@click.option("--action", default="signup", show_default=True)
@click.option("--hostname", default="localhost", show_default=True)
def mint(outcome: str, key: str | None, action: str, hostname: str) -> None:
    """Mints a real token with a chosen OUTCOME, for trying out a backend. It needs the gate's keys."""
    config = load()
    claims = forced(choose_site(config, key).key, outcome, action, hostname)
    click.echo(Tokens(config.keys(), config.gate["token_ttl"]).mint(claims))
