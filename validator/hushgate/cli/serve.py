"""``hushgate serve``: the gate, on granian."""

from __future__ import annotations

import logging
import os
import signal
from typing import TYPE_CHECKING, Any

import click

from hushgate.cli.start import PORT, check_listening, folder_trouble, hooks_lacking, resolve, url_of
from hushgate.config import Config, load
from hushgate.errors import Problem, SettingsError
from hushgate.version import __version__

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

THREADS = 64
"""A request whose body stops in the middle of its way holds one of them until its client is gone. Started as they are needed."""
STOP_SECONDS = 10
"""How long a worker may take to stop. granian's waits for a client that has just left in the middle of a request, now and then without an end."""

_SOME = click.IntRange(1)
_STOPS = (signal.SIGINT, signal.SIGTERM)


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, callback=resolve, help="Address, or its name, to listen on."
)
@click.option("--port", default=8100, show_default=True, type=PORT, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=_SOME, help="Processes.")
@click.option(
    "--threads", default=THREADS, show_default=True, type=_SOME, help="Requests that each answers at once, at the most."
)
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serves the gate: sessions, verdicts, siteverify and the collector."""
    config = load()
    _check(config, host, port)
    server = _server(host, port, workers, threads)
    server.on_startup(lambda: click.echo(f"The gate listens on {url_of(host, port)}\n{_summary(config, workers)}"))
    _let_workers_be_stopped()
    server.serve()


def _server(host: str, port: int, workers: int, threads: int) -> AbstractServer[Any]:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # granian warns of more threads than there are processors: these wait for visitors, and only one at a time runs Python
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    return Granian(
        "hushgate.web.app:from_env",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=STOP_SECONDS,
        backlog=1024,
        log_access=False,
        log_level=LogLevels.warning,
    )


def _summary(config: Config, workers: int) -> str:
    """What an operator would look for in the log: which gate this is, where it writes, and what it was told."""
    enforcing = sum(site.rules.enforce for site in config.sites.values())
    sites = [f"{enforcing} enforcing"] * (enforcing > 0)
    sites += [f"{len(config.sites) - enforcing} observing"] * (enforcing < len(config.sites))
    parts = (
        f"hushgate {__version__}",
        f"settings from {config.source}",
        f"data in {config.data}",
        _some("site", len(config.sites)) + (f" ({', '.join(sites)})" if sites else ""),
        _some("key", len(config.keys().keys)),
        _some("worker", workers),
    )
    return "; ".join(parts)


def _some(what: str, count: int) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _check(config: Config, host: str, port: int) -> None:
    """Raises what would otherwise be found out too late."""
    config.keys()
    trouble = folder_trouble(config.data)
    if trouble:
        told = ("environment", "HUSHGATE_DATA") if os.environ.get("HUSHGATE_DATA") else (config.source, "gate.data")
        remedy = "Give it to the user that runs the gate, or name another: HUSHGATE_DATA, or data in [gate]"
        raise SettingsError([Problem(*told, trouble, remedy)])
    check_listening(host, port)
    for note in hooks_lacking(config):
        click.echo(f"hushgate: {note}", err=True)


def _let_workers_be_stopped() -> None:
    """Lets a worker be stopped from its first moment on.

    granian forks it with the parent's handlers, which only take a note: until it has its own, a SIGTERM would be lost on it, and the
    parent would wait for it. Ctrl-C is for the parent, which tells its workers.
    """
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS),
        after_in_child=_as_it_was,
    )


def _as_it_was() -> None:
    # Ctrl-C stays blocked: granian takes it in a worker, too, and one that has it beside the parent's SIGTERM may stop at neither
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
