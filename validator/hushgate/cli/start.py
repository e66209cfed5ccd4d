"""What a server needs before it starts, looked at beforehand: an address, a port that nobody has, a folder to write to."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from hushgate.config import Config
from hushgate.ghost.hooks import lacking
from hushgate.state.alone import alone

PORT = click.IntRange(1, 65535)


def resolve(_context: click.Context, option: click.Parameter, host: str) -> str:
    """The address that a name or an address stands for, of IPv4 where there is one; the callback of an option. Raises BadParameter."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise click.BadParameter(f"{host!r} is no address, and no name that is known here", param=option) from None
    return str(min(found, key=lambda one: one[0] != socket.AF_INET)[4][0])


def url_of(host: str, port: int) -> str:
    """Where a browser finds it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def refusal(host: str, port: int) -> OSError | None:
    """What keeps a program from listening there, None where nothing does.

    Servers that share a port among their workers (SO_REUSEPORT) would share it with each other, too: this does not.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def next_free(host: str, port: int, avoid: Collection[int] = ()) -> int:
    """The next port that nobody has."""
    later = range(port + 1, 65536)
    return next((one for one in later if one not in avoid and refusal(host, one) is None), port - 1)


def check_listening(host: str, port: int) -> None:
    """Raises SystemExit where another program has the port, BadParameter where nobody may listen there."""
    error = refusal(host, port)
    if error is None:
        return
    if error.errno != errno.EADDRINUSE:
        option = "--port" if error.errno == errno.EACCES else "--host"
        raise click.BadParameter(f"nothing can listen on {url_of(host, port)}: {error.strerror}", param_hint=option)
    raise SystemExit(
        f"hushgate serve: port {port}, for the gate, is taken by another program.\n"
        f"Stop that program, or choose another port: hushgate serve --port {next_free(host, port)}"
    )


def folder_trouble(folder: Path) -> str:
    """Makes the folder, and tells what keeps this process from writing into it; "" where nothing does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        return f"{folder} is no folder"
    except OSError as error:
        return f"the folder {folder} cannot be made: {error.strerror}"
    writable = os.access(folder, os.W_OK | os.X_OK)
    return "" if writable else f"this user cannot write to the folder {folder}"


def hooks_lacking(config: Config) -> Iterator[str]:
    """A sentence for each site whose ghost_hooks are not found from here. A gate goes without; they are its backends' own."""
    for site in config.sites.values():
        if trouble := lacking(site.ghosts.hooks):
            yield (
                f"note: sites.{site.key}.ghost_hooks cannot be imported from here: {trouble}. The gate does not need it; a backend in "
                "process and `hushgate ghosts` do"
            )


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keeps a second demo out of the folder for as long. Raises SystemExit where there is one already."""
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(folder / "demo"))
        except BlockingIOError:
            raise SystemExit(
                f"hushgate demo: another demo writes to {folder}.\n"
                "Stop it, or choose another folder: hushgate demo --data FOLDER"
            ) from None
        yield
