"""A person: a browser that nobody drives, on a screen of its own, operated by hands through the X server.

A visit of a headless browser, which sends nothing, tells where the fields lie in a view of the same size.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from playwright.sync_api import sync_playwright

from desks import sitting
from screen import Hands, Place, browsing
from zoo.drivers.task import AFTER, Task, read

MEASURE = """() => {
  const box = (s) => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x, r.y, r.width, r.height] };
  const reached = [...document.querySelectorAll("a[href], button, input:not([type=hidden])")].filter((e) => e.offsetParent);
  return {
    boxes: Object.fromEntries(["name", "email", "password"].map((name) => [name, box(`input[name=${name}]`)])),
    button: box("button[type=submit]"),
    tabs: reached.indexOf(document.querySelector("input[name=name]")) + 1,
  }
}"""


def measure(task: Task, place: Place) -> dict[str, Any]:
    """Where the fields are in a view of this size, and how many times Tab is pressed to reach the first."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=task.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": place.width, "height": place.height})
        page.goto(task.url)
        page.wait_for_timeout(400)
        found: dict[str, Any] = page.evaluate(MEASURE)
        browser.close()
    return found


class Person:
    """Hands at one page, and where its fields are."""

    def __init__(self, task: Task, hands: Hands, place: Place) -> None:
        self.task, self.hands, self.place = task, hands, place
        self.zoom = float(task.options.get("zoom", 1.0))
        self.page = measure(task, place)

    def press_on(self, box: list[float], across: float = 0.37) -> None:
        """Goes to a box on the page and clicks it."""
        x, y, width, height = (part * self.zoom for part in box)
        self.hands.move(self.place.left + x + width * across, self.place.top + y + height * 0.58)
        self.hands.click()

    def by_mouse(self) -> None:
        """The mouse to each field, the keys, and the mouse to the button."""
        for name, value in self.task.fields.items():
            self.press_on(self.page["boxes"][name])
            self.hands.type(value)
        self.press_on(self.page["button"], 0.43)

    def by_tab(self) -> None:
        """The mouse to the first field and to the button; Tab between."""
        for number, (name, value) in enumerate(self.task.fields.items()):
            if number:
                self.hands.press("Tab")
            else:
                self.press_on(self.page["boxes"][name])
            self.hands.type(value)
        self.press_on(self.page["button"], 0.61)

    def by_keys(self) -> None:
        """No mouse at all: Tab to the form, Tab through it, Enter."""
        for _ in range(self.page["tabs"] - 1):
            self.hands.press("Tab")
        for value in self.task.fields.values():
            self.hands.press("Tab")
            self.hands.type(value)
        self.hands.press("Return")

    def by_pasting(self) -> None:
        """The address is cut from where it was typed first and pasted into its field; the rest is typed."""
        fields, boxes = self.task.fields, self.page["boxes"]
        self.press_on(boxes["name"])
        self.hands.type(fields["email"])
        for key in ("ctrl+a", "ctrl+x", "Tab", "ctrl+v", "shift+Tab"):
            self.hands.press(key)
        self.hands.type(fields["name"])
        self.press_on(boxes["password"])
        self.hands.type(fields["password"])
        self.press_on(self.page["button"], 0.5)

    def by_holding(self) -> None:
        """A key is held until it repeats, and Backspace until the surplus is gone; then as by_tab."""
        self.press_on(self.page["boxes"]["name"])
        self.hands.type("Lou")
        for key in ("o", "BackSpace"):
            self.hands.hold(key, 1.4)
        self.hands.press("ctrl+a")
        self.by_tab()

    def by_composing(self) -> None:
        """The name is written by the input method, which a key turns on and off: Control and Space for fcitx5's."""
        switch, commit = (self.task.options.get(name, key) for name, key in (("switch", "ctrl+space"), ("commit", "")))
        self.press_on(self.page["boxes"]["name"])
        self.hands.press(switch)
        for syllables in self.task.options.get("syllables", ["zhangwei", "mingming"]):
            self.hands.type(syllables)
            for key in filter(None, ("space", commit)):
                self.hands.press(key)
        self.hands.press(switch)
        for name in ("email", "password"):
            self.press_on(self.page["boxes"][name])
            self.hands.type(self.task.fields[name])
        self.press_on(self.page["button"], 0.43)


def habits(task: Task) -> Any:
    """What this person does to the browser before the visit."""
    keys = task.options.get("keys", [])

    def do(hands: Hands) -> float:
        for key in keys:
            hands.press(key)
        time.sleep(2)
        return float(task.options.get("zoom", 1.0))

    return do if keys else None


def main() -> None:
    """One visit."""
    task = read()
    options = task.options
    flags = [*task.flags, *options.get("flags", [])] if options["browser"] == "chromium" else []
    with browsing(
        options["browser"],
        task.seed,
        pace=options.get("pace", 1.0),
        flags=flags,
        preferences=options.get("preferences"),
        habits=habits(task),
        sit=partial(sitting, options.get("desk", "plain")),
    ) as (hands, place):
        person = Person(task, hands, place)
        hands.visit(task.url)
        getattr(person, f"by_{options['way']}")()
        time.sleep(AFTER + 1)


if __name__ == "__main__":
    main()
