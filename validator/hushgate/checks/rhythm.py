"""How keys are held, and the rhythm."""

from __future__ import annotations

from hushgate.evidence.privacy import Privacy
from hushgate.examples import TYPIST
from hushgate.registry import Tier, check
from hushgate.signals import Interaction


def _helped(interaction: Interaction) -> bool:
    """Whether something stood between the fingers and the page: a touch screen, a composition, an input method that hands keys back."""
    spreads = (interaction.dwell, interaction.flight)
    return bool(interaction.touch or interaction.composed) or not all(one.ordered for one in spreads if one)


@check(
    "keys-not-held",
    title="Keys were released as soon as they were pressed",
    tier=Tier.SOFT,
    weight=45,
    flags=[{"interaction": {**TYPIST, "dwell": {"n": 40, "p10": 0.2, "p50": 0.6, "p90": 1.1, "cv": 0.5}}}],
    passes=[
        {"interaction": TYPIST},
        {"interaction": {**TYPIST, "dwell": {"n": 4, "p50": 1.0}}},
        {"interaction": {**TYPIST, "touch": 5, "dwell": {"n": 40, "p50": 2.0}}},
        {"interaction": {**TYPIST, "dwell": {"n": 40, "p10": -40.0, "p50": 2.0, "p90": 90.0, "cv": 3.1}}},
    ],
    wrong_about="On-screen keyboards, which have no keys to hold, and remote desktops that bundle events.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
)
def keys_not_held(interaction: Interaction) -> str | None:
    """A finger holds a key for 60 to 130 ms."""
    dwell = interaction.dwell
    if dwell is None or dwell.n < 8 or dwell.p50 is None or dwell.p50 >= 20 or _helped(interaction):
        return None
    return f"keys were held for {dwell.p50:g} ms"


@check(
    "keys-even",
    title="Every key was held for the same time",
    tier=Tier.SOFT,
    weight=40,
    flags=[{"interaction": {**TYPIST, "dwell": {"n": 40, "p10": 49.8, "p50": 50.1, "p90": 50.6, "cv": 0.01}}}],
    passes=[
        {"interaction": TYPIST},
        {"interaction": {**TYPIST, "dwell": {"n": 5, "p50": 80.0, "cv": 0.1}}},
        {"interaction": {**TYPIST, "dwell": {"n": 40, "p10": -900.0, "p50": 80.0, "p90": 96.0, "cv": -4.2}}},
    ],
    wrong_about="Assistive keyboards with a fixed length of press.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
)
def keys_even(interaction: Interaction) -> str | None:
    """Hands vary by a third; a fixed delay does not."""
    dwell = interaction.dwell
    if dwell is None or dwell.n < 12 or dwell.cv is None or dwell.cv >= 0.12 or _helped(interaction):
        return None
    return f"{dwell.n} keys were held for the same time, within {dwell.cv:.0%}"


@check(
    "keys-without-pause",
    title="Each key went down as soon as the one before was released",
    tier=Tier.SOFT,
    weight=45,
    flags=[
        {"interaction": {**TYPIST, "rollover": 0, "flight": {"n": 43, "p10": 0.8, "p50": 1.2, "p90": 3.9, "cv": 2.1}}}
    ],
    passes=[
        {"interaction": TYPIST},
        {"interaction": {**TYPIST, "flight": {"n": 40, "p10": 1.0, "p50": 85.0, "p90": 244.0, "cv": 1.2}}},
        {"interaction": {**TYPIST, "flight": {"n": 5, "p50": 1.0, "p90": 2.0}}},
        {"interaction": {**TYPIST, "touch": 3, "flight": {"n": 40, "p50": 1.0, "p90": 2.0}}},
        {"interaction": {**TYPIST, "flight": {"n": 35, "p10": -1136.0, "p50": -68.0, "p90": 5.0, "cv": -4.39}}},
    ],
    wrong_about="Dictation and text expanders that press the keys for the person.",
    abstain=(Privacy.RESISTS_FINGERPRINTING,),
)
def keys_without_pause(interaction: Interaction) -> str | None:
    """A finger has to find the next key: 50 to 250 ms, or it goes down before the last one is up. A driver goes on at once."""
    flight = interaction.flight
    if flight is None or flight.n < 12 or flight.p50 is None or flight.p90 is None:
        return None
    if flight.p50 >= 5 or flight.p90 >= 15 or _helped(interaction):
        return None
    return f"{flight.n} keys were pressed {flight.p50:g} ms after the one before"


@check(
    "no-rollover",
    title="No key was ever pressed before the one before it was released",
    tier=Tier.NOTE,
    flags=[{"interaction": {**TYPIST, "rollover": 0}}],
    passes=[{"interaction": TYPIST}, {"interaction": {**TYPIST, "typed": 8, "rollover": 0}}],
    wrong_about="Everybody who types with two fingers.",
)
def no_rollover(interaction: Interaction) -> str | None:
    """Practised hands overlap; drivers press and release one by one."""
    if interaction.typed < 25 or interaction.rollover or interaction.touch:
        return None
    return f"{interaction.typed} characters were typed, and no two keys overlapped"
