"""A browser's story is judged once and remembered: what is remembered must never be another visit's."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import msgspec
import pytest

from hushgate.engine import man
from hushgate.evidence import MOMENT, Evidence, from_example
from hushgate.evidence.headers import VOLATILE
from hushgate.judge import _keep_background, default_rules, judge_record
from hushgate.payload import STORY_MAX, read_payload
from hushgate.registry import all_checks
from hushgate.visit import Visit
from stories import HEADERS, SIGNALS, SITE, Rig


def told(rig: Rig) -> Visit:
    """The last visit on record."""
    (file,) = sorted((rig.data / "spool").glob("*.jsonl"))
    return msgspec.json.decode(file.read_bytes().splitlines()[-1], type=Visit)


STORIES: list[dict[str, Any]] = [
    {},
    {"webdriver": True},
    {"timezone": "Asia/Tokyo"},
    {"platform": "Linux x86_64"},
    {"interaction": {**SIGNALS["interaction"], "untrusted": 4}},
    {"screen": {**SIGNALS["screen"], "outer_width": 0, "outer_height": 0}},
]
REQUESTS: list[dict[str, str]] = [
    {},
    {"accept-language": "ru-RU,ru"},
    {"user-agent": f"'{HEADERS['user-agent']}'"},
    {"x-request-id": "1"},
]


def test_a_visit_is_judged_live_as_it_is_on_record_whoever_came_before(rig: Rig) -> None:
    for changes, request in [*product(STORIES, REQUESTS)] * 2:
        response = rig.visit({**SIGNALS, **changes}, {**HEADERS, **request})
        visit = told(rig)
        again = judge_record(visit, default_rules()).judged
        assert visit.judged is not None and response.status_code == 200
        assert (again.findings, again.score) == (visit.judged.findings, visit.judged.score)


def test_the_same_words_are_one_story_and_others_another() -> None:
    def payload(**changes: Any) -> str:
        samples = {name: {"v": value, "ms": 1} for name, value in {**SIGNALS, **changes}.items()}
        return json.dumps({"v": 1, "signals": samples})

    first = read_payload(payload()).story
    assert first.kept and read_payload(payload(interaction={"moves": 7})).story is first
    assert read_payload(payload(timezone="Asia/Tokyo")).story is not first
    assert read_payload(payload().replace('{"v": "Win32", "ms": 1}', '{"e": "Win32"}')).story is not first
    large = read_payload(
        payload(languages=["x" * 60] * 64, iframe={"languages": ["x" * 60] * 64, "user_agent": "y" * 999})
    )
    assert len(msgspec.json.encode(large.story.signals)) > STORY_MAX and not large.story.kept


def test_headers_that_nobody_sends_fill_no_memory(rig: Rig) -> None:
    _keep_background.cache_clear()
    rig.visit(headers={**HEADERS, **{f"x-{number}": "y" * 1000 for number in range(20)}})
    assert _keep_background.cache_info().currsize == 0 and told(rig).judged
    rig.visit()
    assert _keep_background.cache_info().currsize == 1


def test_no_check_reads_a_header_that_is_left_out_of_the_story() -> None:
    record = {"headers": {**HEADERS, **dict.fromkeys(VOLATILE, "x")}, "signals": SIGNALS}
    plain = {**record, "headers": HEADERS}
    one, other = (judge_record(msgspec.convert(each, type=Visit), default_rules()) for each in (record, plain))
    assert one.judged == other.judged and one.skipped == other.skipped


class Asked(Evidence):
    """Evidence that knows what it was asked for."""

    __slots__ = ("names",)
    names: set[str]

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)


def test_the_checks_of_the_story_do_not_see_the_moment() -> None:
    """What is not in the key of the memory must not be in what is remembered."""
    watch, story, moment = man(all_checks(), {}), Asked(from_example(SIGNALS)), Asked(from_example(SIGNALS))
    story.names, moment.names = set(), set()
    watch.run(watch.background(story), moment)
    assert story.names >= {"user_agent", "webgl", "headers"} and story.names.isdisjoint(MOMENT)
    assert moment.names >= {"interaction", "timing"} and moment.names <= MOMENT


@pytest.mark.parametrize("path", ["/v1/session", "/v1/verdict", "/v1/siteverify"])
@pytest.mark.parametrize("body", [b"", b"{}", b"nonsense", json.dumps({"sitekey": SITE}).encode()])
def test_the_short_way_and_flask_give_one_answer(rig: Rig, path: str, body: bytes) -> None:
    sent = {name: value for name, value in HEADERS.items() if name != "host"}
    answers = [
        rig.client.post(path, data=body, headers=sent),
        # without a length, which takes the long way
        rig.client.post(
            path, data=body, headers=sent, environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        ),
    ]
    assert answers[0].status_code == answers[1].status_code
    # each session asks a quiz of its own length
    assert list(answers[0].headers.keys()) == list(answers[1].headers.keys())
    assert set(answers[0].get_json()) == set(answers[1].get_json())


def test_a_long_body_is_refused_before_it_is_read(rig: Rig) -> None:
    response = rig.client.post("/v1/verdict", data=b"x" * 70_000)
    assert response.status_code == 413 and response.get_json()["error"]["code"] == "too-large"


def test_a_bug_on_the_short_way_is_an_answer_and_is_counted(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hushgate.web.visits.open_session", lambda *_: 1 / 0)
    response = rig.post("/v1/session", {"sitekey": SITE})
    assert response.status_code == 500 and response.get_json()["error"]["code"] == "internal-error"
    assert rig.house.metrics.registry.get_sample_value("hushgate_refused_total", {"code": "internal-error"}) == 1
