"""The operator's panel: its sums hold after a restore, it says what was sent, and what to type in a terminal."""

from __future__ import annotations

import html
import re
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page, sync_playwright

from browsers import FIELDS, need
from demo_shop import Demo, FakeGate, ghosts_in
from ghost_house import accounts_here
from hushgate import Gate
from hushgate_demo.app import create_app
from hushgate_demo.settings import Settings
from running import CHROMIUM_FLAGS, running_demo
from screen import executable

__all__ = ["accounts_here"]
BOTS = 22


def state(demo: Demo) -> dict[str, Any]:
    return dict(demo.client.get("/operator.json").get_json())


@pytest.mark.usefixtures("accounts_here")
def test_a_restored_ghost_is_no_ghost_any_more_and_counts_once(demo: Demo) -> None:
    demo.person()
    demo.ghost(email="one@example.com")
    demo.ghost(email="two@example.com")
    before = state(demo)
    assert before["held"] == 2 and not before["latest"]["restored"]
    answer = demo.client.post("/operator/restore", json={"id": before["latest"]["account"]})
    assert answer.status_code == 200
    after = state(demo)
    assert after["latest"]["restored"] and after["latest"]["effects"]["row"] and after["held"] == 1
    totals = after["totals"]
    assert (totals["signups"], totals["let_in"], totals["ghosts"]) == (3, 2, 1)


@pytest.mark.parametrize(("script", "status"), [(True, 200), (False, 303)])
def test_what_was_sent_is_what_is_shown(demo: Demo, script: bool, status: int) -> None:
    assert demo.person(script=script).status_code == status == state(demo)["latest"]["status"]
    assert demo.ghost(script=script, email="bot@example.com").status_code == status == state(demo)["latest"]["status"]
    refused = demo.person(script=script)
    assert refused.status_code == 409 == state(demo)["latest"]["status"]


def test_ghosts_under_another_key_are_counted_and_said_to_be_unreadable(demo: Demo, tmp_path: Path) -> None:
    demo.ghost()
    gate = cast(Gate, FakeGate(ghosts_in(tmp_path)))  # with keys of its own
    shown = create_app(gate, Settings(tmp_path)).test_client().get("/operator.json").get_json()
    assert (shown["quarantine"], shown["held"], shown["sealed"]) == ([], 1, 1)


def test_the_panel_says_what_to_type(tmp_path: Path) -> None:
    settings = Settings(
        tmp_path, command="some/bin/hushgate", ports=" --demo-port 9 --gate-port 8", sourced=". d/env.sh"
    )
    client = create_app(cast(Gate, FakeGate(ghosts_in(tmp_path))), settings).test_client()
    for path in ("/", "/login"):
        page = html.unescape(client.get(path).get_data(as_text=True))
        assert "some/bin/hushgate demo --wave --demo-port 9 --gate-port 8<" in page and ". d/env.sh\n" in page
        assert 'href="/login"' in page and "beside this" not in page


def watch(page: Page, url: str) -> None:
    """Signs up by a driver, then restores the second ghost and the first by keyboard, and looks at what the panel says."""
    page.goto(url)
    for name, value in zip(FIELDS, ("Bot", "driven@example.com", "correct-horse"), strict=True):
        page.fill(f"input[name={name}]", value)
    page.click("button[type=submit]")
    page.wait_for_selector("#latest .visit")
    assert re.fullmatch("[0-9a-f]{23}", page.inner_text("#latest .visit")) and page.locator("#rows .visit").count() == 1
    assert page.inner_text("#kept-title") == f"In the quarantine: 20 of {BOTS}"
    assert page.inner_text("#last-title") == f"The last signups: 20 of {BOTS}"
    for place in (1, 0):
        button = page.locator("#kept-rows li").nth(place).locator("button")
        ghost = button.get_attribute("data-ghost")
        button.press("Enter")
        page.wait_for_selector(f".chip-restored[data-ghost='{ghost}']")
        page.wait_for_function(f"document.activeElement.dataset.ghost === '{ghost}'")
        assert "Restored: the account is open" in page.inner_text("[role=status]#kept-said")
    page.wait_for_selector("#latest .chip-restored")
    assert page.locator("#latest .chip-ghost").count() == page.locator("#latest .spared").count() == 0
    assert page.locator("#kept-rows .chip-restored").count() == 2
    assert page.inner_text("[data-total=ghosts]") == str(BOTS - 2)
    assert f"{BOTS - 2} user rows" in page.inner_text("#spared")


def test_ghosts_are_restored_by_keyboard_and_the_focus_stays(tmp_path: Path) -> None:
    need("chromium")
    with running_demo(tmp_path) as demo, sync_playwright() as driver:
        for number in range(BOTS - 1):
            fields = {"name": "Bot", "email": f"bot{number}@example.com", "password": "correct-horse"}
            form = urllib.parse.urlencode(fields).encode()
            urllib.request.urlopen(f"{demo.url}/signup", form, timeout=20).close()
        browser = driver.chromium.launch(executable_path=executable("chromium"), args=CHROMIUM_FLAGS)
        watch(browser.new_page(), demo.url)
        browser.close()
