"""A wave of made-up signups, replayed over HTTP against the running demo: bots like the first seed's, and people."""

from hushgate_demo.wave.replay import run as run
from hushgate_demo.wave.tally import Summary as Summary
