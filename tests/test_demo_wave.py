"""The demo's wave, which stays on this machine, and the command that starts the demo."""

from __future__ import annotations

import re
import socket
import tomllib
from pathlib import Path
from random import Random

import pytest

from hushgate.payload import read_record
from hushgate_demo import launch
from hushgate_demo.wave import bots, people
from hushgate_demo.wave.client import Server
from hushgate_demo.wave.replay import gather, run


@pytest.mark.parametrize("count", [1, 9, 10, 37, 120, 4239])
def test_a_wave_has_the_proportions_of_the_seed(count: int) -> None:
    shares = bots.shares(count)
    assert sum(shares.values()) == count and min(shares.values()) >= (count >= 10)
    assert count != 4239 or shares == {row.country: row.sessions for row in bots.TABLE}


def test_a_wave_is_the_same_for_the_same_seed() -> None:
    first, second = gather(40, 3, 7), gather(40, 3, 7)
    assert [(one.ip, one.signals) for one in first] == [(one.ip, one.signals) for one in second]
    assert not {one.email for one in first} & {one.email for one in second}


def test_a_wave_tells_stories_that_the_gate_can_read() -> None:
    for visitor in [*(bots.make(Random(1), row, 1, "x") for row in bots.TABLE), people.make(Random(1), 2, "x")]:
        payload = read_record(visitor.signals, visitor.missing)
        assert set(payload.signals) == set(visitor.signals)


@pytest.mark.parametrize(
    "url", ["http://example.com", "https://127.0.0.1", "http://127.0.0.1.example.com:80", "http://10.0.0.1"]
)
def test_a_wave_goes_to_this_machine_only(url: str) -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        Server(url)
    with pytest.raises(SystemExit, match="not on this machine"):
        run(url, "http://127.0.0.1:8100")


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=rf"port {port}, for the demo site, is taken(.|\n)*DEMO_PORT={port + 1}"):
            launch.run_demo(port, port - 1, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_taken_ports_are_named_in_one_command_that_works(tmp_path: Path) -> None:
    with socket.socket() as one, socket.socket() as other:
        for held in (one, other):
            held.bind(("127.0.0.1", 0))
            held.listen()
        ports = one.getsockname()[1], other.getsockname()[1]
        with pytest.raises(SystemExit) as caught:
            launch.run_demo(*ports, tmp_path)
        said = re.search(r"choose other ports: DEMO_PORT=(\d+) GATE_PORT=(\d+) make demo", str(caught.value))
        assert said and len({*map(int, said.groups()), *ports}) == 4, caught.value
        with pytest.raises(SystemExit) as caught:  # one of them, beside a gate's port that is free
            launch.run_demo(ports[0], ports[0] + 1, tmp_path)
        assert f"DEMO_PORT={ports[0] + 1} make" not in str(caught.value)


def test_the_demo_judges_as_it_ships(tmp_path: Path) -> None:
    """A check that the demo put up with for its wave would be one that bots need not mind there."""
    settings = tomllib.loads(launch.write_settings(tmp_path).read_text())
    assert settings["sites"]
    assert not any({"checks", "policy"} & site.keys() for site in settings["sites"].values())
