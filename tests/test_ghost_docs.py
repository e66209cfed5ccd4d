"""docs/ghosts.md says what the code does: its table is made from the shapes, its figures from the constants and the settings."""

from __future__ import annotations

import os
import re
from pathlib import Path

from command_line import run
from hushgate.config import parse
from hushgate.ghost import Ghosts, Hooks, fields, pace
from hushgate.ghost.fiction import Fiction
from hushgate.ghost.ids import SHAPES, IdRules, open_shape
from hushgate.ghost.shapes import SAFE_BITS, ObjectId, Own
from hushgate.house import TEST_OUTCOMES
from hushgate.testing.compare import TIMED
from test_ghost_classifier import BOUND, EACH

FILE = Path(__file__).parents[1] / "docs" / "ghosts.md"
PAGE = FILE.read_text(encoding="utf-8")
HOOKS = Hooks(is_real=lambda _: False, next_id=lambda: 1)
TABLE = re.compile(r"\| `ghost_id` \|.*?\n\n|<!-- shapes:.*?-->\n", re.DOTALL)


def table() -> str:
    """The shapes with their rates. ``WRITE_DOCS=1`` in the environment writes it into the page."""
    lines = ["| `ghost_id` | bits of the mark | a real id has it by chance | `is_real` |", "|---|---|---|---|"]
    for name in SHAPES:
        bits = open_shape(IdRules(name), HOOKS).bits
        needed = "required" if bits < SAFE_BITS else "not needed"
        lines.append(f"| `{name}` | {bits} | once in {1 << bits:,} | {needed} |")
    return "\n".join(lines) + "\n\n"


def test_the_table_of_shapes_is_that_of_the_code() -> None:
    if os.environ.get("WRITE_DOCS"):
        FILE.write_text(TABLE.sub(lambda _: table(), PAGE, count=1), encoding="utf-8")
    assert table() in FILE.read_text(encoding="utf-8")


def test_the_figures_are_those_of_the_code() -> None:
    site = parse({"sites": {"shop": {"hostnames": ["shop.example"]}}}, {}, "test settings").sites["shop"]
    rules, policy = site.ghosts, site.rules.policy
    for words in (
        f"`ghost_days` ({rules.days})",
        f"`ghost_pace_first` ({rules.pace_first * 1000:.0f} ms)",
        f"`ghost_pace_cap` ({rules.pace_cap:.0f} s)",
        f"`quarantine_lost` decides, `{policy.quarantine_lost}`",
        f"a score of {policy.ghost_at:.0f}",
        f"The fields have {fields.BYTES_MAX // 1024} KiB together",
        f"The last {pace.KEPT} timings",
        f"{pace.REAL_MAX_S * 1000:.0f} ms at the most",
        f"one of {ObjectId.SLOTS} processes",
        f"from {TIMED} answers on each side",
        f"{EACH:,} real and {EACH:,} ghost answers",
        f"of {BOUND} by",
    ):
        assert words in PAGE, words
    assert pace.WINDOW_S == 300 and "of the last five minutes" in PAGE
    integer, own = (open_shape(IdRules(name), HOOKS) for name in ("integer", "own"))
    assert isinstance(integer, Own) and 1 << integer.bits == 4 and f"{1 << own.bits} times on average" in PAGE


def test_every_name_in_the_page_is_there() -> None:
    for name in re.findall(r"gate\.ghosts\.(\w+)", PAGE):
        assert hasattr(Ghosts, name) or name in ("pace", "fiction"), name
    for name in re.findall(r"`(?:gate\.ghosts\.)?fiction\.(\w+)", PAGE):
        assert hasattr(Fiction, name), name
    for name in ("on_restore", "is_real", "next_id"):
        assert name in Hooks.__annotations__ and name in PAGE
    for _, decision in TEST_OUTCOMES.values():
        assert f"`{decision}`" in PAGE
    for command in re.findall(r"hushgate ghosts (\w+)", PAGE):
        run("ghosts", command, "--help")
    for link in re.findall(r"\]\((\.\./[^)]+)\)", PAGE):
        assert (FILE.parent / link).resolve().is_file(), link
    for example in ("password", "token", "card_number", "contraseña"):
        assert fields.looks_secret(example) and f"`{example}`" in PAGE
