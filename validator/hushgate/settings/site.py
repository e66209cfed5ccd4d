"""Settings of one site: who it is, what is done with a verdict, logins and steps."""

from __future__ import annotations

from typing import get_args

from hushgate.ghost.ids import SHAPES
from hushgate.ghost.shapes import TWITTER_EPOCH
from hushgate.settings import readers as read
from hushgate.settings.setting import Rate, Setting
from hushgate.visit import StepKind

SITE: tuple[Setting, ...] = (
    Setting("name", read.text, "", "What the site is called, for people."),
    Setting("hostnames", read.hostnames, (), "Hostnames of the pages that may use the site's key."),
    Setting("secrets", read.secrets, (), "Hashes of the secrets for /v1/siteverify; two while one is replaced."),
    Setting(
        "mode",
        read.one_of("observe", "enforce"),
        "observe",
        "observe lets everybody in and records what it would have done.",
    ),
    Setting(
        "disclosure",
        read.one_of("conversion", "none"),
        "conversion",
        "What the page is told: whether to count, or nothing.",
    ),
    Setting("suspect_at", read.percent, 50.0, "Score from which a visit is suspect."),
    Setting("bot_at", read.percent, 80.0, "Score from which a visit is a bot."),
    Setting("ghost_id", read.one_of(*SHAPES), "uuid4", f"The shape of the site's real ids: {', '.join(SHAPES)}."),
    Setting("ghost_id_size", read.whole(8, 64), 21, "Letters of a nanoid."),
    Setting(
        "ghost_id_epoch", read.whole(0, 4 * 10**12), TWITTER_EPOCH, "When a snowflake's time begins, in ms since 1970."
    ),
    Setting("ghost_days", read.whole(1, 365), 14, "Days that what a ghost submitted is kept, encrypted."),
    Setting(
        "ghost_hashed_fields",
        read.fields,
        (),
        "Fields that hold the hash of a password. Passwords themselves are never kept.",
    ),
    Setting(
        "ghost_hooks",
        read.module,
        "",
        "The Python module with the site's on_restore, is_real and next_id: see docs/ghosts.md.",
    ),
    Setting(
        "ghost_pace_first",
        read.whole(0, 10000),
        50,
        "Milliseconds that a ghost is held until a real signup was timed.",
    ),
    Setting("ghost_pace_cap", read.whole(1, 60000), 2000, "Milliseconds that a ghost is held at the most."),
)
"""Settings of one site: the table ``[sites.<site key>]``."""

LOGINS: tuple[Setting, ...] = (
    Setting("address", read.rates, (Rate(30, 600),), "Failed logins from one address prefix; then it has to wait."),
    Setting(
        "pair",
        read.rates,
        (Rate(10, 900),),
        "Failed logins at one account from one address prefix; then it has to wait.",
    ),
    Setting(
        "account",
        read.rates,
        (Rate(50, 3600),),
        "Failed logins at one account; then a step more is asked of everybody.",
    ),
)
"""Failed logins that are put up with: ``[sites.<site key>.logins]``."""

_STEP_KIND = read.one_of(*get_args(StepKind))
STEP_UP: tuple[Setting, ...] = (
    Setting(
        "kind", _STEP_KIND, "none", f"What is asked of a visit that is challenged: {', '.join(get_args(StepKind))}."
    ),
    Setting("fallback", _STEP_KIND, "none", "Another way, for whoever cannot do the first."),
    Setting(
        "lost",
        read.one_of("challenge", "allow"),
        "challenge",
        "When a way fails by itself (mail server or service down, state store lost): the challenge stays, or the visit is let in.",
    ),
    Setting(
        "easiest",
        read.whole(1, 100_000),
        500,
        "Proof of work: the most tries (PBKDF2, 2,000 rounds each) at a score of 0.",
    ),
    Setting("hardest", read.whole(1, 100_000), 4000, "The same at a score of 100. Between them it grows evenly."),
    Setting("sitekey", read.text, "", "The public key of the Turnstile or hCaptcha widget."),
    Setting(
        "mail_from", read.text, "", "The sender of mail codes, such as signup@example.com. Needed with `smtp_url`."
    ),
    Setting("mail_rate", read.rates, (Rate(3, 600), Rate(10, 86400)), "Mail codes to one address."),
    Setting("visitor_rate", read.rates, (Rate(10, 3600),), "Mail codes that one visitor may ask for."),
)
"""What a challenge offers: ``[sites.<site key>.step_up]``."""

POLICY: tuple[Setting, ...] = (
    Setting("human", read.decision, "allow", "What is done with a human."),
    Setting("suspect", read.decision, "allow", "What is done with a suspect."),
    Setting("bot", read.decision, "ghost", "What is done with a bot."),
    Setting("below_ghost", read.decision, "challenge", "What is done with a bot whose score is too low for a ghost."),
    Setting("ghost_at", read.percent, 90.0, "Score from which a bot may be ghosted."),
    Setting(
        "robot",
        read.decision,
        "deny",
        "What is done with a verified robot (a crawler, a monitor, an agent): by default a plain refusal, for it is nobody's bot to fool. "
        "Its verdict stays bot, so letting it in counts no conversion.",
    ),
    Setting("missing", read.decision, "challenge", "No token: script blocked or timed out, or no JavaScript."),
    Setting("expired", read.decision, "challenge", "A token past its time."),
    Setting("forged", read.decision, "challenge", "A token that is not the gate's."),
    Setting("replayed", read.decision, "challenge", "A token that was redeemed before."),
    Setting("misdirected", read.decision, "challenge", "A token for another site, hostname or action."),
    Setting("state_lost", read.decision, "allow", "The state store is lost and the gate is set to refuse."),
    Setting("gate_lost", read.decision, "allow", "The gate runs elsewhere, and did not answer the backend in time."),
    Setting(
        "quarantine_lost",
        read.decision,
        "challenge",
        "A ghost whose submission cannot be kept, and who may be a person.",
    ),
)
"""What is done: ``[sites.<site key>.policy]``, and ``[sites.<site key>.policy.<action>]`` for one action."""
