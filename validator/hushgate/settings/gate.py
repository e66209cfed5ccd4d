"""Settings of the gate, and of a backend that uses one."""

from __future__ import annotations

from pathlib import Path

from hushgate.settings import readers as read
from hushgate.settings.setting import Rate, Setting

GATE: tuple[Setting, ...] = (
    Setting(
        "data", read.path, Path("hushgate-data"), "The folder for state, spool and everything else that is written."
    ),
    Setting(
        "redis_url",
        read.text,
        None,
        "redis://, rediss:// or redis+cluster://; without it, state is kept in a file that the workers of one machine share.",
        secret=True,
    ),
    Setting(
        "trusted_proxies",
        read.networks,
        (),
        "Networks whose X-Forwarded-For is believed. Nobody's, unless named here. Such a proxy must drop headers with an underscore in "
        "their names (nginx does unless told otherwise): to a WSGI server X_Forwarded_For is the same header, and a visitor's own word.",
    ),
    Setting(
        "session_ttl",
        read.whole(60, 604800),
        43200,
        "Seconds that a page may stay open before it needs another session.",
    ),
    Setting("token_ttl", read.whole(30, 3600), 300, "Seconds in which the backend must redeem a token."),
    Setting(
        "session_rate",
        read.rate,
        Rate(120, 60),
        "Sessions for one address prefix (/24, or /56 of IPv6), in each worker.",
    ),
    Setting("verdict_rate", read.rate, Rate(120, 60), "Verdicts for one address prefix, in each worker."),
    Setting(
        "state_lost",
        read.one_of("judge", "refuse"),
        "judge",
        "When the state store cannot be reached: judge without the replay guard and say so, or refuse.",
    ),
    Setting(
        "spool_bytes",
        read.whole(65536, 10**12),
        64 * 1024 * 1024,
        "Bytes at which a spool file is closed and another begun.",
    ),
    Setting("spool_days", read.whole(1, 3650), 30, "Days that closed spool files are kept."),
    Setting(
        "spool_total_bytes",
        read.whole(1024 * 1024, 10**15),
        10 * 1024**3,
        "Bytes that all spool files take together; the records of the door and of outcomes likewise. The oldest closed files go first, "
        "before their days are over. One file takes a quarter of it at the most, and each further worker may be writing one.",
    ),
    Setting(
        "country_data",
        read.path,
        None,
        "A country database (MaxMind, DB-IP or flat .mmdb) instead of the one that is shipped.",
    ),
    Setting("network_data", read.path, None, "An ASN database instead of the one that is shipped."),
    Setting("anonymous_data", read.path, None, "A GeoIP2 Anonymous-IP database, for VPN, Tor and relay addresses."),
    Setting(
        "robot_data",
        read.path,
        None,
        "A folder of further knowledge of robots: ranges/<name>.txt or .json, keys/<host>.json. `hushgate robots update` writes it; "
        "without it, robots in the data folder.",
    ),
    Setting(
        "robot_agents",
        read.hostnames,
        (),
        "Hosts whose signing keys `hushgate robots update` fetches, such as chatgpt.com: robots that sign their requests (Web Bot Auth).",
    ),
    Setting(
        "robot_lookups",
        read.flag,
        False,
        "Whether the addresses of visits that call themselves a crawler are looked up in DNS, beside the requests.",
    ),
    Setting(
        "test_keys",
        read.flag,
        False,
        "Whether the site keys test-human, test-bot, ... work, with fixed outcomes. Never in production.",
    ),
    Setting(
        "passwords_url",
        read.url,
        None,
        "The range API for known passwords: https://api.pwnedpasswords.com/range. Off without it; see docs/privacy.md.",
    ),
    Setting(
        "passwords_ms", read.whole(10, 10000), 300, "Milliseconds that looking up a password may take of a signup."
    ),
    Setting(
        "reputation_key",
        read.text,
        None,
        "The key for AbuseIPDB. Off without it: addresses leave the gate, see docs/privacy.md.",
        secret=True,
    ),
    Setting("reputation_url", read.url, "https://api.abuseipdb.com/api/v2/check", "Where addresses are asked about."),
    Setting(
        "reputation_budget", read.whole(1, 10_000_000), 900, "Questions about addresses a day, of all workers together."
    ),
    Setting(
        "mx_lookups",
        read.flag,
        False,
        "Whether the MX records of mail domains are looked up, in the background. It tells your resolver who signs up from where.",
    ),
    Setting(
        "mx_budget_ms",
        read.whole(0, 1000),
        50,
        "Milliseconds that a signup waits for an MX look-up that is not cached; what is not there by then counts for nothing.",
    ),
    Setting(
        "mx_servers",
        read.servers,
        (),
        "Resolvers to ask, 192.0.2.1 or 192.0.2.1:5353 or [2001:db8::1]:53; else the system's.",
    ),
    Setting(
        "smtp_url",
        read.smtp,
        None,
        "The mail server for mail codes: smtp://user@mail.example.com:587 (STARTTLS) or smtps://user@mail.example.com.",
    ),
    Setting("smtp_password", read.text, None, "The password for the mail server.", secret=True),
    Setting("turnstile_secret", read.text, None, "The secret of the Turnstile widget.", secret=True),
    Setting("hcaptcha_secret", read.text, None, "The secret of the hCaptcha account.", secret=True),
    Setting(
        "turnstile_url",
        read.url,
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        "Where Turnstile's answers are verified.",
    ),
    Setting("hcaptcha_url", read.url, "https://api.hcaptcha.com/siteverify", "Where hCaptcha's answers are verified."),
    Setting(
        "step_up_ms",
        read.whole(50, 30000),
        2000,
        "Milliseconds that a mail server, Turnstile or hCaptcha may take of a step-up.",
    ),
    Setting(
        "metrics_token",
        read.bearer,
        None,
        "The token that Prometheus shows to read `/metrics`, as `openssl rand -hex 32` makes one. Without it there is no `/metrics`, "
        "and to who does not show it there is none either.",
        secret=True,
    ),
    Setting("log_level", read.one_of("debug", "info", "warning", "error"), "info", "How much is logged."),
)
"""Settings of the gate: the table ``[gate]``, or ``HUSHGATE_<NAME>`` in the environment."""

CLIENT: tuple[Setting, ...] = (
    Setting(
        "url", read.url, None, "Where the gate is, for a backend that asks it over HTTP: https://gate.example.com."
    ),
    Setting("secret", read.secret, None, "The site's secret, which `hushgate site add` printed once.", secret=True),
    Setting("site", read.text, None, "The site's key. In process it may be left out where there is one site."),
    Setting(
        "public_url",
        read.url,
        None,
        "Where the gate is for browsers, for the script tag that an integration writes; `url` where it is the same. Needed in process, "
        "where there is no `url`.",
    ),
    Setting(
        "budget_ms", read.whole(50, 60000), 800, "Milliseconds that one question to the gate may take, all in all."
    ),
    Setting(
        "gate_lost",
        read.decision,
        None,
        "What is done where the gate does not answer; without it, what the gate's own policy said last, and at first allow.",
    ),
)
"""Settings of a backend that uses the gate: ``HUSHGATE_<NAME>`` in its environment, or in its framework's settings."""
