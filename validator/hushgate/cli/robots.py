"""``hushgate robots``: which robots are known, whether one is who it says, and the lists anew."""

from __future__ import annotations

import sys

import click

from hushgate.config import Config, load
from hushgate.house import open_lookout, robot_folder
from hushgate.robots import Lookout
from hushgate.robots.names import Names


@click.group()
def robots() -> None:
    """Crawlers, monitors and agents that say who they are."""


@robots.command("list")
def list_() -> None:
    """Names each robot that can be verified, and how."""
    lookout = open_lookout(load())
    for profile in lookout.register.profiles:
        sizes = (lookout.register.networks[name].size for name in profile.lists if name in lookout.register.networks)
        ways = [f"{sum(sizes)} networks"] if profile.lists else []
        ways += [f"names in {', '.join(profile.domains)}"] if profile.domains else []
        click.echo(f"{profile.name} ({profile.operator}): {'; '.join(ways)}")
    for agent in sorted({key.agent for key in lookout.keys.values()}):
        click.echo(f"{agent}: signed requests")


@robots.command()
@click.argument("address")
@click.argument("user_agent")
def check(address: str, user_agent: str) -> None:
    """Says whether a visit from ADDRESS with this USER_AGENT is the robot that it says. Asks DNS, and waits for it."""
    lookout = Lookout(robot_folder(load()), _Waiting())
    robot = lookout.recognise(address, {"user-agent": user_agent})
    if robot is None:
        click.echo("it names no robot that is known here")
        return
    word = {True: "verified", False: "not so:", None: "could not be verified:"}[robot.verified]
    click.echo(f"{robot.name} ({robot.operator}), {word} {robot.by}")
    sys.exit(0 if robot.verified else 1)


class _Waiting(Names):
    """Names that are asked for at once: a person waits for this answer, no request does."""

    known = Names.look_up


@robots.command()
def update() -> None:
    """Fetches the lists that operators publish, and the keys of the agents that the settings name. Restart the gate after it."""
    from hushgate.robots.update import sources, update

    config: Config = load()
    failed = False
    for fetched in update(robot_folder(config), config.gate["robot_agents"], sources()):
        click.echo(f"{fetched.name}: {fetched.error or f'{fetched.entries} entries'}", err=bool(fetched.error))
        failed = failed or bool(fetched.error)
    sys.exit(1 if failed else 0)
