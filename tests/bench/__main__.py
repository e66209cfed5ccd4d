"""Runs the benchmark and prints its figures. Nothing is asserted: machines are noisy, and the ratios are to be read."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from bench.browser import measure
from bench.door import decide
from bench.load import drive, have_wrk
from bench.pools import admit_bodies, siteverify_bodies, verdict_bodies
from bench.serving import SETTINGS, serving
from bench.stages import stages
from hushgate.config import load
from hushgate.house import House, open_house
from hushgate.keys import hash_secret, new_key, new_secret
from servers import redis_server
from stories import HEADERS, HOST, SITE

ROUNDS = 3
SECONDS = 3
POOL = 50_000


class Load(NamedTuple):
    """One kind of request: where it goes, with which headers, and what fills a pool with so many bodies."""

    path: str
    headers: dict[str, str]
    fill: Callable[[Path, int], None]


def loads(house: House, secret: str) -> dict[str, Load]:
    """What is driven, by name."""
    page = {**{name: value for name, value in HEADERS.items() if name != "host"}, "content-type": "text/plain"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    return {
        "verdict, a wave of one browser": Load("verdict", page, lambda path, count: verdict_bodies(house, path, count)),
        "verdict, 300 browsers": Load(
            "verdict", page, lambda path, count: verdict_bodies(house, path, count, stories=300)
        ),
        "verdict, each its own browser": Load(
            "verdict", page, lambda path, count: verdict_bodies(house, path, count, stories=count)
        ),
        "siteverify": Load("siteverify", form, lambda path, count: siteverify_bodies(house, secret, path, count)),
        "admit": Load(
            "admit",
            {"content-type": "application/json"},
            lambda path, count: admit_bodies(house, secret, path, count),
        ),
    }


def compare(url: str, folder: Path, house: House, secret: str) -> dict[str, list[float]]:
    """Ratios to the floor, round by round, the two driven in turn."""
    ratios: dict[str, list[float]] = defaultdict(list)
    pool = folder / "pool.txt"
    for _ in range(ROUNDS):
        for name, kind in loads(house, secret).items():
            kind.fill(pool, POOL)
            floor = drive(f"{url}/floor", pool, POOL, kind.headers, SECONDS)
            ours = drive(f"{url}/v1/{kind.path}", pool, POOL, kind.headers, SECONDS)
            ratios[name].append(ours / floor)
            print(f"  {name:30} {ours:7.0f}/s  floor {floor:7.0f}/s  ratio {ours / floor:.2f}", flush=True)
    return ratios


def memory_kib(pid: int) -> tuple[int, int]:
    """Memory of a process and its children, in KiB: its own, and that of files it has mapped, which are the system's to take back."""
    own = mapped = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if fields.get("Pid", "").strip() == str(pid) or fields.get("PPid", "").strip() == str(pid):
            own += int(fields.get("RssAnon", "0 kB").split()[0])
            mapped += int(fields.get("RssFile", "0 kB").split()[0])
    return own, mapped


def grow(url: str, pid: int, folder: Path, house: House) -> None:
    """Memory before and after 100,000 visits."""
    pool = folder / "grow.txt"
    headers = {name: value for name, value in HEADERS.items() if name != "host"}
    sizes = [memory_kib(pid)]
    sent = 0.0
    while sent < 100_000:
        verdict_bodies(house, pool, POOL)
        sent += drive(f"{url}/v1/verdict", pool, POOL, headers, 7) * 7
        sizes.append(memory_kib(pid))
    for what, kib in zip(("memory", "mapped files"), zip(*sizes, strict=True), strict=True):
        print(f"{what} after 0 to {sent:.0f} visits, MiB: {', '.join(f'{size / 1024:.0f}' for size in kib)}")


def _store(name: str, args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as text, redis_server() if name == "redis" else nullcontext() as redis:
        folder, secret = Path(text), new_secret()
        settings = folder / "hushgate.toml"
        settings.write_text(SETTINGS.format(data=folder / "data", site=SITE, host=HOST, hash=hash_secret(secret)))
        environ = {**os.environ, "HUSHGATE_CONFIG": str(settings), "HUSHGATE_KEYS": new_key()}
        if redis is not None:
            environ["HUSHGATE_REDIS_URL"] = redis.url
        house = open_house(load(environ=environ))
        print(f"{name}: requests per second, one granian worker, threads: {args.threads}", flush=True)
        with serving(environ, args.threads) as (url, pid):
            ratios = compare(url, folder, house, secret)
            _summary(name, ratios)
            if name == "lmdb" and not args.no_memory:
                grow(url, pid, folder, house)
        if name == "lmdb":
            _print_stages(stages(house, folder))
            _print_door(decide(house))
        house.close()


def _summary(name: str, ratios: dict[str, list[float]]) -> None:
    for what, values in ratios.items():
        print(f"{name}: {what} at {statistics.median(values):.2f} of the floor (median of {len(values)})")


def _print_stages(spent: dict[str, float]) -> None:
    total = sum(spent.values())
    print(f"one verdict, CPU time by stage (in process, without the server): {total:.0f} us")
    for stage, micros in sorted(spent.items(), key=lambda pair: -pair[1]):
        print(f"  {stage:26} {micros:6.1f} us  {micros / total:4.0%}")


def _print_door(spent: dict[str, float]) -> None:
    print("one decision of the door, CPU time (in process, without the server)")
    for what, micros in spent.items():
        print(f"  {what:30} {micros:6.1f} us")


def main() -> None:
    """Prints ratios with the file of one machine and with Redis, the stages, and the growth of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", nargs="*", default=["lmdb", "redis"])
    parser.add_argument(
        "--no-memory", action="store_true", help="leave out the 100,000 visits in which the memory is watched"
    )
    parser.add_argument("--no-browser", action="store_true", help="leave out the collector in a real browser")
    parser.add_argument(
        "--threads", type=int, default=1, help="of the worker; `hushgate serve` has 64, which wait for slow visitors"
    )
    args: Any = parser.parse_args()
    if not args.no_browser:
        measure()
    if args.stores and not have_wrk():
        sys.exit("make bench drives the server with wrk: install Debian's package wrk")
    for store in args.stores:
        _store(store, args)


if __name__ == "__main__":
    main()
