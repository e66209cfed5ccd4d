"""``hushgate demo``: a signup page and a gate, side by side, on this machine."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from hushgate.cli.start import PORT, alone_in, folder_trouble


@click.command()
@click.option(
    "--demo-port", default=8000, envvar="DEMO_PORT", show_default=True, type=PORT, help="Port of the demo site."
)
@click.option("--gate-port", default=8100, envvar="GATE_PORT", show_default=True, type=PORT, help="Port of the gate.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Folder for all it writes.",
)
@click.option(
    "--wave",
    is_flag=False,
    flag_value="botnet",
    metavar="[NAME]",
    help="Replay a wave against the demo that is running: botnet (if no name is given), one-address, providers, sequence.",
)
@click.option("--count", type=click.IntRange(1), help="Bots in the wave; each has its own number.")
@click.option("--people", type=click.IntRange(0), help="People among them.")
@click.option("--seed", default=1, show_default=True, help="The wave's seed: the same seed is the same wave.")
@click.pass_context
def demo(
    context: click.Context, /, demo_port: int, gate_port: int, data: Path, wave: str | None, **wanted: int | None
) -> None:
    """Starts the demo, or replays a wave against it (--wave)."""
    if wave:
        _replay(wave, demo_port, gate_port, wanted)
        return
    told = [f"--{name}" for name in wanted if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if told:
        raise click.UsageError(f"{', '.join(told)}: only a wave has that; add --wave, or --wave NAME")
    from hushgate_demo.launch import run_demo

    if trouble := folder_trouble(data):
        raise click.BadParameter(trouble, param_hint="--data")
    with alone_in(data):
        run_demo(demo_port, gate_port, data)


def _replay(wave: str, demo_port: int, gate_port: int, wanted: dict[str, int | None]) -> None:
    from hushgate_demo.wave import WAVES

    if wave not in WAVES:
        raise click.BadParameter(f"there is no wave {wave!r}, only {', '.join(WAVES)}", param_hint="--wave")
    WAVES[wave](f"http://127.0.0.1:{demo_port}", f"http://127.0.0.1:{gate_port}", **wanted)
