"""Real browsers that are hard to judge: a person whose Firefox resists fingerprinting, and drivers that hide from the page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from browsers import FIELDS, need, rectangles
from hushgate.judge import default_rules, judge_record
from running import CHROMIUM_FLAGS, Demo, running_demo
from screen import browsing, display, executable

Way = Callable[[Page, str], None]
RESISTS = {"privacy.resistFingerprinting": True, "privacy.resistFingerprinting.letterboxing": True}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("hidden")) as demo:
        yield demo


def values(email: str) -> list[tuple[str, str]]:
    return list(zip(FIELDS, ("Jordan Ellis", email, "Tr1cky-Pass"), strict=True))


def test_a_person_whose_firefox_resists_fingerprinting_is_human_and_what_it_breaks_is_not_judged(demo: Demo) -> None:
    need("chromium", "firefox", "screen")
    email = "resists@example.com"
    with browsing("firefox", seed=11, preferences=RESISTS) as (hands, place):
        where = rectangles(demo, place.width, place.height)
        hands.visit(demo.url)
        for name, value in values(email):
            x, y, width, height = where[f"input[name={name}]"]
            hands.move(place.left + x + width * 0.37, place.top + y + height * 0.6)
            hands.click()
            hands.type(value)
        hands.press("Return")
        entry = demo.latest(email, seconds=15)
    assert (entry["verdict"], entry["decision"]) == ("human", "allow"), entry["findings"]
    visit = next(visit for visit in demo.visits() if visit.id == entry["visit"])
    skipped = {
        skip.check for skip in judge_record(visit, default_rules()).skipped if "resistFingerprinting" in skip.why
    }
    assert {"capitals-without-shift", "timezone-against-clock", "keys-even"} <= skipped


def typed(page: Page, email: str) -> None:
    for name, value in values(email):
        page.click(f"input[name={name}]")
        page.keyboard.type(value, delay=60)
    page.click("button[type=submit]")


def filled(page: Page, email: str) -> None:
    for name, value in values(email):
        page.fill(f"input[name={name}]", value)
    page.click("button[type=submit]")


@pytest.mark.parametrize("way", [typed, filled])
def test_a_driver_that_hides_from_the_page_is_caught_by_its_hands(demo: Demo, tmp_path: Path, way: Way) -> None:
    need("chromium", "screen")
    email = f"hidden-{way.__name__}@example.com"
    with display() as screen, sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            tmp_path,
            executable_path=executable("chromium"),
            headless=False,
            args=[*CHROMIUM_FLAGS, "--disable-blink-features=AutomationControlled"],
            ignore_default_args=["--enable-automation"],
            env={**os.environ, "DISPLAY": screen},
            no_viewport=True,
        )
        page = context.pages[0]
        page.goto(demo.url, wait_until="load")
        assert page.evaluate("navigator.webdriver") is False
        page.wait_for_timeout(1500)
        way(page, email)
        entry = demo.latest(email, seconds=15)
        context.close()
    assert entry["verdict"] == "bot" and entry["decision"] in ("ghost", "challenge"), entry["findings"]
    assert not entry["effects"]["conversion"]
