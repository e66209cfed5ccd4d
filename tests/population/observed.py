"""Browsers as they were observed: the network of PyPI's apify-fingerprint-datapoints.

The package holds a Bayesian network made from some 14,000 observed browsers. The user agent is its root and nearly every other field is
a child of the user agent alone, so pairs of a user agent and a field are as they were observed, and pairs of other fields
are a product: nothing may be learned from those. It is read here directly, because browserforge, which samples it too, draws from the
global random state and adds headers that no browser sends (Sec-Fetch-Site: ?1).

What is no person is left out, and only by what says so by itself:

- a brand list that names HeadlessChrome;
- client hints without a platform, which is what Network.setUserAgentOverride leaves where a driver gives no metadata with it
  (https://chromedevtools.github.io/devtools-protocol/tot/Network/#method-setUserAgentOverride); 0.3 % of the observations;
- a navigator.platform of another system than the user agent's: the same observations, as the shares show (on Chrome 147 for macOS both are
  0.22 %), nearly all of them Linux machines that draw with SwiftShader and say Windows or macOS;
- a user agent that names a robot.

A user agent of which a quarter of the observations is of that sort is left out whole; of any other the values are. Nothing else is: SwiftShader,
800 by 600, odd numbers of processors and windows larger than their screens stay.
"""

from __future__ import annotations

import json
import re
import zipfile
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from apify_fingerprint_datapoints import get_fingerprint_network

TOO_MANY = 0.25
_ROBOT = re.compile(r"compatible;|bot\b|HeadlessChrome|Nexus 5 Build/MRA58N", re.IGNORECASE)
"""The Nexus 5 of this build is the device that developer tools and crawlers pretend to be."""

_PLATFORMS = (
    ("Windows", ("Win",)),
    ("iPhone", ("iPhone",)),
    ("iPad", ("iPad",)),
    ("Android", ("Linux arm", "Linux aarch", "Linux x86_64", "Linux i686")),
    ("CrOS", ("Linux",)),
    ("Macintosh", ("Mac",)),
    ("Linux", ("Linux",)),
)


@cache
def _tables() -> dict[str, dict[str, Any]]:
    """Field to its table of probabilities."""
    with zipfile.ZipFile(get_fingerprint_network()) as archive:
        network = json.loads(archive.read(archive.namelist()[0]))
    return {node["name"]: node["conditionalProbabilities"] for node in network["nodes"]}


def _read(value: str) -> Any:
    """A value of the network: a text, JSON behind a mark, or None where it was missing."""
    if value == "*MISSING_VALUE*":
        return None
    return json.loads(value.removeprefix("*STRINGIFIED*")) if value.startswith("*STRINGIFIED*") else value


def platform_fits(agent: str, platform: str) -> bool:
    """Whether navigator.platform is one of the system that the user agent names."""
    return next((platform.startswith(good) for name, good in _PLATFORMS if name in agent), True)


def _of_a_driver(agent: str, field: str, value: Any) -> bool:
    if field == "platform":
        return value is not None and not platform_fits(agent, value)
    if field == "userAgentData" and value is not None:
        return not value["platform"] or "Headless" in str(value["brands"])
    return False


@cache
def _values(agent: str, field: str) -> tuple[tuple[Any, ...], tuple[float, ...], float]:
    """The values of a field that a person's browser may have, their weights summed up, and the share that was left out."""
    pairs = [(_read(value), weight) for value, weight in _tables()[field]["deeper"][agent].items()]
    kept = [(value, weight) for value, weight in pairs if not _of_a_driver(agent, field, value)]
    total = sum(weight for _, weight in pairs)
    lost = 1 - sum(weight for _, weight in kept) / total
    return tuple(value for value, _ in kept), tuple(accumulate(weight for _, weight in kept)), lost


def _is_person(agent: str) -> bool:
    told = all(_values(agent, field)[2] < TOO_MANY for field in ("platform", "userAgentData"))
    return told and not _ROBOT.search(agent)


@cache
def agents(pattern: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The user agents of people that match a pattern, and their weights, summed up."""
    found = [(agent, weight) for agent, weight in _tables()["userAgent"].items() if re.search(pattern, agent)]
    people = [(agent, weight) for agent, weight in found if _is_person(agent)]
    return tuple(agent for agent, _ in people), tuple(accumulate(weight for _, weight in people))


def draw_agent(random: Random, pattern: str = "") -> str:
    """A user agent, as often as it was observed among those that match."""
    found, sums = agents(pattern)
    return random.choices(found, cum_weights=sums)[0]


def draw(random: Random, agent: str, field: str) -> Any:
    """A field's value, as often as it was observed with this user agent; None where it was missing."""
    values, sums, _ = _values(agent, field)
    return random.choices(values, cum_weights=sums)[0]


def left_out() -> float:
    """The share of all observations that was left out as no person's, user agents and values together."""
    table = _tables()["userAgent"]
    share = 0.0
    for agent, weight in table.items():
        lost = max(_values(agent, field)[2] for field in ("platform", "userAgentData"))
        share += weight * (lost if _is_person(agent) else 1)
    return share
