"""What one decision of the door costs, in one process: CPU time in all, and of it what each layer takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.pools import mail_of, new_token
from hushgate import admission
from hushgate.caller import Caller, read_caller
from hushgate.house import House
from hushgate.signup.door import Door
from hushgate.signup.layer import Asking
from stories import HEADERS, SITE

COUNT = 1500


def decide(house: House) -> dict[str, float]:
    """Microseconds a decision: "all", "all, at the 95th percentile", and each layer. Every signup is another visitor's."""
    site, spent = house.site(SITE), dict[str, float]()
    door = house.room(Door)
    for layer in door.layers:
        for verb in ("ask", "hear", "settle") if isinstance(layer, Asking) else ("look", "settle"):
            object.__setattr__(layer, verb, _timed(spent, layer.name, getattr(layer, verb)))
    whole = [_one(house, site, number) for number in range(COUNT)][COUNT // 10 :]  # the first ones fill the caches
    micros = {layer: 1e6 * seconds / COUNT for layer, seconds in spent.items()}
    return {
        "all": 1e6 * statistics.mean(whole),
        "all, at the 95th percentile": 1e6 * statistics.quantiles(whole, n=20)[18],
        **micros,
    }


def _one(house: House, site: Any, number: int) -> float:
    environ: dict[str, Any] = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in HEADERS.items()}
    environ["REMOTE_ADDR"] = f"84.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    token, email = new_token(house), mail_of(number)
    began = time.thread_time()
    caller: Caller = read_caller(environ, ())
    admitted = admission.admit(
        house, site, caller, token=token, action="signup", hostname=None, email=email, form={"website": ""}
    )
    seconds = time.thread_time() - began
    if not admitted.allowed:
        raise RuntimeError(f"the bench's visitors are to be let in: {admitted.reason}")
    return seconds


def _timed(spent: dict[str, float], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*values: Any) -> Any:
        began = time.thread_time()
        try:
            return call(*values)
        finally:
            spent[name] = spent.get(name, 0.0) + time.thread_time() - began

    return timed
