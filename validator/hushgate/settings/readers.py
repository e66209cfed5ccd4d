"""What turns the text of a setting into its value, or raises ValueError in words."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args
from urllib.parse import urlsplit

from hushgate.errors import BadField
from hushgate.idn import ascii_domain
from hushgate.keys import TEST_SECRET, weakness
from hushgate.lists.entry import Kind, read_value
from hushgate.settings.setting import Rate
from hushgate.visit import Decision

T = TypeVar("T")
OFF, OBSERVE = "off", "observe"
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_HOSTNAME = re.compile(r"\*|(?=.{1,253}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
RATE = re.compile(r"^(\d{1,9})/(?:(\d{1,6}) ?)?(second|minute|hour|day)s?$")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def text(value: Any) -> str:
    """Text."""
    if not isinstance(value, str):
        raise ValueError("expected text")
    return value


def path(value: Any) -> Path:
    """A path; ~ is the home folder."""
    return Path(text(value)).expanduser()


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A whole number between two, both included."""

    def read(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise ValueError(f"expected a whole number from {low} to {high}") from None
        if isinstance(value, bool) or not low <= number <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return number

    return read


def percent(value: Any) -> float:
    """A number from 0 to 100."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError("expected a number from 0 to 100") from None
    if isinstance(value, bool) or not 0 <= number <= 100:
        raise ValueError("expected a number from 0 to 100")
    return number


def url(value: Any) -> str:
    """An http or https address."""
    parts = urlsplit(text(value))
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise ValueError("expected an address such as https://gate.example.com, without a question mark or a user")
    return str(value).rstrip("/")


def smtp(value: Any) -> str:
    """The address of a mail server."""
    parts = urlsplit(text(value))
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == -1 or parts.path.strip("/"):
        raise ValueError("expected an address such as smtp://user@mail.example.com:587")
    if parts.password is not None:
        raise ValueError("the password belongs into the environment, HUSHGATE_SMTP_PASSWORD")
    return str(value)


def secret(value: Any) -> str:
    """A site's secret."""
    told = text(value)
    if told != TEST_SECRET and weakness(told.encode()):
        raise ValueError("expected a site's secret as `hushgate site add` prints it")
    return told


def bearer(value: Any) -> str:
    """A token for the header Authorization (RFC 6750, section 2.1)."""
    told = text(value)
    if not _BEARER.fullmatch(told):
        raise ValueError("expected letters, digits and -._~+/ only")
    if why := weakness(told.encode()):
        raise ValueError(why)
    return told


def flag(value: Any) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"true", "false", "1", "0"}:
        return str(value).lower() in {"true", "1"}
    raise ValueError("expected true or false")


def texts(value: Any) -> list[str]:
    """Texts, as a list or with blanks or commas between them."""
    items = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("expected a list of texts")
    return [item for item in items if item]


def _each(items: list[str], read: Callable[[str], T]) -> tuple[T, ...]:
    """All of them, read. Raises ValueError with what is wrong with each that is wrong, not only the first."""
    good, wrong = list[T](), dict[str, None]()
    for item in items:
        try:
            good.append(read(item))
        except ValueError as error:
            wrong[str(error)] = None
    if wrong:
        raise ValueError("; ".join(wrong))
    return tuple(good)


def entries(value: Any) -> tuple[tuple[Kind, str], ...]:
    """Entries of a block or allow list."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("expected a list of texts")
    return _each(items, _entry)


def _entry(text: str) -> tuple[Kind, str]:
    try:
        return read_value(text)
    except BadField as error:
        raise ValueError(str(error).removeprefix("value: ")) from None


def names(value: Any) -> tuple[str, ...]:
    """Names."""
    return tuple(texts(value))


def networks(value: Any) -> tuple[Any, ...]:
    """Networks, in CIDR notation."""
    return _each(texts(value), ipaddress.ip_network)


def servers(value: Any) -> tuple[str, ...]:
    """Addresses of name servers."""
    return _each(texts(value), _server)


def _server(text: str) -> str:
    parts = urlsplit(f"//{text}")
    try:
        address, _ = ipaddress.ip_address(parts.hostname or ""), parts.port
    except ValueError:
        address = None
    if address is None or parts.path:
        raise ValueError(f"expected an address and a port, as 192.0.2.1:53: {text!r} is none")
    return text


def hostnames(value: Any) -> tuple[str, ...]:
    """Hostnames of pages, as browsers send them: in ASCII and lower case, without a dot at the end."""
    texts(value)
    return _each(value if isinstance(value, list) else texts(value), _hostname)


def _hostname(text: str) -> str:
    name = ascii_domain(text.strip()).removesuffix(".")
    if text.strip().startswith("*."):
        raise ValueError(f"a star stands for no part of a name: name each hostname instead of {text!r}")
    if not _HOSTNAME.fullmatch(name):
        raise ValueError(f"expected names such as www.example.com, without scheme or port: {text!r} is none")
    return name


def secrets(value: Any) -> tuple[str, ...]:
    """Hashes of a site's secrets."""
    hashes = texts(value)
    if not all(re.fullmatch(r"sha256:[0-9a-f]{64}", item) for item in hashes):
        raise ValueError(
            "expected hashes as `hushgate site add` prints them, sha256: and 64 digits, never the secret itself"
        )
    return tuple(hashes)


def fields(value: Any) -> tuple[str, ...]:
    """Names of form fields."""
    return tuple(texts(value))


def module(value: Any) -> str:
    """The name of a Python module."""
    name = text(value)
    if name and not all(part.isidentifier() for part in name.split(".")):
        raise ValueError("expected the name of a Python module, such as shop.ghost_hooks")
    return name


def rate(value: Any) -> Rate:
    """A rate, such as "60/minute"."""
    match = RATE.match(text(value))
    if not match:
        raise ValueError('expected a rate such as "60/minute" or "10/10 minutes"')
    return Rate(int(match.group(1)), int(match.group(2) or 1) * _SECONDS[match.group(3)])


def rates(value: Any) -> tuple[Rate, ...]:
    """Several rates, such as "5/hour; 20/day"."""
    told = text(value).strip()
    if told in ("", "off"):
        return ()
    try:
        rates = tuple(rate(part.strip()) for part in told.split(";") if part.strip())
    except ValueError:
        raise ValueError('expected rates such as "5/hour; 20/day", or "off"') from None
    if len({rate.window for rate in rates}) != len(rates):
        raise ValueError("two rates have the same window")
    if any(rate.window > 86400 for rate in rates):
        raise ValueError("the longest window is a day")
    return rates


def one_of(*words: str) -> Callable[[Any], str]:
    """One of some words."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return str(value)

    return read


decision = one_of(*get_args(Decision))


def weight(value: Any) -> int | str:
    """A rule's: off, observe, or a weight."""
    if value in (OFF, OBSERVE):
        return str(value)
    try:
        return whole(1, 100)(value)
    except ValueError:
        raise ValueError(f'expected "{OFF}", "{OBSERVE}", or a weight from 1 to 100') from None
