"""The population: who is in it, what the shipped checks make of it, and whether the committed figures still hold."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import NamedTuple

import pytest

from hushgate.calibration import Calibration, Figure, Tally, read_labelled, shipped
from hushgate.calibration.figures import COMMON_SHARE, COMMON_WEIGHT, HARD_SHARE
from hushgate.payload import read_record
from hushgate.registry import Check, Tier, all_checks
from hushgate.visit import read_visit
from population import KINDS, Person, people
from population.__main__ import COMMAND, SEED, VISITS
from population.forgers import forgers
from population.observed import left_out

COUNT = 5000
SCORING = [check for check in all_checks() if check.weight]
# Of each kind, people at home on ordinary devices and all others. Measured on 14,000: no bot, 0.03 % suspects at home, and 0.6 % behind companies' proxies.
BOTS, SUSPECTS = 0.001, 0.02


class Judged(NamedTuple):
    """The people, what came of them by kind, and the figures."""

    people: list[Person]
    verdicts: dict[str, Counter[str]]
    figures: Calibration


@pytest.fixture(scope="module")
def judged() -> Judged:
    everybody, verdicts, tally = list(people(COUNT, SEED)), defaultdict[str, Counter[str]](Counter), Tally()
    for one in everybody:
        result = tally.add(read_visit(json.dumps(one.record)), person=True).judged
        verdicts[one.kind].update([result.verdict, f"decision {result.decision}"])
    return Judged(everybody, verdicts, tally.result())


def test_nobody_is_ghosted(judged: Judged) -> None:
    assert all(found["decision ghost"] == 0 for found in judged.verdicts.values())


@pytest.mark.parametrize("kind", KINDS)
def test_people_are_let_in(judged: Judged, kind: str) -> None:
    found = judged.verdicts[kind]
    met = sum(found[verdict] for verdict in ("human", "suspect", "bot"))
    assert met > 30
    assert found["bot"] <= BOTS * met and found["suspect"] <= SUSPECTS * met, found


def test_they_come_from_forty_countries_with_real_networks(judged: Judged) -> None:
    home = [one.record["network"] for one in judged.people if one.kind == "home"]
    assert len({network["country"] for network in home}) >= 40
    assert {network["kind"] for network in home} == {"access"} and len({network["org"] for network in home}) > 300


def test_the_same_seed_gives_the_same_people(judged: Judged) -> None:
    again = [one.record for one in people(50, SEED)]
    assert again == [one.record for one in judged.people[:50]]
    assert again != [one.record for one in people(50, SEED + 1)]


def test_every_record_is_whole(judged: Judged) -> None:
    """Each signal has the shape that the gate reads, or a reason for not being there."""
    for one in judged.people[:500]:
        visit = read_visit(json.dumps(one.record))
        payload = read_record(visit.signals, visit.missing)
        told = {**payload.story.signals, **payload.moment}
        assert set(told) == set(one.record["signals"]), one.record["id"]
        assert not set(one.record["signals"]) & set(one.record["missing"])


def test_what_is_no_person_is_left_out(judged: Judged) -> None:
    agents = " ".join(one.record["signals"]["user_agent"] for one in judged.people)
    assert "Headless" not in agents and "compatible;" not in agents
    assert 0.003 < left_out() < 0.01


@pytest.mark.parametrize("check", SCORING, ids=lambda check: check.name)
def test_a_default_weight_is_one_that_the_figures_allow(check: Check) -> None:
    figure = shipped().figure(check.name)
    assert figure is not None, f"{check.name} scores and was never counted: run `{COMMAND}`"
    if check.tier is Tier.HARD:
        assert figure.people.share <= HARD_SHARE
    else:
        assert check.weight <= figure.limit, f"{check.name} weighs {check.weight}, and the records allow {figure.limit}"


@pytest.mark.parametrize("check", SCORING, ids=lambda check: check.name)
def test_what_fires_on_people_decides_nothing(judged: Judged, check: Check) -> None:
    """Counted anew, whatever the committed figures say."""
    figure = judged.figures.figure(check.name)
    assert figure is not None
    assert check.tier is not Tier.HARD or figure.people.share <= HARD_SHARE
    assert check.weight <= COMMON_WEIGHT or figure.people.share <= COMMON_SHARE


def test_the_committed_figures_are_not_stale(judged: Judged) -> None:
    """People fire as often as it says, and what the bots on record are worth has not moved by ten points."""
    bots = Tally().add_all(one for one in read_labelled([VISITS]) if not one.person)
    for record in forgers(SEED):
        bots.add(read_visit(json.dumps(record)), person=False)
    fresh = bots.result()
    stale = []
    for old in shipped().checks:
        now, others = judged.figures.figure(old.check), fresh.figure(old.check)
        if now is None or others is None:
            stale.append(f"{old.check} is no more")
        elif not (
            now.people.interval.low <= old.people.interval.high and old.people.interval.low <= now.people.interval.high
        ):
            stale.append(f"{old.check}: people {now.people}, on record {old.people}")
        elif abs(Figure(old.check, old.people, others.bots).earned - old.earned) > 10:
            stale.append(f"{old.check}: bots {others.bots}, on record {old.bots}")
    assert not stale, f"run `{COMMAND}`: {stale}"
