"""Waves of made-up signups, replayed over HTTP against the running demo: bots as the seeds tell of them, and people among them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hushgate_demo.wave.kinds import KINDS
from hushgate_demo.wave.replay import run as run
from hushgate_demo.wave.tally import Summary as Summary
from hushgate_demo.wave.timed import replay as replay

WAVES: dict[str, Callable[..., Any]] = {"botnet": run, **{name: partial(replay, name=name) for name in KINDS}}
"""What replays each wave, by its name. Each takes the URLs of demo and gate, and count, people and seed."""
