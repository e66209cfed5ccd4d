"""The demo's clock, which waves set: it never goes back, it counts what the door counts, and nobody else's site has one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hushgate.state import Count, Lease, Limit, Quota
from hushgate.state.local import LocalState
from hushgate_demo.clock import Clock, CountingState, blueprint
from hushgate_demo.settings import Settings
from stores import take, tally


def client(clock: Clock) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint(clock))
    return app.test_client()


def test_it_stands_where_it_is_set_and_runs_on_from_there() -> None:
    clock = Clock()
    site = client(clock)
    later = site.get("/operator/clock").get_json()["now"] + 1000
    assert site.post("/operator/clock", data={"now": later}).get_json() == {"now": later} and clock() == later
    for wrong in (later - 1, "soon", 1e300):
        answer = site.post("/operator/clock", data={"now": wrong})
        assert answer.status_code == 400 and answer.get_json()["error"].startswith("now: expected")
    assert later <= site.delete("/operator/clock").get_json()["now"] < later + 60 and clock() > later


def test_a_site_has_none_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert not Settings.from_env({"FERNPOST_DATA": str(tmp_path)}).clock


def test_counters_go_by_it_and_leases_do_not(tmp_path: Path) -> None:
    clock = Clock()
    state = CountingState(LocalState(tmp_path / "state"), tmp_path, clock)
    one, quota = [Limit("x", 1, 60)], [Quota("y", 1, 60)]
    state.ping()
    assert state.hit("a", one).allowed and not state.test("a", one).allowed and take(state, "a", quota).allowed
    assert tally(state, "a", [Count("z", 60)]).counts == (1,)
    assert state.spend("a", "n", 60) and state.lease("a", "t", "ann", 60, spend=False) is Lease.GRANTED
    clock.set(clock() + 3600)
    assert state.hit("a", one).allowed and take(state, "a", quota).allowed
    assert tally(state, "a", [Count("z", 60)]).counts == (1,)
    assert not state.spend("a", "n", 60) and state.lease("a", "t", "bob", 60, spend=False) is Lease.REPLAYED
    state.release("a", "t", "ann")
    assert state.commit("a", "t", "bob", 60)
    while state.sweep():
        pass
    state.close()


def test_it_cannot_be_set_absurdly_far() -> None:
    with pytest.raises(ValueError, match="now: expected seconds"):
        Clock().set(10**12)
