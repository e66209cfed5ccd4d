"""The door: asks the layers about an attempt, and makes one decision of what they say. It never raises.

The strongest word decides. The layers that are early are asked before the token is read, those that consume are asked last.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import NamedTuple

from hushgate.caller import Caller, address_prefix
from hushgate.config import Site
from hushgate.errors import StateLost, TokenRefused
from hushgate.house import House
from hushgate.judge import Judgement, judge
from hushgate.payload import Payload, Story
from hushgate.settings import LAYERS
from hushgate.signup.layer import Attempt, Consuming, Layer, NotJudged, Said, strength
from hushgate.stepup.passing import is_passed
from hushgate.verify import Verified, verify
from hushgate.visit import Decision, Skip, Visit, Word

log = logging.getLogger(__name__)
STEPPED = "step-up"
"""What lifts a challenge where a step-up was passed, in the place of a layer's name."""


class Token(NamedTuple):
    """What came with the attempt: the token, and the hostname that it must be for, where that is held to."""

    text: str
    hostname: str | None


@dataclass(slots=True)
class Answer:
    """What the door makes of an attempt: ``decision`` is acted on, ``would`` is what enforcing every layer would do."""

    attempt: Attempt
    verified: Verified | None = None
    said: list[Said] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stepped: bool = False

    @property
    def decision(self) -> Decision:
        """The strongest word of the layers that enforce."""
        acting = [said for said in self.said if said.acts]
        return _strongest(acting).word.decision if acting else "allow"

    @property
    def would(self) -> Decision:
        """The strongest word of all layers, as if each of them enforced."""
        standing = [said for said in self.said if not said.lifted]
        return _strongest(standing).word.decision if standing else "allow"

    @property
    def deciding(self) -> Word | None:
        """The word that decided; where nothing acts, the one that would have."""
        said = [said for said in self.said if said.acts] or [said for said in self.said if not said.lifted]
        return _strongest(said).word if said else None


def _strongest(said: Sequence[Said]) -> Said:
    """The strongest; of several, the first. An allow that lifts others decides where nothing stronger is left."""
    return max(said, key=lambda one: (strength(one.word.decision), bool(one.word.lifts)))


class Door:
    """The layers of one process, each opened once. ``house.room(Door)`` has it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.arrange([import_module(f"hushgate.signup.{layer.name}").open_layer(house) for layer in LAYERS])

    def arrange(self, layers: Sequence[Layer]) -> None:
        """Sorts the layers by when they are asked; within each group, in the order in which they stand."""
        self.layers = list(layers)
        self._early = [layer for layer in layers if layer.early]
        self._consuming = [layer for layer in layers if isinstance(layer, Consuming)]
        self._looking = [layer for layer in layers if not layer.early and not isinstance(layer, Consuming)]

    def close(self) -> None:
        """Closes the layers."""
        for layer in self.layers:
            layer.close()

    def decide(self, attempt: Attempt, token: Token) -> Answer:
        """Asks every layer that is on at this site."""
        answer = Answer(attempt)
        self._ask(answer, self._early)
        if answer.decision != "deny":
            self._read(answer, token)
            self._ask(answer, self._looking)
            for layer in self._consuming:
                self._consume(answer, layer)
        self._settle(answer)
        return answer

    def _read(self, answer: Answer, token: Token) -> None:
        """Puts the token's claims into the attempt, or why there are none."""
        attempt = answer.attempt
        try:
            answer.verified = lease(self._house, attempt, token)
        except (TokenRefused, StateLost) as error:
            answer.attempt = replace(attempt, refused=error, headers=judge_headers(attempt))
            return
        answer.lost += answer.verified.lost
        answer.attempt = replace(attempt, claims=answer.verified.claims)
        answer.stepped = is_passed(self._house, answer.verified.claims, attempt.email)
        answer.said = [_step(said) for said in answer.said] if answer.stepped else answer.said

    def _ask(self, answer: Answer, layers: Sequence[Layer]) -> None:
        for layer in layers:
            self._hear(answer, layer, layer.look)

    def _consume(self, answer: Answer, layer: Consuming) -> None:
        """Counts an attempt only where nobody else refuses it, by what is acted on, or by what would be where it observes."""
        rules = answer.attempt.site.layers.get(layer.name)
        so_far = answer.decision if rules and rules.enforce else answer.would
        refused = strength(so_far) >= strength("throttle")
        self._hear(answer, layer, layer.look if refused else lambda attempt: layer.take(attempt, so_far))

    def _hear(self, answer: Answer, layer: Layer, ask: Callable[[Attempt], Word | None]) -> None:
        rules = answer.attempt.site.layers.get(layer.name)
        if rules is None:
            return
        try:
            word = ask(answer.attempt)
        except NotJudged as reason:
            self._skip(answer, layer, str(reason))
        except StateLost:
            self._house.metrics.count(self._house.metrics.state_lost)
            answer.lost.append("state")
            self._skip(answer, layer, "the state store is lost")
        except Exception as error:
            log.exception("the layer %s failed, and stops nobody's signup", layer.name)
            self._skip(answer, layer, f"the layer failed ({type(error).__name__})")
        else:
            if word is not None:
                self._add(answer, Said(word, rules.enforce))

    def _skip(self, answer: Answer, layer: Layer, why: str) -> None:
        self._house.metrics.count(self._house.metrics.not_judged, layer.name)
        answer.skipped.append(Skip(layer.name, why))

    def _add(self, answer: Answer, said: Said) -> None:
        """Adds a word, and strikes out those that it lifts, or itself where it is lifted already."""
        said = _step(said) if answer.stepped else said
        earlier = next((one for one in answer.said if one.word.lifts and _lifts(one, said)), None)
        answer.said.append(replace(said, lifted=earlier.word.layer) if earlier else said)
        if said.word.lifts:
            answer.said = [
                replace(one, lifted=said.word.layer) if one is not said and _lifts(said, one) else one
                for one in answer.said
            ]

    def _settle(self, answer: Answer) -> None:
        decision, site, metrics = answer.decision, answer.attempt.site, self._house.metrics
        for said in answer.said:
            mode = "lifted" if said.lifted else "enforce" if said.enforced else "observe"
            metrics.count(metrics.door, site.key, said.word.layer, said.word.code, said.word.decision, mode)
        for layer in self.layers:
            if layer.name in site.layers and type(layer).settle is not Layer.settle:
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


def holder_of(house: House, caller: Caller) -> str:
    """Stands for a visitor: the user agent and the address prefix, hashed."""
    return house.sessions.hash(f"{caller.user_agent}\n{address_prefix(caller.ip)}", house.ring.newest.id)


def lease(house: House, attempt: Attempt, token: Token) -> Verified:
    """Reads the token and leases it to this visitor: user agent and address prefix. Raises TokenRefused and StateLost."""
    site = attempt.site
    return verify(
        house,
        token.text,
        sites=frozenset({site.key}),
        action=attempt.action,
        hostname=token.hostname,
        holder=holder_of(house, attempt.caller),
        spend=False,
    )


def judge_headers(attempt: Attempt) -> Judgement:
    """Judges a request by its headers and address alone, as for a form that was posted without the script."""
    caller: Caller = attempt.caller
    site: Site = attempt.site
    robot = attempt.house.lookout.recognise(caller.ip, caller.headers, caller.scheme, caller.line)
    page = {"scheme": caller.scheme}
    visit = Visit(site=site.key, action=attempt.action, ip=caller.ip, robot=robot, headers=caller.headers, page=page)
    return judge(visit, Payload(Story({}, {}), {}), site.rules, attempt.network)
