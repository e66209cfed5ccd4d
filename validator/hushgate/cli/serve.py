"""``hushgate serve``: the gate, on granian."""

from __future__ import annotations

import logging

import click

from hushgate.config import load

THREADS = 64
"""A request whose body stops in the middle of its way holds one of them until its client is gone. Started as they are needed."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8100, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Processes.")
@click.option("--threads", default=THREADS, show_default=True, help="Requests that each answers at once, at the most.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serves the gate: sessions, verdicts, siteverify and the collector."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    load().keys()
    # granian warns of more threads than there are processors: these wait for visitors, and only one at a time runs Python
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    server = Granian(
        "hushgate.web.app:from_env",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=1024,
        log_access=False,
        log_level=LogLevels.warning,
    )
    click.echo(f"The gate listens on http://{host}:{port}")
    server.serve()
