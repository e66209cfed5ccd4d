"""The sliding window as arithmetic: what it promises holds, and Lua reckons as Python does."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushgate.state import Limit
from hushgate.state.limits import wait_seconds
from hushgate.state.lua import Script
from servers import Server
from stores import DAY

WINDOWS = given(
    st.integers(0, 20), st.integers(1, DAY), st.floats(0, 1, exclude_max=True), st.integers(0, 25), st.integers(0, 25)
)


@WINDOWS
def test_a_hit_after_the_wait_is_allowed(amount: int, window: int, part: float, current: int, previous: int) -> None:
    limit, now = Limit("x", amount, window), float(window * 1000 + int(part * window))
    wait = wait_seconds(limit, now, current, previous)
    if not wait:
        assert current + 1 <= amount
    elif amount and current <= amount:  # nobody ever counts more than the amount
        later = now + wait
        passed = int(later // window) - 1000
        hits = {0: (current, previous), 1: (0, current)}.get(passed, (0, 0))
        assert wait_seconds(limit, later, *hits) == 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@WINDOWS
def test_lua_reckons_as_python_does(
    server: Server, amount: int, window: int, part: float, current: int, previous: int
) -> None:
    now = window * 1000 + part * window
    text = Script("limits").text + "\nreturn wait_seconds(unpack(ARGV))"
    text = text.replace("unpack(ARGV)", ", ".join(f"tonumber(ARGV[{index}])" for index in range(1, 6)))
    said = server.command("EVAL", text, 0, amount, window, repr(now % window), current, previous)
    assert said == wait_seconds(Limit("x", amount, window), now, current, previous)
