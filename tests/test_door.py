"""The door: its layers, their order, what each mode does with their words, and what happens where one fails."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from doors import Says, door_of, gate_of, word
from hushgate import Admission, Gate
from hushgate.errors import StateLost
from hushgate.settings import LAYERS
from hushgate.signup.door import Door
from hushgate.signup.layer import Asking, Attempt, Layer, NotJudged, strength
from hushgate.state import UNLIMITED, Batch, Quota, Reply, Take
from hushgate.verify import shard_of
from hushgate.visit import Decision, Word
from stories import HEADERS, SITE, Rig, open_rig


class Asks(Says, Asking):
    """The same, and it asks the state store for one counter of its own."""

    asked, lost = 0, False

    def __init__(self, *values: Any, **more: Any) -> None:
        super().__init__(*values, **more)
        self.counts: list[float | None] = []

    def ask(self, attempt: Attempt, so_far: Decision) -> Batch | None:
        self.asked += 1
        self.so_far = [so_far]
        return Batch(takes=[Take([Quota(self.name, UNLIMITED, 3600)])])

    def hear(self, attempt: Attempt, reply: Reply | None, so_far: Decision) -> Word | None:
        self.so_far.append(so_far)
        self.lost = reply is None
        self.counts += reply.taken[0].counts if reply else ()
        return self.look(attempt)


def admit(rig: Rig, *layers: Layer, token: str | None = None) -> Admission:
    door_of(rig.house, *layers)
    environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "84.128.0.1"}
    gate: Gate = gate_of(rig)
    object.__setattr__(gate, "house", rig.house)
    return gate.admit(SimpleNamespace(environ=environ), token=rig.token() if token is None else token, action="signup")


def test_every_layer_in_the_settings_can_be_opened(rig: Rig) -> None:
    assert [layer.name for layer in rig.house.room(Door).layers] == [layer.name for layer in LAYERS]


def test_decisions_have_an_order() -> None:
    decisions: list[Decision] = ["allow", "challenge", "throttle", "ghost", "deny"]
    assert sorted(decisions, key=strength) == decisions


def test_the_strongest_word_decides_and_all_are_told(rig: Rig) -> None:
    layers = [
        Says("a", word("a", "challenge")),
        Says("b", word("b", "throttle", retry_after=30)),
        Says("c", None),
        Says("d", word("d", "throttle", retry_after=7)),
    ]
    admission = admit(rig, *layers)
    assert (admission.decision, admission.retry_after, admission.reason) == ("throttle", 30, "b says throttle")
    assert [said.layer for said in admission.reasons] == ["verdict", "a", "b", "d"]
    assert admission.verdict == "human" and admission.conversion == "suppress"
    assert (admission.log["layer"], admission.log["code"], admission.log["visit"]) == ("b", "b-throttle", admission.id)
    assert all(layer.told == ["throttle"] for layer in layers)


def test_an_admission_in_a_log_has_nothing_that_could_be_spent(rig: Rig) -> None:
    admission = replace(admit(rig, Says("a", word("a", "challenge"))), step_up="the-ticket")
    assert admission.verified and "a says challenge" in repr(admission)
    assert "the-ticket" not in repr(admission) and "verified" not in dict(admission.__rich_repr__())


def test_a_layer_that_can_say_nothing_is_not_asked(rig: Rig) -> None:
    silent = Says("a", word("a", "deny"))
    silent.silent = True
    assert admit(rig, silent).allowed


def test_an_early_denial_ends_everything_and_the_token_is_not_touched(rig: Rig) -> None:
    token, late = rig.token(), Asks("late", None)
    admission = admit(rig, Says("first", word("first", "deny"), early=True), late, token=token)
    assert (admission.decision, admission.verdict, admission.id) == ("deny", None, None)
    assert late.asked == 0 and late.told == ["deny"]
    assert rig.redeem(token)["success"] is True


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (NotJudged("the resolver failed"), "the resolver failed"),
        (StateLost("gone"), "the state store is lost"),
        (KeyError("x"), "the layer failed (KeyError)"),
    ],
)
def test_a_layer_that_fails_stops_nobody_and_is_told_and_counted(rig: Rig, says: Exception, why: str) -> None:
    admission = admit(rig, Says("mail", says))
    assert admission.allowed
    assert [(skip.check, skip.why) for skip in admission.skipped] == [("mail", why)]
    assert admission.lost == (["state"] if isinstance(says, StateLost) else [])
    assert 'hushgate_door_not_judged_total{layer="mail"} 1.0' in rig.counters()


def test_a_layer_that_fails_after_the_decision_changes_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = Says("a", word("a", "challenge"))
    monkeypatch.setattr(layer, "told", None)
    assert admit(rig, layer).decision == "challenge"


def test_who_asks_the_store_hears_its_own_answers_and_what_the_others_said(rig: Rig) -> None:
    first, last, plain = Asks("limits", None), Asks("mail", word("mail", "throttle")), Says("a", word("a", "challenge"))
    first.last = True
    calls: list[Batch] = []
    decide = rig.house.state.decide

    def noted(shard: str, batch: Batch) -> Reply:
        calls.append(batch)
        return decide(shard, batch)

    object.__setattr__(rig.house.state, "decide", noted)
    for number in range(1, 4):
        admit(rig, first, last, plain)
        assert len(calls) == number and calls[-1].lease and len(calls[-1].takes) == 2
    assert first.counts == last.counts == [0, 1, 2]
    assert first.so_far == ["challenge", "throttle"] and last.so_far == ["challenge", "challenge"]


def test_a_token_that_somebody_else_has_counts_nothing_and_is_asked_about_without_it(rig: Rig) -> None:
    token = rig.token()
    rig.house.state.lease(shard_of(SITE), rig.house.tokens.read(token).nonce, "somebody else", 60, spend=False)
    layer = Asks("limits", None)
    admission = admit(rig, layer, token=token)
    assert (admission.decision, admission.verdict, admission.log["code"]) == ("challenge", None, "replayed")
    assert layer.asked == 2 and layer.counts == [0], "what was asked with the token was not counted"
    admit(rig, layer)
    assert layer.counts == [0, 1]


@pytest.mark.parametrize(("rule", "decision", "code"), [("judge", "allow", "human"), ("refuse", "allow", "state_lost")])
def test_one_question_is_lost_and_each_layer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, decision: str, code: str
) -> None:
    rig = open_rig(tmp_path, gate={"state_lost": rule})

    def lost(*_: Any) -> None:
        raise StateLost("gone")

    monkeypatch.setattr(rig.house.state, "decide", lost)
    layer = Asks("limits", None)
    admission = admit(rig, layer)
    assert (admission.decision, admission.log["code"], layer.lost, admission.lost) == (decision, code, True, ["state"])
    rig.house.close()


def test_what_observes_says_what_it_would_do_and_does_nothing(rig: Rig) -> None:
    layer = Says("quiet", word("quiet", "ghost"))
    door_of(rig.house, layer)
    site = next(iter(rig.house.config.sites.values()))
    site.layers["quiet"] = site.layers["quiet"]._replace(enforce=False)
    environ = {"HTTP_USER_AGENT": HEADERS["user-agent"], "REMOTE_ADDR": "84.128.0.1"}
    gate = gate_of(rig)
    object.__setattr__(gate, "house", rig.house)
    admission = gate.admit(SimpleNamespace(environ=environ), token=rig.token(), action="signup")
    assert (admission.decision, admission.would, admission.conversion) == ("allow", "ghost", "count")
    assert 'code="quiet-ghost",decision="ghost",layer="quiet",mode="observe"' in rig.counters()


def test_an_allow_that_lifts_makes_the_others_void_and_says_so(rig: Rig) -> None:
    admission = admit(
        rig,
        Says("a", word("a", "deny")),
        Says("lists", word("lists", "allow", lifts=("*",))),
        Says("b", word("b", "ghost")),
    )
    assert (admission.decision, admission.reason) == ("allow", "lists says allow")
    assert len(admission.reasons) == 4
    some = Says("lists", word("lists", "allow", lifts=("b",)))
    assert admit(rig, some, Says("b", word("b", "ghost")), Says("c", word("c", "challenge"))).decision == "challenge"


def test_a_layer_that_is_off_is_not_asked(tmp_path: Any) -> None:
    rig = open_rig(tmp_path, layers={"verdict": "off"})
    environ = {"HTTP_USER_AGENT": "curl/8", "REMOTE_ADDR": "84.128.0.1"}
    admission = gate_of(rig).admit(SimpleNamespace(environ=environ), token="", action="signup")
    assert admission.allowed and admission.verdict == "bot"
    rig.house.close()


def test_a_house_keeps_one_of_each_room(rig: Rig) -> None:
    assert rig.house.room(Door) is rig.house.room(Door)
