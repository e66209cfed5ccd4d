"""``hushgate mint``: a token with a verdict of one's choice, for trying out a backend."""

from __future__ import annotations

import secrets
import time

import click

from hushgate.config import load
from hushgate.errors import HushgateError
from hushgate.house import TEST_OUTCOMES
from hushgate.intake import new_id
from hushgate.tokens import Claims, Tokens
from hushgate.visit import Finding


@click.command()
@click.argument("outcome", type=click.Choice([key.removeprefix("test-") for key in TEST_OUTCOMES]))
@click.option("--site", "key", help="Site key. May be left out where there is one site.")
@click.option("--action", default="signup", show_default=True)
@click.option("--hostname", default="localhost", show_default=True)
def mint(outcome: str, key: str | None, action: str, hostname: str) -> None:
    """Mints a real token with a chosen OUTCOME, for trying out a backend. It needs the gate's keys."""
    config = load()
    sites = [key] if key else list(config.sites)
    if len(sites) != 1 or sites[0] not in config.sites:
        raise HushgateError(f"name one of the sites with --site: {', '.join(config.sites) or 'none is configured'}")
    verdict, decision = TEST_OUTCOMES[f"test-{outcome}"]
    claims = Claims(
        id=new_id(),
        nonce=secrets.token_urlsafe(12),
        site=sites[0],
        hostname=hostname,
        action=action,
        at=time.time(),
        verdict=verdict,
        decision=decision,
        score=0.0 if verdict == "human" else 99.0,
        confidence="high",
        conversion="count" if decision == "allow" else "suppress",
        findings=[Finding("minted", "note", 0, "minted by hand with `hushgate mint`")],
    )
    click.echo(Tokens(config.keys(), config.gate["token_ttl"]).mint(claims))
