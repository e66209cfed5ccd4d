"""Every setting: name, kind, default and help, in one place. SETTINGS.md, ``hushgate config`` and the reader derive from it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from hushgate.errors import BadField
from hushgate.ghost.ids import SHAPES
from hushgate.ghost.shapes import TWITTER_EPOCH
from hushgate.keys import TEST_SECRET, weakness
from hushgate.lists.entry import Kind, read_value
from hushgate.visit import Decision, StepKind

REDIS_REMEDY = "Write redis://host:port, rediss://host:port or redis+cluster://host:port,host:port"
RATE = re.compile(r"^(\d{1,9})/(?:(\d{1,6}) ?)?(second|minute|hour|day)s?$")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class Rate:
    """At most ``amount`` in ``window`` seconds."""

    amount: int
    window: int


@dataclass(frozen=True)
class Setting:
    """One setting. ``read`` turns what the file or the environment says into the value, or raises ValueError in words."""

    name: str
    read: Callable[[Any], Any]
    default: Any
    help: str
    secret: bool = False


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text")
    return value


def _path(value: Any) -> Path:
    return Path(_text(value)).expanduser()


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise ValueError(f"expected a whole number from {low} to {high}") from None
        if isinstance(value, bool) or not low <= number <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return number

    return read


def _percent(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError("expected a number from 0 to 100") from None
    if isinstance(value, bool) or not 0 <= number <= 100:
        raise ValueError("expected a number from 0 to 100")
    return number


def _url(value: Any) -> str:
    parts = urlsplit(_text(value))
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise ValueError("expected an address such as https://gate.example.com, without a question mark or a user")
    return str(value).rstrip("/")


def _smtp(value: Any) -> str:
    parts = urlsplit(_text(value))
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == -1 or parts.path.strip("/"):
        raise ValueError("expected an address such as smtp://user@mail.example.com:587")
    if parts.password is not None:
        raise ValueError("the password belongs into the environment, HUSHGATE_SMTP_PASSWORD")
    return str(value)


def _secret(value: Any) -> str:
    text = _text(value)
    if text != TEST_SECRET and weakness(text.encode()):
        raise ValueError("expected a site's secret as `hushgate site add` prints it")
    return text


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"true", "false", "1", "0"}:
        return str(value).lower() in {"true", "1"}
    raise ValueError("expected true or false")


def _list(value: Any) -> list[str]:
    items = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("expected a list of texts")
    return [item for item in items if item]


def _entries(value: Any) -> tuple[tuple[Kind, str], ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("expected a list of texts")
    try:
        return tuple(read_value(item) for item in items)
    except BadField as error:
        raise ValueError(str(error).removeprefix("value: ")) from None


def _names(value: Any) -> tuple[str, ...]:
    return tuple(_list(value))


def _networks(value: Any) -> tuple[Any, ...]:
    return tuple(ipaddress.ip_network(item) for item in _list(value))


def _servers(value: Any) -> tuple[str, ...]:
    servers = _list(value)
    for server in servers:
        parts = urlsplit(f"//{server}")
        try:
            address, _ = ipaddress.ip_address(parts.hostname or ""), parts.port
        except ValueError:
            address = None
        if address is None or parts.path:
            raise ValueError(f"expected an address and a port, as 192.0.2.1:53: {server!r} is none")
    return tuple(servers)


def _hostnames(value: Any) -> tuple[str, ...]:
    names = _list(value)
    bad = [name for name in names if "/" in name or ":" in name or name != name.lower()]
    if bad:
        raise ValueError(
            f"expected names such as www.example.com, in lower case, without scheme or port: {bad[0]!r} is none"
        )
    return tuple(names)


def _secrets(value: Any) -> tuple[str, ...]:
    hashes = _list(value)
    if not all(re.fullmatch(r"sha256:[0-9a-f]{64}", item) for item in hashes):
        raise ValueError(
            "expected hashes as `hushgate site add` prints them, sha256: and 64 digits, never the secret itself"
        )
    return tuple(hashes)


def _fields(value: Any) -> tuple[str, ...]:
    return tuple(_list(value))


def _module(value: Any) -> str:
    name = _text(value)
    if name and not all(part.isidentifier() for part in name.split(".")):
        raise ValueError("expected the name of a Python module, such as shop.ghost_hooks")
    return name


def _rate(value: Any) -> Rate:
    match = RATE.match(_text(value))
    if not match:
        raise ValueError('expected a rate such as "60/minute" or "10/10 minutes"')
    return Rate(int(match.group(1)), int(match.group(2) or 1) * _SECONDS[match.group(3)])


def _rates(value: Any) -> tuple[Rate, ...]:
    text = _text(value).strip()
    if text in ("", "off"):
        return ()
    try:
        rates = tuple(_rate(part.strip()) for part in text.split(";") if part.strip())
    except ValueError:
        raise ValueError('expected rates such as "5/hour; 20/day", or "off"') from None
    if len({rate.window for rate in rates}) != len(rates):
        raise ValueError("two rates have the same window")
    if any(rate.window > 86400 for rate in rates):
        raise ValueError("the longest window is a day")
    return rates


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return str(value)

    return read


DECISION = _one_of(*get_args(Decision))

GATE: tuple[Setting, ...] = (
    Setting("data", _path, Path("hushgate-data"), "The folder for state, spool and everything else that is written."),
    Setting(
        "redis_url",
        _text,
        None,
        "redis://, rediss:// or redis+cluster://; without it, state is kept in SQLite.",
        secret=True,
    ),
    Setting(
        "trusted_proxies", _networks, (), "Networks whose X-Forwarded-For is believed. Nobody's, unless named here."
    ),
    Setting(
        "session_ttl", _whole(60, 604800), 43200, "Seconds that a page may stay open before it needs another session."
    ),
    Setting("token_ttl", _whole(30, 3600), 300, "Seconds in which the backend must redeem a token."),
    Setting(
        "session_rate", _rate, Rate(120, 60), "Sessions for one address prefix (/24, or /56 of IPv6), in each worker."
    ),
    Setting("verdict_rate", _rate, Rate(120, 60), "Verdicts for one address prefix, in each worker."),
    Setting(
        "state_lost",
        _one_of("judge", "refuse"),
        "judge",
        "When the state store cannot be reached: judge without the replay guard and say so, or refuse.",
    ),
    Setting(
        "spool_bytes",
        _whole(65536, 10**12),
        64 * 1024 * 1024,
        "Size at which a spool file is closed and another begun.",
    ),
    Setting("spool_days", _whole(1, 3650), 30, "Days that closed spool files are kept."),
    Setting(
        "country_data",
        _path,
        None,
        "A country database (MaxMind, DB-IP or flat .mmdb) instead of the one that is shipped.",
    ),
    Setting("network_data", _path, None, "An ASN database instead of the one that is shipped."),
    Setting("anonymous_data", _path, None, "A GeoIP2 Anonymous-IP database, for VPN, Tor and relay addresses."),
    Setting(
        "robot_data",
        _path,
        None,
        "A folder of further knowledge of robots: ranges/<name>.txt or .json, keys/<host>.json. `hushgate robots update` writes it; "
        "without it, robots in the data folder.",
    ),
    Setting(
        "robot_agents",
        _hostnames,
        (),
        "Hosts whose signing keys `hushgate robots update` fetches, such as chatgpt.com: robots that sign their requests (Web Bot Auth).",
    ),
    Setting(
        "robot_lookups",
        _flag,
        False,
        "Whether the addresses of visits that call themselves a crawler are looked up in DNS, beside the requests.",
    ),
    Setting(
        "test_keys",
        _flag,
        False,
        "Whether the site keys test-human, test-bot, ... work, with fixed outcomes. Never in production.",
    ),
    Setting(
        "passwords_url",
        _url,
        None,
        "The range API for known passwords: https://api.pwnedpasswords.com/range. Off without it; see docs/privacy.md.",
    ),
    Setting("passwords_ms", _whole(10, 10000), 300, "Milliseconds that looking up a password may take of a signup."),
    Setting(
        "reputation_key",
        _text,
        None,
        "The key for AbuseIPDB. Off without it: addresses leave the gate, see docs/privacy.md.",
        secret=True,
    ),
    Setting("reputation_url", _url, "https://api.abuseipdb.com/api/v2/check", "Where addresses are asked about."),
    Setting(
        "reputation_budget", _whole(1, 10_000_000), 900, "Questions about addresses a day, of all workers together."
    ),
    Setting(
        "mx_lookups",
        _flag,
        False,
        "Whether the MX records of mail domains are looked up, in the background. It tells your resolver who signs up from where.",
    ),
    Setting(
        "mx_budget_ms",
        _whole(0, 1000),
        50,
        "Milliseconds that a signup waits for an MX look-up that is not cached; what is not there by then counts for nothing.",
    ),
    Setting(
        "mx_servers",
        _servers,
        (),
        "Resolvers to ask, 192.0.2.1 or 192.0.2.1:5353 or [2001:db8::1]:53; else the system's.",
    ),
    Setting(
        "smtp_url",
        _smtp,
        None,
        "The mail server for mail codes: smtp://user@mail.example.com:587 (STARTTLS) or smtps://user@mail.example.com.",
    ),
    Setting("smtp_password", _text, None, "The password for the mail server.", secret=True),
    Setting("turnstile_secret", _text, None, "The secret of the Turnstile widget.", secret=True),
    Setting("hcaptcha_secret", _text, None, "The secret of the hCaptcha account.", secret=True),
    Setting(
        "turnstile_url",
        _url,
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        "Where Turnstile's answers are verified.",
    ),
    Setting("hcaptcha_url", _url, "https://api.hcaptcha.com/siteverify", "Where hCaptcha's answers are verified."),
    Setting(
        "step_up_ms",
        _whole(50, 30000),
        2000,
        "Milliseconds that a mail server, Turnstile or hCaptcha may take of a step-up.",
    ),
    Setting("log_level", _one_of("debug", "info", "warning", "error"), "info", "How much is logged."),
)
"""Settings of the gate: the table ``[gate]``, or ``HUSHGATE_<NAME>`` in the environment."""

SITE: tuple[Setting, ...] = (
    Setting("name", _text, "", "What the site is called, for people."),
    Setting("hostnames", _hostnames, (), "Hostnames of the pages that may use the site's key."),
    Setting("secrets", _secrets, (), "Hashes of the secrets for /v1/siteverify; two while one is replaced."),
    Setting(
        "mode",
        _one_of("observe", "enforce"),
        "observe",
        "observe lets everybody in and records what it would have done.",
    ),
    Setting(
        "disclosure",
        _one_of("conversion", "none"),
        "conversion",
        "What the page is told: whether to count, or nothing.",
    ),
    Setting("suspect_at", _percent, 50.0, "Score from which a visit is suspect."),
    Setting("bot_at", _percent, 80.0, "Score from which a visit is a bot."),
    Setting("ghost_id", _one_of(*SHAPES), "uuid4", f"The shape of the site's real ids: {', '.join(SHAPES)}."),
    Setting("ghost_id_size", _whole(8, 64), 21, "Letters of a nanoid."),
    Setting(
        "ghost_id_epoch", _whole(0, 4 * 10**12), TWITTER_EPOCH, "When a snowflake's time begins, in ms since 1970."
    ),
    Setting("ghost_days", _whole(1, 365), 14, "Days that what a ghost submitted is kept, encrypted."),
    Setting(
        "ghost_hashed_fields",
        _fields,
        (),
        "Fields that hold the hash of a password. Passwords themselves are never kept.",
    ),
    Setting(
        "ghost_hooks",
        _module,
        "",
        "The Python module with the site's on_restore, is_real and next_id: see docs/ghosts.md.",
    ),
    Setting(
        "ghost_pace_first",
        _whole(0, 10000),
        50,
        "Milliseconds that a ghost is held until a real signup was timed.",
    ),
    Setting("ghost_pace_cap", _whole(1, 60000), 2000, "Milliseconds that a ghost is held at the most."),
)
"""Settings of one site: the table ``[sites.<site key>]``."""

LOGINS: tuple[Setting, ...] = (
    Setting("address", _rates, (Rate(30, 600),), "Failed logins from one address prefix; then it has to wait."),
    Setting(
        "pair", _rates, (Rate(10, 900),), "Failed logins at one account from one address prefix; then it has to wait."
    ),
    Setting(
        "account", _rates, (Rate(50, 3600),), "Failed logins at one account; then a step more is asked of everybody."
    ),
)
"""Failed logins that are put up with: ``[sites.<site key>.logins]``."""

_STEP_KIND = _one_of(*get_args(StepKind))
STEP_UP: tuple[Setting, ...] = (
    Setting(
        "kind", _STEP_KIND, "none", f"What is asked of a visit that is challenged: {', '.join(get_args(StepKind))}."
    ),
    Setting("fallback", _STEP_KIND, "none", "Another way, for whoever cannot do the first."),
    Setting(
        "lost",
        _one_of("challenge", "allow"),
        "challenge",
        "When a way fails by itself (mail server or service down, state store lost): the challenge stays, or the visit is let in.",
    ),
    Setting(
        "easiest", _whole(1, 100_000), 500, "Proof of work: the most tries (PBKDF2, 2,000 rounds each) at a score of 0."
    ),
    Setting("hardest", _whole(1, 100_000), 4000, "The same at a score of 100. Between them it grows evenly."),
    Setting("sitekey", _text, "", "The public key of the Turnstile or hCaptcha widget."),
    Setting("mail_from", _text, "", "The sender of mail codes, such as signup@example.com. Needed with `smtp_url`."),
    Setting("mail_rate", _rates, (Rate(3, 600), Rate(10, 86400)), "Mail codes to one address."),
    Setting("visitor_rate", _rates, (Rate(10, 3600),), "Mail codes that one visitor may ask for."),
)
"""What a challenge offers: ``[sites.<site key>.step_up]``."""

REPUTATION: tuple[Setting, ...] = (
    Setting("challenge_at", _percent, 75.0, "AbuseIPDB's score of an address from which a step more is asked."),
)

POLICY: tuple[Setting, ...] = (
    Setting("human", DECISION, "allow", "What is done with a human."),
    Setting("suspect", DECISION, "allow", "What is done with a suspect."),
    Setting("bot", DECISION, "ghost", "What is done with a bot."),
    Setting("below_ghost", DECISION, "challenge", "What is done with a bot whose score is too low for a ghost."),
    Setting("ghost_at", _percent, 90.0, "Score from which a bot may be ghosted."),
    Setting(
        "robot",
        DECISION,
        "deny",
        "What is done with a verified robot (a crawler, a monitor, an agent): by default a plain refusal, for it is nobody's bot to fool. "
        "Its verdict stays bot, so letting it in counts no conversion.",
    ),
    Setting("missing", DECISION, "challenge", "No token: script blocked or timed out, or no JavaScript."),
    Setting("expired", DECISION, "challenge", "A token past its time."),
    Setting("forged", DECISION, "challenge", "A token that is not the gate's."),
    Setting("replayed", DECISION, "challenge", "A token that was redeemed before."),
    Setting("misdirected", DECISION, "challenge", "A token for another site, hostname or action."),
    Setting("state_lost", DECISION, "allow", "The state store is lost and the gate is set to refuse."),
    Setting("gate_lost", DECISION, "allow", "The gate runs elsewhere, and did not answer the backend in time."),
    Setting(
        "quarantine_lost", DECISION, "challenge", "A ghost whose submission cannot be kept, and who may be a person."
    ),
)
"""What is done: ``[sites.<site key>.policy]``, and ``[sites.<site key>.policy.<action>]`` for one action."""

MODE = _one_of("off", "observe", "enforce")
Mode = Literal["off", "observe", "enforce"]


@dataclass(frozen=True)
class LayerSettings:
    """A layer of the door: its name, what it is, and its settings, the table ``[sites.<site key>.<name>]``."""

    name: str
    help: str
    settings: tuple[Setting, ...] = ()


_HOUR = 3600
LIMITS: tuple[Setting, ...] = (
    Setting("actions", _names, ("signup",), "Actions that are limited."),
    Setting("address", _rates, (Rate(5, _HOUR),), "Signups from one address; of IPv6, from one prefix."),
    Setting(
        "exempt",
        _networks,
        (),
        "Networks whose addresses are not limited one by one: an office, a school, a test machine.",
    ),
    Setting("prefix6", _whole(32, 128), 64, "Bits of an IPv6 address that are one visitor's: 64, or 56."),
    Setting(
        "session",
        _rates,
        (Rate(20, _HOUR),),
        "Attempts with one token, each counted: a form that is sent again and again.",
    ),
    Setting(
        "device",
        _rates,
        (Rate(30, _HOUR),),
        "Signups of devices that tell one story, as phones of one model do. Scaled by what the site normally sees.",
    ),
    Setting(
        "provider",
        _rates,
        (Rate(10, 600),),
        "Signups with addresses of one mail provider. Scaled by what the site normally sees, so that no great provider is locked out.",
    ),
    Setting("domain", _rates, (Rate(30, _HOUR),), "Signups with addresses of one mail domain. Scaled likewise."),
    Setting("network", _rates, (Rate(60, _HOUR),), "Signups from one network (AS number). Scaled likewise."),
    Setting("site", _rates, (), "Signups at the site, all in all."),
)

LISTS: tuple[Setting, ...] = (
    Setting(
        "block",
        _entries,
        (),
        'What is refused: ["203.0.113.0/24", "AS64500", "example.com", "agent:curl/*"]. `hushgate block` adds more, with reason and expiry.',
    ),
    Setting("allow", _entries, (), "What is let in whatever else is said, likewise. It beats a block."),
)

OFF, OBSERVE = "off", "observe"


def _weight(value: Any) -> int | str:
    """A rule's: off, observe, or a weight."""
    if value in (OFF, OBSERVE):
        return str(value)
    try:
        return _whole(1, 100)(value)
    except ValueError:
        raise ValueError(f'expected "{OFF}", "{OBSERVE}", or a weight from 1 to 100') from None


MAIL_RULES: tuple[Setting, ...] = (
    Setting("disposable", _weight, 60, "The domain is one of throw-away mail. Privacy relays are not."),
    Setting("ending", _weight, 20, "The domain's ending is one that throw-away mail is found under."),
    Setting("undeliverable", _weight, 50, "No mail can be delivered to the domain; needs `mx_lookups`."),
    Setting("random_local", _weight, 50, "What stands before the @ looks random."),
    Setting("shared_prefix", _weight, 72, "Several made-up addresses within an hour begin alike."),
    Setting("sequence", _weight, 60, "Several addresses within an hour end in numbers next to each other."),
    Setting("many_spellings", _weight, 50, "One inbox is written in several ways within a day."),
    Setting("new_domain", _weight, 25, "Nobody has signed up with the domain for a month."),
    Setting(
        "domain_burst", _weight, 50, "Addresses of a domain that was not known come from many networks within a day."
    ),
    Setting(
        "concentration", _weight, 40, "Over 30 % of an hour's signups are at one domain, and twice its usual share."
    ),
    Setting("host_burst", _weight, 50, "Many new domains within a day have one mail host; needs `mx_lookups`."),
    Setting("doubtful_network", _weight, 50, "Half of a day's addresses from its network were thrown away or made up."),
    Setting("surge", _weight, 50, "Six times the usual signups within an hour, a tenth of them part of a wave."),
)
"""The rules for mail addresses: what each weighs, or off, or observe."""

MAIL: tuple[Setting, ...] = (
    Setting("actions", _names, ("signup",), "Actions at which somebody gives an address for the first time."),
    Setting(
        "keep",
        _one_of("hash", "address"),
        "hash",
        "How an address is kept on record: as a keyed hash, or as it was written.",
    ),
    Setting(
        "syntax",
        _one_of(OFF, *get_args(Decision)),
        "allow",
        "What is done where it is no mail address at all. The reasons say what to mend; by default your own form tells the visitor.",
    ),
    Setting("challenge_at", _percent, 50.0, "What the rules weigh together from which an address is challenged."),
    Setting("ghost_at", _percent, 90.0, "And from which it is ghosted: it takes three families of rules that agree."),
    *MAIL_RULES,
)

LAYERS: tuple[LayerSettings, ...] = (
    LayerSettings(
        "lists", "Whom the operator has blocked or let in: addresses, networks, mail domains, user agents.", LISTS
    ),
    LayerSettings("verdict", "What the visit was judged to be, by its token."),
    LayerSettings("decoy", "A field that nobody sees, where `/v1/decoy.js` is embedded. Alone it never ghosts."),
    LayerSettings(
        "reputation", "What others have reported of the address. Says nothing without `reputation_key`.", REPUTATION
    ),
    LayerSettings(
        "limits", "How many signups there may be, by address, network, mail domain and provider, and device.", LIMITS
    ),
    LayerSettings("mail", "The mail address: what it says by itself, and what shows only across signups.", MAIL),
)
"""The layers in the order in which they are asked: ``[sites.<site key>.layers]`` says off, observe or enforce for each."""

CLIENT: tuple[Setting, ...] = (
    Setting("url", _url, None, "Where the gate is, for a backend that asks it over HTTP: https://gate.example.com."),
    Setting("secret", _secret, None, "The site's secret, which `hushgate site add` printed once.", secret=True),
    Setting("site", _text, None, "The site's key. In process it may be left out where there is one site."),
    Setting(
        "public_url", _url, None, "Where the gate is for browsers, for the script tag; `url` where it is the same."
    ),
    Setting("budget_ms", _whole(50, 60000), 800, "Milliseconds that one question to the gate may take, all in all."),
    Setting(
        "gate_lost",
        DECISION,
        None,
        "What is done where the gate does not answer; without it, what the gate's own policy said last, and at first allow.",
    ),
)
"""Settings of a backend that uses the gate: ``HUSHGATE_<NAME>`` in its environment, or in its framework's settings."""
