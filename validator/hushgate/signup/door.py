"""The door: asks the layers about an attempt, and makes one decision of what they say. It never raises.

The strongest word decides. The layers that are early are asked before the token is read. What the others want of the state store, and
the token's lease, is one round trip.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hushgate.caller import Caller, address_prefix
from hushgate.config import LayerRules, Site
from hushgate.errors import HushgateError, StateLost, TokenRefused, TokenReplayed
from hushgate.house import House
from hushgate.judge import Judgement, judge
from hushgate.payload import Payload, Story
from hushgate.settings import LAYERS
from hushgate.signup.layer import LOST, Asking, Attempt, Layer, NotJudged, Said, strength
from hushgate.state import Batch, Redemption, Reply, join
from hushgate.stepup.passing import is_passed
from hushgate.tokens import Claims, key_of
from hushgate.verify import Verified, leased, read, refuse_replay, refuses, shard_of
from hushgate.visit import Decision, Skip, Visit, Word

T = TypeVar("T")
log = logging.getLogger(__name__)
STEPPED = "step-up"
"""What lifts a challenge where a step-up was passed, in the place of a layer's name."""


class Token(Struct, frozen=True):
    """What came with the attempt: the token, and the hostname that it must be for, where that is held to."""

    text: str
    hostname: str | None


class Answer(Struct):
    """What the door makes of an attempt.

    ``decision`` is acted on: the strongest word of the layers that enforce. ``would`` is what enforcing every layer would do.
    """

    attempt: Attempt
    verified: Verified | None = None
    said: list[Said] = []
    skipped: list[Skip] = []
    lost: list[str] = []
    stepped: bool = False
    decision: Decision = "allow"
    would: Decision = "allow"

    def weigh(self) -> None:
        """Decides anew, by what has been said."""
        standing = [said for said in self.said if not said.lifted]
        self.would = _decision(standing)
        self.decision = _decision([said for said in standing if said.enforced])

    def so_far(self, rules: LayerRules) -> Decision:
        """What a layer has to go by: what is acted on, or where it observes itself, what would be."""
        return self.decision if rules.enforce else self.would

    @property
    def deciding(self) -> Word | None:
        """The word that decided; where nothing acts, the one that would have."""
        said = [said for said in self.said if said.acts] or [said for said in self.said if not said.lifted]
        return _strongest(said).word if said else None


def _decision(said: Sequence[Said]) -> Decision:
    return _strongest(said).word.decision if said else "allow"


def _strongest(said: Sequence[Said]) -> Said:
    """The strongest; of several, the first. An allow that lifts others decides where nothing stronger is left."""
    if len(said) == 1:
        return said[0]
    return max(said, key=lambda one: (strength(one.word.decision), bool(one.word.lifts)))


class Door:
    """The layers of one process, each opened once. ``house.room(Door)`` has it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.arrange([import_module(f"hushgate.signup.{layer.name}").open_layer(house) for layer in LAYERS])

    def arrange(self, layers: Sequence[Layer]) -> None:
        """Sorts the layers by when they are asked; within each group, in the order in which they stand."""
        self.layers = list(layers)
        asking = [layer for layer in layers if isinstance(layer, Asking)]
        self._early = [layer for layer in layers if layer.early]
        self._looking = [layer for layer in layers if not (layer.early or layer.silent or isinstance(layer, Asking))]
        self._settling = [layer for layer in layers if type(layer).settle is not Layer.settle]
        self._asking = sorted(asking, key=lambda layer: layer.last)

    def close(self) -> None:
        """Closes the layers."""
        for layer in self.layers:
            layer.close()

    def decide(self, attempt: Attempt, token: Token) -> Answer:
        """Asks every layer that is on at this site, and the state store once."""
        answer = Answer(attempt)
        self._look(answer, self._early)
        if answer.decision != "deny":
            try:
                claims = _read(self._house, attempt, token)
            except TokenRefused as error:
                answer = self._without(answer, error)
            else:
                answer = self._with(answer, claims, holder_of(self._house, attempt.caller, key_of(token.text)))
        self._settle(answer)
        return answer

    def _with(self, early: Answer, claims: Claims, holder: str) -> Answer:
        """A token that turns out to be somebody else's is no token: then everything is asked anew."""
        stepped = is_passed(self._house, claims, early.attempt.email)
        said = [_step(said) for said in early.said] if stepped else early.said
        attempt = replace(early.attempt, claims=claims)
        answer = Answer(attempt, None, [*said], [*early.skipped], [*claims.lost], stepped)
        if said:
            answer.weigh()
        self._look(answer, self._looking)
        asked = self._asked(answer)
        try:
            reply = self._trip(answer, asked, Redemption(claims.nonce, holder, self._house.tokens.ttl))
            refuse_replay(claims, reply.lease if reply else None)
            if reply is None and refuses(self._house):
                raise StateLost(LOST)
        except (TokenReplayed, StateLost) as error:
            return self._without(early, error)
        answer.verified = leased(self._house, claims, holder, [*answer.lost])
        self._hear(answer, asked, reply)
        return answer

    def _without(self, early: Answer, error: HushgateError) -> Answer:
        """What is made of an attempt without a good token."""
        attempt = replace(early.attempt, refused=error, headers=judge_headers(early.attempt))
        answer = Answer(attempt, None, [*early.said], [*early.skipped])
        answer.weigh()
        self._look(answer, self._looking)
        asked = self._asked(answer)
        self._hear(answer, asked, self._trip(answer, asked, None))
        return answer

    def _look(self, answer: Answer, layers: Sequence[Layer]) -> None:
        on = answer.attempt.site.layers
        for layer in layers:
            rules = on.get(layer.name)
            word = self._try(answer, layer, layer.look) if rules else None
            if rules and word:
                self._add(answer, rules, word)

    def _asked(self, answer: Answer) -> list[tuple[Asking, Batch]]:
        """What the layers ask of the state store."""
        asked, on = [], answer.attempt.site.layers
        for layer in self._asking:
            rules = on.get(layer.name)
            batch = self._try(answer, layer, layer.ask, answer.so_far(rules)) if rules else None
            if batch is not None:
                asked.append((layer, batch))
        return asked

    def _trip(self, answer: Answer, asked: Sequence[tuple[Asking, Batch]], lease: Redemption | None) -> Reply | None:
        """The one round trip. None where the store is lost."""
        batch = join([batch for _, batch in asked], lease)
        try:
            return self._house.state.decide(shard_of(answer.attempt.site.key), batch)
        except StateLost:
            self._house.metrics.count(self._house.metrics.state_lost)
            answer.lost.append("state")
            return None

    def _hear(self, answer: Answer, asked: Sequence[tuple[Asking, Batch]], reply: Reply | None) -> None:
        taken = 0
        for layer, batch in asked:
            part, rules = None, answer.attempt.site.layers[layer.name]
            if reply is not None:
                upto = taken + len(batch.takes)
                part = Reply(reply.lease, reply.tally, reply.taken[taken:upto], reply.at)
                taken = upto
            word = self._try(answer, layer, layer.hear, part, answer.so_far(rules))
            if word:
                self._add(answer, rules, word)

    def _try(self, answer: Answer, layer: Layer, ask: Callable[..., T | None], *about: Any) -> T | None:
        """What a layer answers about an attempt; None, and the reason on record, where it cannot."""
        try:
            return ask(answer.attempt, *about)
        except NotJudged as reason:
            self._skip(answer, layer, str(reason))
        except StateLost:
            self._house.metrics.count(self._house.metrics.state_lost)
            answer.lost.append("state")
            self._skip(answer, layer, LOST)
        except Exception as error:
            log.exception("the layer %s failed, and stops nobody's signup", layer.name)
            self._skip(answer, layer, f"the layer failed ({type(error).__name__})")
        return None

    def _skip(self, answer: Answer, layer: Layer, why: str) -> None:
        self._house.metrics.count(self._house.metrics.not_judged, layer.name)
        answer.skipped.append(Skip(layer.name, why))

    def _add(self, answer: Answer, rules: LayerRules, word: Word) -> None:
        """Adds a word, and strikes out those that it lifts, or itself where it is lifted already."""
        said = _step(Said(word, rules.enforce)) if answer.stepped else Said(word, rules.enforce)
        earlier = [one for one in answer.said if one.word.lifts and _lifts(one, said)]
        answer.said.append(replace(said, lifted=earlier[0].word.layer) if earlier else said)
        if said.word.lifts:
            answer.said = [
                replace(one, lifted=said.word.layer) if one is not said and _lifts(said, one) else one
                for one in answer.said
            ]
        answer.weigh()

    def _settle(self, answer: Answer) -> None:
        decision, site, metrics = answer.decision, answer.attempt.site, self._house.metrics
        for said in answer.said:
            mode = "lifted" if said.lifted else "enforce" if said.enforced else "observe"
            metrics.count(metrics.door, site.key, said.word.layer, said.word.code, said.word.decision, mode)
        for layer in self._settling:
            if layer.name in site.layers:
                try:
                    layer.settle(answer.attempt, decision)
                except Exception:
                    log.exception("the layer %s failed after the decision, which stands", layer.name)


def _step(said: Said) -> Said:
    """A word after a step-up that was passed: a challenge is satisfied by it, and nothing stronger is."""
    return replace(said, lifted=STEPPED) if said.word.decision == "challenge" and not said.lifted else said


def _lifts(lifter: Said, other: Said) -> bool:
    """Whether a word makes another void. One that only observes makes nothing void that is enforced."""
    named = "*" in lifter.word.lifts or other.word.layer in lifter.word.lifts
    return named and not other.word.lifts and (lifter.enforced or not other.enforced)


def holder_of(house: House, caller: Caller, key_id: str) -> str:
    """Stands for a visitor: the user agent and the address prefix, hashed with a key of the gate.

    For a lease that is the token's own key: a newer one would make somebody else of a visitor whose form comes again.
    """
    return house.sessions.hash(f"{caller.user_agent}\n{address_prefix(caller.ip)}", key_id)


def _read(house: House, attempt: Attempt, token: Token) -> Claims:
    """The token's claims, where it is for this site, action and hostname. Raises TokenRefused."""
    site = attempt.site.key
    return read(house, token.text, sites=frozenset({site}), action=attempt.action, hostname=token.hostname)


def judge_headers(attempt: Attempt) -> Judgement:
    """Judges a request by its headers and address alone, as for a form that was posted without the script."""
    caller: Caller = attempt.caller
    site: Site = attempt.site
    robot = attempt.house.lookout.recognise(caller.ip, caller.headers, caller.scheme, caller.line)
    page = {"scheme": caller.scheme}
    visit = Visit(site=site.key, action=attempt.action, ip=caller.ip, robot=robot, headers=caller.headers, page=page)
    return judge(visit, Payload(Story({}, {}), {}), site.rules, attempt.network)
