"""The collector in a real Chromium: beside fpscanner in the same pages, the tasks that it makes long, and submit to verdict."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import statistics
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from bench.serving import SETTINGS, serving
from hushgate.keys import hash_secret, new_key, new_secret
from running import CHROMIUM_FLAGS
from screen import display, executable, missing_tools
from stories import SITE

PAGES = 20
SUBMITS = 100
SETTLED_MS = 500
FPSCANNER = "fpscanner@1.0.2"
FPSCANNER_HASH = "AfDVyPvQr1uZ0A+feNjecA+Kl7dsiHwLNdGqapwxkngK2URAvo2v0Ld38vIcDc3v2FxgMqy8h9qMHqx2R343gg=="
"""SHA-512 of its package, as the registry has it."""

COLLECTOR = Path(__file__).parents[2] / "collector_js"
_BLANK = '<!doctype html><title>bench</title><form><input name="email" type="email"></form>'
_SIDE_BY_SIDE = f'{_BLANK}<script src="/page.js"></script><script type="module">import Scanner from "/fpscanner.js"; window.scan = (options = {{ encrypt: false }}) => new Scanner().collectFingerprint(options); window.loaded = true</script>'
_WATCHED = f"""{_BLANK}<script>window.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map((task) => task.duration)))
.observe({{ type: "longtask", buffered: true }})</script>"""
_EMBEDDED = f'{_WATCHED}<script async src="%s/v1/hushgate.js" data-sitekey="{SITE}" data-action="signup"></script>'
_EMPTY = {
    "empty.html": '<!doctype html><script>parent.postMessage(0, "*")</script>',
    "empty-worker.html": """<!doctype html><script>new Worker(URL.createObjectURL(new Blob(["postMessage(0)"]))).onmessage = () =>
parent.postMessage(0, "*")</script>""",
}
"""Frames that say one word: at once, and once a worker of theirs has."""

_STEPS = {
    "page": "the page itself and its empty frame",
    "worker": "its worker",
    "shared_worker": "its shared worker",
    "own": "all of these (half at most)",
    "frame": "the gate's frame, which is opened after them",
}
_SUBMIT = """async () => { const start = performance.now(); await hushgate.execute(); const took = performance.now() - start;
hushgate.reset(); return took }"""

Visit = Callable[[], AbstractContextManager[Page]]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def _pages(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _fetch_fpscanner(folder: Path) -> None:
    """Its one file, from the registry, without what it needs to build itself."""
    command = ["npm", "pack", FPSCANNER, "--pack-destination", str(folder), "--loglevel=error"]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    (package,) = folder.glob("fpscanner-*.tgz")
    found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if found != FPSCANNER_HASH:
        raise RuntimeError(f"{FPSCANNER} is not the package that this benchmark was written for")
    with tarfile.open(package) as files:
        script = files.extractfile("package/dist/fpScanner.es.js")
        (folder / "fpscanner.js").write_bytes(script.read() if script else b"")


def _build(folder: Path) -> None:
    entry = Path(__file__).with_name("page.ts")
    # workers are made of the script's own text
    script = (COLLECTOR / "dist" / "hushgate.iife.js").read_text().strip()
    room = json.dumps(script.removeprefix("(").removesuffix(")();"))
    command = [
        str(COLLECTOR / "node_modules" / ".bin" / "esbuild"),
        str(entry),
        "--bundle",
        "--minify",
        "--format=iife",
    ]
    command += [
        '--define:__VERSION__="bench"',
        f"--define:__ROOM__={room}",
        f"--outfile={folder / 'page.js'}",
        "--log-level=warning",
    ]
    subprocess.run(command, check=True)


def _settings(folder: Path) -> dict[str, str]:
    """The environment of a gate that keeps everything in the folder."""
    settings = folder / "hushgate.toml"
    words = {"data": folder / "data", "site": SITE, "host": "127.0.0.1", "hash": hash_secret(new_secret())}
    settings.write_text(SETTINGS.format(**words))
    return {**os.environ, "HUSHGATE_CONFIG": str(settings), "HUSHGATE_KEYS": new_key()}


def _write_pages(folder: Path, gate: str) -> None:
    for name, page in _EMPTY.items():
        (folder / name).write_text(page)
    (folder / "beside.html").write_text(_SIDE_BY_SIDE)
    (folder / "embedded.html").write_text(_EMBEDDED % gate)
    (folder / "watched.html").write_text(_WATCHED)


def measure() -> None:
    """Prints the figures. They are this machine's, with whatever else it was doing."""
    lacking = [*missing_tools(), *([] if executable("chromium") else ["chromium"])]
    if lacking:
        print(f"the collector was not measured: not on this machine: {', '.join(lacking)}")
        return
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        _fetch_fpscanner(folder)
        _build(folder)
        with (
            serving(_settings(folder)) as (gate, _),
            _pages(folder) as site,
            _pages(folder) as rooms,
            sync_playwright() as driver,
        ):
            _write_pages(folder, gate)
            _visits(driver, f"{site}/beside.html", gate, rooms)
            browser = driver.chromium.launch(executable_path=executable("chromium"), args=CHROMIUM_FLAGS)
            print("headless, one browser for all pages", flush=True)
            _tasks(browser, site)
            _embedded(browser, f"{site}/embedded.html")
            browser.close()


def _visits(driver: Playwright, url: str, gate: str, rooms: str) -> None:
    """What is held against fpscanner's time: a new Chromium with a window for each page, as a person has it."""
    with display() as name:
        visit = partial(_visit, driver, url, name)
        _alone(visit)
        _empty(visit, rooms)
        for where, there in (("the same", gate), ("another", gate.replace("127.0.0.1", "localhost"))):
            print(f"beside fpscanner in {PAGES} pages, the gate on a host of {where} site", flush=True)
            _beside(visit, there)


@contextmanager
def _visit(driver: Playwright, url: str, screen: str) -> Iterator[Page]:
    """One page in a browser of its own, once what the browser does to start both is over."""
    browser = driver.chromium.launch(
        executable_path=executable("chromium"),
        args=CHROMIUM_FLAGS,
        headless=False,
        env={**os.environ, "DISPLAY": screen},
    )
    page = browser.new_page()
    page.goto(url)
    page.wait_for_function("window.loaded")
    page.wait_for_timeout(SETTLED_MS)
    yield page
    browser.close()


def _beside(visit: Visit, gate: str) -> None:
    """Both in each page, taking turns at being first: whoever is pays for what the browser does only once."""
    found = _turns(visit, f"bench.read('{gate}')", PAGES)
    whole = statistics.median(theirs for _, theirs in found)
    print(f"fpscanner, its empty frame and its worker included: median {whole:.0f} ms", flush=True)
    for name, said in _STEPS.items():
        _row(said, [(times[name], theirs) for times, theirs in found if name in times], PAGES)


def _turns(visit: Visit, asked: str, pages: int) -> list[tuple[Any, float]]:
    """What each page answered, and fpscanner's time in it."""
    found = []
    for number in range(pages):
        turns = [asked, "bench.clocked(scan)"]
        with visit() as page:
            answers = [page.evaluate(turn) for turn in (turns if number % 2 else turns[::-1])]
        mine, theirs = answers if number % 2 else answers[::-1]
        found.append((mine, theirs))
    return found


def _row(said: str, pairs: list[tuple[float, float]], pages: int) -> None:
    print(f"  {said:50} {_against(pairs, pages)}", flush=True)


def _against(pairs: list[tuple[float, float]], pages: int) -> str:
    if not pairs:
        return "in no page"
    ratios = sorted(mine / theirs for mine, theirs in pairs)
    took = statistics.median(mine for mine, _ in pairs)
    spread = f"{statistics.median(ratios):.2f} of fpscanner (from {ratios[0]:.2f} to {ratios[-1]:.2f})"
    return f"{took:4.0f} ms, {spread}, in {len(pairs)} of {pages} pages"


def _empty(visit: Visit, rooms: str) -> None:
    """The floor: what a room takes that reads nothing. No collector's rooms can be sooner."""
    frame, nested = (f"{rooms}/{name}" for name in _EMPTY)
    asked = {"a worker of the page": "bench.emptyWorker()"}
    for where, host in (("the same site", "127.0.0.1"), ("another site", "localhost")):
        for what, address in (("a frame", frame), ("a worker in a frame", nested)):
            asked[f"{what} of {where}"] = f"bench.emptyFrame('{address.replace('127.0.0.1', host)}')"
    print("the floor: rooms that are empty and say one word, each beside fpscanner in pages of their own", flush=True)
    for said, expression in asked.items():
        _row(said, _turns(visit, expression, PAGES // 2), PAGES // 2)


def _alone(visit: Visit) -> None:
    """The parts of fpscanner: a page of its own each, since the second of one page is spared what the browser does only once."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    for number in range(PAGES):
        word = list(times)[number % 2]
        options = f"{{ encrypt: false, skipWorker: {str(word == 'without').lower()} }}"
        with visit() as page:
            times[word].append(page.evaluate(f"bench.clocked(() => scan({options}))"))
    for word, taken in times.items():
        print(f"fpscanner alone in its page, {word} its worker: median {statistics.median(taken):.0f} ms", flush=True)


def _tasks(browser: Browser, site: str) -> None:
    """Long tasks while a page loads and its environment is read; and in the same page without the script, as the machine is."""
    found: dict[str, list[float]] = {"embedded": [], "watched": []}
    for _ in range(PAGES):
        for name in found:
            page = browser.new_page()
            page.goto(f"{site}/{name}.html")
            page.wait_for_timeout(1000)
            found[name] += page.evaluate("long")
            page.close()
    print(f"tasks over 50 ms in {PAGES} pages while the environment was read: {_said(found['embedded'])}")
    print(f"tasks over 50 ms in as many pages without the script: {_said(found['watched'])}", flush=True)


def _embedded(browser: Browser, url: str) -> None:
    """The script tag as a site has it."""
    page = browser.new_page()
    quizzes: list[Any] = []
    page.on(
        "response", lambda answer: quizzes.append(answer.json()["quiz"]) if answer.url.endswith("/session") else None
    )
    page.goto(url)
    page.wait_for_function("!!window.hushgate?.execute")
    page.wait_for_timeout(3000)
    page.evaluate("long.splice(0)")
    times = _submits(page)
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 200))")
    print(
        f"submit to verdict, {SUBMITS} times: median {_share(times, 50):.0f} ms, 95th percentile {_share(times, 95):.0f} ms"
    )
    print(f"tasks over 50 ms meanwhile: {_said(page.evaluate('long'))}")
    _quiz(page, url, quizzes)


def _submits(page: Page) -> list[float]:
    """A form's way: its session is there when it is sent."""
    times = []
    for _ in range(SUBMITS):
        times.append(page.evaluate(_SUBMIT))
        page.wait_for_timeout(60)
    return times


def _quiz(page: Page, url: str, quizzes: list[Any]) -> None:
    page.goto(url.replace("embedded", "beside"))
    times = [page.evaluate("(asked) => bench.quiz(asked)", asked) for asked in quizzes]
    print(
        f"a quiz, {len(times)} of them: median {_share(times, 50):.1f} ms, 95th percentile {_share(times, 95):.1f} ms"
    )


def _share(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _said(tasks: list[float]) -> str:
    return ", ".join(f"{task:.0f} ms" for task in tasks) or "none"
