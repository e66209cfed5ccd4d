"""What the integrations tell a visitor who is not let in: nothing that is for the operator."""

from __future__ import annotations

from pathlib import Path

import pytest

from gates import served
from sites import FRAMEWORKS, settings_for
from stories import open_rig


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_who_is_blocked_is_not_told_why(framework: str, tmp_path: Path) -> None:
    """An entry's reason is in the operator's own words."""
    rig = open_rig(tmp_path, lists={"block": ["wave.example"]})
    with served(rig.client.application) as url, FRAMEWORKS[framework](settings_for(url, rig.secret)) as site:
        answer = site.sign_up(rig.token(), "ann@wave.example")
        assert not answer.welcome and not site.accounts and answer.status in (403, 422)
        for told in ("blocked", "settings file", "entry"):
            assert told not in answer.text.lower()
    rig.house.close()
