"""The ``hushgate`` command: one file a subject, each with its own sub-commands."""

from __future__ import annotations

import sys

import click

from hushgate.cli import (
    block,
    calibrate,
    checks,
    config,
    demo,
    docs,
    geo,
    ghosts,
    judge,
    keys,
    outcomes,
    report,
    robots,
    serve,
    site,
    tokens,
)
from hushgate.errors import HushgateError, SettingsError
from hushgate.version import __version__


class _Group(click.Group):
    """Prints our own errors as sentences rather than tracebacks, all problems of the settings at once."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            for problem in error.problems:
                click.echo(f"hushgate: {problem}", err=True)
            count = len(error.problems)
            click.echo(f"hushgate: {count} problem{'s' if count > 1 else ''} in the settings", err=True)
        except HushgateError as error:
            click.echo(f"hushgate: {error}", err=True)
        sys.exit(2)


@click.group(cls=_Group, invoke_without_command=True)
@click.version_option(__version__, prog_name="hushgate")
@click.pass_context
def main(ctx: click.Context) -> None:
    """A verdict on signups, a ghost token for bots, and silence."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for command in (
    serve.serve,
    demo.demo,
    judge.judge,
    judge.explain,
    calibrate.calibrate,
    checks.checks,
    config.config,
    docs.docs,
    keys.keys,
    site.site,
    tokens.mint,
    outcomes.outcomes,
    geo.geo,
    block.block,
    block.allow,
    report.report,
    robots.robots,
    ghosts.ghosts,
):
    main.add_command(command)
