"""What the tests of blocklists and allowlists share: entries, alone or on the lists of a site."""

from __future__ import annotations

import time
from typing import Any

from doors import Door
from hushgate.lists.entry import Entry, ListName, new_entry
from hushgate.signup.lists import open_book


def entries(*texts: str, list: ListName = "block", **more: Any) -> list[Entry]:
    return [new_entry(list, text, by="ann", reason="spam", **more) for text in texts]


def block(site: Door, text: str, list: ListName = "block", **more: str) -> Entry:
    entry = site.rig.house.room(open_book).add(list, text, by="ann", reason="spam", **more)
    time.sleep(0.25)  # the file's clock ticks
    return entry
