"""The first seed's five tells, alone and together; score, verdict, confidence and decision."""

from __future__ import annotations

from typing import Any

import pytest

from hushgate.decision import Policy, decide
from hushgate.engine import Report, man
from hushgate.scoring import Score, Thresholds, score
from hushgate.visit import Finding
from stories import CHROME, MAC, judged, person

SWIFTSHADER = {
    "renderer": "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)"
}
HETZNER = {"country": "DE", "asn": 24940, "org": "Hetzner Online GmbH", "kind": "hosting"}
MOSCOW = {"timezone": "Europe/Moscow", "clock": {"offset": -180, "january": -180, "july": -180}}
ENGLISH: dict[str, Any] = {"languages": ["en-US", "en"], "headers": {"accept-language": "en-US,en;q=0.9"}}
NO_HANDS = {"raw": 240, "rollover": 0}
"""One report for each move, and no two keys down at once: nothing that flags, and nothing that shows a hand."""
_ROOMS = ("iframe", "frame", "worker", "shared_worker")


def told(**story: Any) -> dict[str, Any]:
    """The same story in the page and in every room."""
    return {**story, **dict.fromkeys(_ROOMS, story)}


def names(record: dict[str, object]) -> set[str]:
    return {finding.check for finding in judged(record).judged.findings if finding.weight}


def test_a_person_is_human_with_high_confidence() -> None:
    result = judged(person()).judged
    assert (result.verdict, result.score, result.confidence, result.decision) == ("human", 0.0, "high", "allow")


def test_quoted_user_agent_alone_is_a_bot() -> None:
    quoted = f'"{CHROME}"'
    record = person(**told(user_agent=quoted), headers={"user-agent": quoted})
    assert names(record) == {"user-agent-quoted"}
    assert judged(record).judged.verdict == "bot"
    assert judged(record).judged.decision == "ghost"


def test_datacenter_alone_is_no_bot() -> None:
    record = person(network=HETZNER)
    assert names(record) == {"datacenter-address"}
    assert judged(record).judged.verdict == "human"


def test_moscow_clock_and_plain_english_keyboard_alone_are_no_bot() -> None:
    record = person(
        **{**told(timezone="Europe/Moscow", languages=["en-US", "en"]), "clock": MOSCOW["clock"]},
        headers=ENGLISH["headers"],
    )
    assert names(record) == {"timezone-abroad"}
    assert judged(record).judged.verdict == "human"
    assert "languages-uniform" in {finding.check for finding in judged(record).judged.findings}


def test_platform_mismatch_alone_is_suspect() -> None:
    hints = {"platform": "Linux"}
    record = person(client_hints=hints, headers={"sec-ch-ua-platform": '"Linux"'})
    for room in _ROOMS:
        record["signals"][room] = {
            **record["signals"][room],
            "client_hints": {**record["signals"][room]["client_hints"], **hints},
        }
    assert names(record) == {"hints-against-user-agent", "hint-header-against-user-agent"}
    assert judged(record).judged.verdict == "suspect"


def test_swiftshader_alone_is_no_bot() -> None:
    record = person(webgl=SWIFTSHADER)
    assert names(record) == {"swiftshader"}
    assert judged(record).judged.verdict == "human"


WAVE = ["DE", "SE", "NL", "US", "AT", "PL", "LU", "FR", "CH"]


@pytest.mark.parametrize("kind", ["access", "hosting"])
@pytest.mark.parametrize("country", WAVE)
def test_the_wave_row_of_every_country_is_a_bot_even_without_its_quotes(country: str, kind: str) -> None:
    record = person(
        **{
            **told(user_agent=MAC, platform="MacIntel", timezone="Europe/Moscow", languages=["en-US", "en"]),
            "clock": MOSCOW["clock"],
        },
        client_hints={"platform": "Linux"},
        webgl=SWIFTSHADER,
        headers={"user-agent": MAC, "sec-ch-ua-platform": '"Linux"', **ENGLISH["headers"]},
        network={"country": country, "asn": 1, "org": "x", "kind": kind},
        interaction=NO_HANDS,
    )
    assert judged(record).judged.verdict == "bot"
    assert judged(record).judged.decision == "ghost"


SWITCHED: dict[str, Any] = {"user_agent": MAC, "platform": "MacIntel"}


def test_a_person_who_changes_their_user_agent_is_doubted_and_let_in() -> None:
    record = person(**SWITCHED, headers={"user-agent": MAC, "sec-ch-ua-platform": '"macOS"'})
    assert {"room-user-agent", "hints-against-user-agent", "gpu-impossible"} <= names(record)
    result = judged(record)
    assert (result.judged.verdict, result.judged.decision) == ("suspect", "allow")


def test_the_same_change_without_a_hand_is_a_bot() -> None:
    record = person(**SWITCHED, headers={"user-agent": MAC, "sec-ch-ua-platform": '"macOS"'}, interaction=NO_HANDS)
    assert judged(record).judged.verdict == "bot"


def test_the_same_change_with_a_hand_that_is_a_drivers_is_a_bot() -> None:
    driven = {"mouse": 3, "pressureless": 3}
    record = person(**SWITCHED, headers={"user-agent": MAC, "sec-ch-ua-platform": '"macOS"'}, interaction=driven)
    assert judged(record).judged.decision == "ghost"


def test_a_person_behind_a_proxy_that_takes_headers_out_is_let_in() -> None:
    taken = dict.fromkeys(("sec-ch-ua", "sec-ch-ua-platform", "sec-ch-ua-mobile", "accept-language"))
    fetch = dict.fromkeys(("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"))
    result = judged(person(headers={**taken, **fetch}))
    assert result.judged.verdict != "bot" and result.judged.decision == "allow"


def report(*findings: tuple[str, str, int]) -> Report:
    found = [(family, Finding(family, tier, weight, "x")) for family, tier, weight in findings]
    return Report(man([], {}), found, [], frozenset())


def test_one_family_counts_once() -> None:
    assert score(report(("a", "soft", 40), ("a", "soft", 60)), datacenter=False, thresholds=Thresholds()).score == 60


def test_families_are_joined_by_noisy_or() -> None:
    result = score(report(("a", "soft", 40), ("b", "soft", 50)), datacenter=False, thresholds=Thresholds())
    assert result == Score(70.0, "suspect", "medium")


def test_a_hard_finding_decides_alone() -> None:
    assert score(report(("a", "hard", 60)), datacenter=False, thresholds=Thresholds()) == Score(95.0, "bot", "low")


def test_address_families_are_one_in_a_datacenter() -> None:
    both = report(("timezone", "soft", 40), ("network", "soft", 35))
    assert score(both, datacenter=True, thresholds=Thresholds()).score == 40
    assert score(both, datacenter=False, thresholds=Thresholds()).score == 61


def test_ghosting_has_a_threshold_of_its_own() -> None:
    assert decide(Score(85.0, "bot", "high"), Policy(), enforce=True).decision == "challenge"
    assert decide(Score(95.0, "bot", "high"), Policy(), enforce=True).decision == "ghost"


def test_observing_lets_everybody_in_and_says_what_it_would_have_done() -> None:
    decided = decide(Score(99.0, "bot", "high"), Policy(), enforce=False)
    assert (decided.decision, decided.would, decided.conversion) == ("allow", "ghost", "count")


def test_a_conversion_counts_where_somebody_who_is_no_bot_is_let_in() -> None:
    careful, lenient = Policy(suspect="challenge"), Policy(bot="allow")
    assert decide(Score(60.0, "suspect", "low"), Policy(), enforce=True).conversion == "count"
    assert decide(Score(60.0, "suspect", "low"), careful, enforce=True).conversion == "suppress"
    assert decide(Score(99.0, "bot", "high"), lenient, enforce=True).conversion == "suppress"
