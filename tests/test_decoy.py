"""The decoy: its name as the browser makes it, and what the door makes of one that is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushgate.admission import Admission, admit
from hushgate.caller import read_caller
from hushgate.signup.decoy import LETTERS, SALT, is_decoy
from stories import HEADERS, SIGNALS, SITE, Rig, open_rig

# what collector_js/src/decoy.test.ts has for the site key "site-demo"
NAMES = ["aaaaa7c8qy", "baaaaqvwhg", "xivzx974te", "99999xtiec"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_that_the_browser_makes_is_known(name: str) -> None:
    assert is_decoy(name, "site-demo")
    assert not is_decoy(name, "site-other")
    assert not is_decoy(name[:-1] + ("a" if name[-1] != "a" else "b"), "site-demo")


@pytest.mark.parametrize(
    "name", ["", "email", "aaaaa", "first_name", "aaaaa7c8qy ", "AAAAA7C8QY", "\ud800" * 10, "x" * 10_000]
)
def test_other_names_are_not(name: str) -> None:
    assert not is_decoy(name, "site-demo")


def decoy_of(site: str) -> str:
    """A decoy's name, found by trying: the door has no use for one that makes them."""
    from hushgate.signup.decoy import MARK, _hash, _spell

    salt = LETTERS[:SALT]
    return salt + _spell(_hash(salt + site), MARK)


def signup(rig: Rig, value: str, token: str) -> Admission:
    environ = {f"HTTP_{name.upper().replace('-', '_')}": told for name, told in HEADERS.items()}
    caller = read_caller({**environ, "REMOTE_ADDR": "84.128.0.1"}, ())
    form = {"email": "ann@example.org", decoy_of(SITE): value}
    return admit(rig.house, rig.house.site(SITE), caller, token=token, action="signup", hostname=None, form=form)


def test_one_that_is_left_alone_says_nothing(rig: Rig) -> None:
    assert signup(rig, "", rig.token()).decision == "allow"


def test_a_person_whose_browser_filled_it_in_is_asked_for_a_step_more_and_never_a_ghost(rig: Rig) -> None:
    admission = signup(rig, "Ann", rig.token())
    assert admission.decision == "challenge" and not admission.ghosted
    assert "decoy-filled" in {word.code for word in admission.reasons}
    assert "Ann" not in repr(admission.log)


def test_a_bot_that_fills_it_in_is_a_ghost(rig: Rig) -> None:
    assert signup(rig, "x", rig.token({**SIGNALS, "webdriver": True})).decision == "ghost"


def test_the_layer_can_be_off(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, layers={"decoy": "off"})
    assert signup(rig, "Ann", rig.token()).decision == "allow"
    rig.house.close()
