"""A load on loopback, by wrk, from a pool of bodies that are each sent once."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

SCRIPT = """
local bodies = {}
for line in io.lines("POOL") do bodies[#bodies + 1] = line end
local at, refused = 0, 0
request = function()
  at = at % #bodies + 1
  return wrk.format("POST", nil, {HEADERS}, bodies[at])
end
"""


class Exhausted(Exception):
    """The pool was smaller than what the server took: bodies were sent twice, and the figure would be wrong."""


def have_wrk() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def drive(url: str, pool: Path, size: int, headers: dict[str, str], seconds: int) -> float:
    """Requests per second. Raises Exhausted, or RuntimeError where an answer was not 200."""
    table = ", ".join(f'["{name}"] = {value!r}' for name, value in headers.items())
    script = pool.with_suffix(".lua")
    script.write_text(SCRIPT.replace("POOL", str(pool)).replace("HEADERS", table))
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), url]
    out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(f"the server refused: {out}")
    sent = int(_told(r"(\d+) requests in", out))
    if "floor" not in url and sent > size:
        raise Exhausted(f"{sent} requests from a pool of {size}")
    return float(_told(r"Requests/sec:\s+([\d.]+)", out))


def _told(pattern: str, out: str) -> str:
    """A figure of wrk's. Raises RuntimeError where it told none."""
    found = re.search(pattern, out)
    if found is None:
        raise RuntimeError(f"wrk did not say how fast it was: {out}")
    return found.group(1)
