"""How fields came to be entered."""

from __future__ import annotations

from hushgate.evidence.words import many
from hushgate.registry import Tier, check
from hushgate.signals import Interaction

_TYPED = {"bound": True, "filled": 3, "inputs": 40, "typed": 40, "keydowns": 44, "focuses": 4}


@check(
    "focus-without-cause",
    title="Fields were entered with no press and no Tab",
    tier=Tier.SOFT,
    weight=35,
    flags=[{"interaction": {**_TYPED, "downs": 1, "mouse": 1}}],
    passes=[
        {"interaction": {**_TYPED, "downs": 4, "mouse": 4}},
        {"interaction": {**_TYPED, "tabs": 3, "downs": 1}},
        {"interaction": {**_TYPED, "touches": 4, "touch": 4}},
        {"interaction": {**_TYPED, "autofilled": 2}},
        {"interaction": {**_TYPED, "focuses": 2}},
        {"interaction": {**_TYPED, "hidden_ms": 4000.0}},
    ],
    wrong_about="People with a screen reader, which enters fields by itself; hence little, and never alone.",
)
def focus_without_cause(interaction: Interaction) -> str | None:
    """A driver enters a field by asking the page to; a hand presses there or goes on with Tab."""
    causes = interaction.downs + interaction.tabs
    helped = interaction.touches or interaction.autofilled or interaction.composed or interaction.hidden_ms
    if helped or not interaction.typed or interaction.focuses < 3 or interaction.focuses - causes < 3:
        return None
    return f"{interaction.focuses} fields were entered, with {many(causes, 'press or Tab', 'presses and Tabs')}"


@check(
    "typed-out-of-focus",
    title="Text was typed into fields that were never entered",
    tier=Tier.SOFT,
    weight=60,
    flags=[
        {"interaction": {**_TYPED, "focuses": 0, "moves": 112, "mouse": 4, "presses": {"n": 4}}},
        {"interaction": {**_TYPED, "focuses": 0, "tabs": 2}},
    ],
    passes=[
        {"interaction": {**_TYPED, "mouse": 4, "presses": {"n": 4}}},
        {"interaction": {**_TYPED, "focuses": 0, "mouse": 1, "presses": {"n": 1}}},
        {"interaction": {**_TYPED, "focuses": 0, "filled": 1, "mouse": 3, "presses": {"n": 3}}},
        {"interaction": {**_TYPED, "focuses": 0, "touches": 4, "touch": 4, "presses": {"n": 4}}},
    ],
    wrong_about="Pages that keep focus events from every other script.",
)
def typed_out_of_focus(interaction: Interaction) -> str | None:
    """A hand's window is in front, and the field that is pressed or gone on to gets the focus; a driver writes into a window behind as well."""
    pressed = interaction.presses is not None and interaction.presses.n >= 3 and interaction.mouse >= 3
    gone_on = pressed or interaction.tabs >= 2
    if interaction.focuses or not gone_on or interaction.typed < 12 or (interaction.filled or 0) < 2:
        return None
    causes = interaction.mouse + interaction.tabs
    return (
        f"{many(causes, 'press or Tab', 'presses and Tabs')}, {interaction.typed} characters, and no field was entered"
    )
