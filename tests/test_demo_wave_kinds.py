"""The seeds' waves, each as large as it was, against the layer "mail" alone; one of them, small, over HTTP against the demo.

Everybody is judged human here: what is stopped is stopped by the address. `hushgate demo --wave NAME` replays them in full.
"""

from __future__ import annotations

import itertools
import re
import string
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from anyascii import anyascii
from faker import Faker

from hushgate.caller import address_prefix
from hushgate.payload import read_record
from hushgate.settings import MAIL
from hushgate.signup.mail.address import read
from hushgate.signup.mail.layer import alarm_of, judge, score
from hushgate.signup.mail.records import Ledger
from hushgate.signup.mail.rule import Subject
from hushgate.state.local import LocalState
from hushgate_demo.wave import WAVES, people
from hushgate_demo.wave.client import Visit
from hushgate_demo.wave.crowd import HOUR, in_a_group
from hushgate_demo.wave.driver import INTERACTIONS, with_user_agent
from hushgate_demo.wave.kinds import KINDS, Kind
from hushgate_demo.wave.layers import count, layered
from hushgate_demo.wave.timed import HANDS, gather
from hushgate_demo.wave.timed import replay as send
from hushgate_demo.wave.visitor import Signup
from running import running_demo
from test_mail_records import look

OWN = {setting.name: setting.default for setting in MAIL}
START = 1_700_000_000.0
TAG = "4b1d"


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


def decide(folder: Path, signups: list[Signup], *, driven: bool = False) -> dict[bool, Counter[str]]:
    """What the rules decide of each side; True are the people. ``driven`` is whether the verdict stops the wave."""
    clock, said = Clock(), {True: Counter[str](), False: Counter[str]()}
    state = LocalState(folder / "state", clock=clock)
    ledger = Ledger(state, "site", b"k" * 32)
    for one in signups:
        clock.now = START + one.at - signups[0].at
        address = read(one.visitor.email)
        records = look(ledger, address, address_prefix(one.visitor.ip))
        flags = judge(Subject(address, records), OWN)
        points = score(flags, suspect=False)
        decision = "ghost" if points >= OWN["ghost_at"] else "challenge" if points >= OWN["challenge_at"] else "allow"
        alarm, doubted = alarm_of([flag.rule for flag in flags]), any(flag.rule.doubts for flag in flags)
        network = address_prefix(one.visitor.ip) if doubted else ""
        stopped = driven and not one.visitor.person
        let_in = decision == "allow" and not alarm and not stopped
        ledger.settle(address, records, let_in=let_in, alarm="" if stopped else alarm, doubt=network)
        said[one.visitor.person][decision] += 1
    state.close()
    return said


SEEDS = range(1, 9)
MOST, WORST = 0.02, 0.03
"""Of a wave, what is let in over all seeds, and with the worst of them: nothing shows before the first that looks made up."""


def let_in(folder: Path, kind: Kind) -> list[float]:
    """The share of a wave that becomes real rows, for each seed; no person is ghosted, and the most are not asked."""
    shares = []
    for seed in SEEDS:
        (folder / str(seed)).mkdir()
        said = decide(folder / str(seed), gather(kind, "person", kind.count, 100, 60, seed, tag=TAG))
        assert said[False].total() == kind.count and said[True].total() == 100 + 60 + 45
        assert said[True]["ghost"] == 0 and said[True]["allow"] > said[True].total() / 2 - 10
        shares.append(said[False]["allow"] / kind.count)
    return shares


@pytest.mark.parametrize("name", KINDS)
def test_the_address_alone_stops_a_wave_and_refuses_nobody(tmp_path: Path, name: str) -> None:
    shares = let_in(tmp_path, KINDS[name])
    assert sum(shares) / len(shares) <= MOST and max(shares) <= WORST, shares


def another(random: Random, count: int, seconds: float, tag: str) -> list[Signup]:
    """A wave that was not looked at when the rules were made: other names, ways to write them, providers and domains."""
    source = Faker("uk_UA")
    source.seed_instance(random.randrange(1000))
    places = (*["yahoo.com"] * 4, *["outlook.com"] * 5, *(f"post{tag}{letter}.com" for letter in "ab"))
    made = []
    for _ in range(count):
        first, last = (
            re.sub("[^a-z]", "", anyascii(name).lower()) for name in (source.first_name(), source.last_name())
        )
        ways = (f"{first}.{last}", f"{last}{first[:1]}", f"{first}{last}{random.randrange(1000)}")
        strange = "".join(random.choices(string.ascii_lowercase + string.digits, k=random.randrange(9, 14)))
        local = strange if random.random() < 0.45 else random.choice(ways)
        visitor = people.make(random, 0, "")
        visitor = replace(visitor, email=f"{local}@{random.choice(places)}", person=False)
        made.append(Signup(random.uniform(0, seconds), visitor))
    return made


@pytest.mark.parametrize("hours", [1, 6, 20])
def test_a_wave_of_other_names_and_paces_is_stopped_too(tmp_path: Path, hours: int) -> None:
    shares = let_in(tmp_path, Kind("another", "", 300, hours * HOUR, another))
    assert sum(shares) / len(shares) <= MOST and max(shares) <= 0.05, shares


@pytest.mark.parametrize("name", KINDS)
def test_nobody_is_asked_for_a_wave_that_the_verdict_stops(tmp_path: Path, name: str) -> None:
    said = decide(tmp_path, gather(KINDS[name], "person", KINDS[name].count, 100, 60, 1, tag=TAG), driven=True)
    assert said[True]["ghost"] == 0 and said[True]["challenge"] <= 24 + 9 + 3, "the university, the company, and chance"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_a_wave_only_new_crowds_are_asked(tmp_path: Path, seed: int) -> None:
    signups = [one for one in gather(KINDS["providers"], "person", 1, 300, 60, seed, tag=TAG) if one.visitor.person]
    asked = decide(tmp_path, signups)[True]
    assert asked["ghost"] == 0 and asked["challenge"] <= 24 + 9 + 3, "the university, the company, and chance"


def test_waves_have_the_seeds_numbers() -> None:
    assert list(WAVES) == ["botnet", *KINDS] and KINDS["providers"].count == 340 and KINDS["sequence"].count == 214
    bots = [one for one in gather(KINDS["sequence"], "driver", 214, 0, 0, 1, tag=TAG) if not one.visitor.person]
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(bots)]
    assert min(gaps) >= 1.2 and max(gaps) <= 1.8
    agents = [dict(one.visitor.headers)["User-Agent"] for one in bots]
    assert len(set(agents)) == 4 and agents[:4] == agents[4:8]
    assert len({one.visitor.ip for one in bots}) > 205
    assert {one.visitor.signals["interaction"]["filled"] for one in bots} == {3} and len(INTERACTIONS) == 4
    day = [one for one in gather(KINDS["one-address"], "person", 300, 0, 0, 1, tag=TAG) if not one.visitor.person]
    assert len({one.visitor.ip for one in day}) == 1 and day[-1].at - day[0].at > 20 * HOUR


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("hand", HANDS)
def test_waves_tell_stories_that_the_gate_can_read(name: str, hand: str) -> None:
    for one in gather(KINDS[name], hand, 12, 3, 1, 1, tag=TAG):
        payload = read_record(one.visitor.signals, one.visitor.missing)
        assert set(payload.signals) == set(one.visitor.signals)
    visitor = with_user_agent(one.visitor, 2)
    assert read_record(visitor.signals, {}).signals["user_agent"].count("Chrome/155") == 1


def test_the_table_says_how_many_ordinary_people_were_asked_and_why() -> None:
    """A crowd of one new domain within an hour looks as a wave does: it is put in on purpose, and its share is told apart."""
    asked = {"layer": "mail", "code": "mail-domain-burst", "decision": "challenge", "row": False}
    let_in = {"layer": None, "code": None, "decision": "allow", "row": True}
    signups = gather(KINDS["sequence"], "person", 1, 20, 0, 1, tag=TAG)
    people = [replace(one.visitor, email=f"{place}.{one.visitor.email}") for place, one in enumerate(signups)]
    log = {one.email: asked if in_a_group(one.email) else let_in for one in people}
    log[next(one.email for one in people if one.person and not in_a_group(one.email))] = asked
    table = count("", [Visit(one, 200, converted=False) for one in people], log)
    assert (table.ordinary.asked, table.ordinary.refused, table.wave.asked) == (34, 0, 0)
    said = layered(table)
    assert (
        re.search(r"asked for a step more +0 +34\n", said)
        and "33 of 33 were asked" in said
        and "1 of the 32 others" in said
    )


def test_a_small_wave_against_the_demo_over_http(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_demo(tmp_path) as demo:
        (table,) = send(demo.url, demo.gate, name="sequence", count=24, people=6, earlier=6, hands=["person"])
    assert table.troubles == {} and table.wave.tried == 24 and table.ordinary.tried == 6 + 6 + 45
    assert table.wave.rows <= 2, "numbers in a row show from the third on"
    assert table.wave.stopped["mail", "mail-sequence", "challenge"] >= 22
    assert table.ordinary.refused == 0
    printed = capsys.readouterr().out
    assert re.search(rf"asked for a step more +{table.wave.asked} +{table.ordinary.asked}\n", printed)
    assert "81 of 81" in printed and re.search(r"at once: [1-9]\d* seconds at the least", printed)
    assert "by the wave's own clock" in printed and "mail-sequence" in printed and "real rows" in printed
