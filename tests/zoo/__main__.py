"""``python -m zoo``: runs the zoo against the real demo and writes docs/detection.md."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click
import msgspec

from zoo.outcome import Outcome, records, run_zoo
from zoo.report import report
from zoo.subjects import Subject, absent, chosen, missing

PAGE = Path(__file__).parents[2] / "docs" / "detection.md"


@click.command()
@click.option("--only", multiple=True, help="Only subjects of this name (* for any letters); may be given again.")
@click.option("--rounds", default=1, show_default=True, help="Visits of each subject.")
@click.option(
    "--gl/--no-gl", "gl", default=None, help="With WebGL or without. Without either: both, one after the other."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=PAGE, show_default="docs/detection.md", help="The page."
)
@click.option(
    "--data", type=click.Path(path_type=Path), help="Keep records here: outcomes.jsonl, and spool/ of the gate."
)
@click.option("--list", "listing", is_flag=True, help="List the subjects, and what they lack here.")
def main(only: tuple[str, ...], rounds: int, gl: bool | None, out: Path, data: Path | None, listing: bool) -> None:
    """Runs the zoo."""
    try:
        wanted = chosen(only)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if listing:
        for subject in wanted:
            click.echo(f"{subject.name:28} {subject.kind:7} {', '.join(missing(subject))}")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = data or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        outcomes = _run(wanted, folder, rounds, gl)
        _keep(folder, outcomes)
    out.write_text(report(outcomes, wanted, absent(), rounds), encoding="utf-8")
    click.echo(f"\nwrote {out}")
    lost = [outcome for outcome in outcomes if outcome.ran and not outcome.as_wanted]
    sys.exit(1 if lost else 0)


def _run(wanted: list[Subject], folder: Path, rounds: int, gl: bool | None) -> list[Outcome]:
    """Both modes differ for those with a window alone: the others are asked once."""
    outcomes = []
    for mode in (True, False) if gl is None else (gl,):
        asked = [subject for subject in wanted if mode or gl is False or subject.on_screen]
        for outcome in run_zoo(asked, folder / ("gl" if mode else "no-gl"), rounds, gl=mode):
            outcomes.append(outcome)
            with (folder / "outcomes.jsonl").open("ab") as file:
                file.write(msgspec.json.encode(outcome) + b"\n")
            click.echo(_line(outcome))
    return outcomes


def _line(outcome: Outcome) -> str:
    if not outcome.ran:
        what = f"lacks {', '.join(outcome.lacking)}" if outcome.lacking else f"did not sign up: {outcome.error[-200:]}"
        return f"{outcome.subject:28} {what}"
    sign = "  " if outcome.as_wanted else "!!"
    weighty = [f"{one['check']} {one['weight']}" for one in outcome.findings if one["weight"]]
    judged = f"{outcome.verdict or '-':8}{outcome.decision:10}{outcome.score if outcome.score is not None else '-':>6}"
    return f"{sign} {outcome.subject:25} {judged}  {', '.join(weighty)}"


def _keep(folder: Path, outcomes: list[Outcome]) -> None:
    """Keeps the gate's record of each visit, one file each."""
    kept = folder / "visits"
    kept.mkdir(exist_ok=True)
    for mode in ("gl", "no-gl"):
        if not (folder / mode).is_dir():
            continue
        lines = records(folder / mode, outcomes)
        for outcome in outcomes:
            if outcome.visit in lines:
                (kept / f"{outcome.subject}.{mode}.{outcome.round}.json").write_bytes(lines[outcome.visit] + b"\n")


if __name__ == "__main__":
    main()
