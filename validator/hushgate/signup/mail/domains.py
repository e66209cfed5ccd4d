"""What is known of a mail domain by its name alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from disposable_email_domains import blocklist

from hushgate.data import read_list


def parents(domain: str) -> Iterator[str]:
    """The domain, and each that it lies under, down to two labels: a.b.example.com, b.example.com, example.com."""
    labels = domain.split(".")
    for at in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[at:])


@cache
def _providers() -> dict[str, str]:
    rows = (line.split() for line in read_list("mail_providers.txt"))
    return {row[0]: row[-1] for row in rows}


@cache
def _names(file: str) -> frozenset[str]:
    return frozenset(read_list(file))


def provider(domain: str) -> str:
    """The name of the provider where anybody may open an inbox at this domain, "" where it is none."""
    return _providers().get(domain, "")


def relay(domain: str) -> bool:
    """Whether mail to this domain is passed on to somebody's own inbox; sub-domains are given to single users there."""
    return any(name in _names("mail_relays.txt") for name in parents(domain))


@lru_cache(maxsize=4096)
def disposable(domain: str) -> str:
    """The entry of the list of throw-away mail that the domain is or lies under, "" where there is none.

    Relays and providers are never throw-away mail, whoever lists them.
    """
    if relay(domain) or provider(domain):
        return ""
    return next((name for name in parents(domain) if name in blocklist), "")


@lru_cache(maxsize=4096)
def suspicious_ending(domain: str) -> str:
    """The domain's ending where it is one of throw-away mail, else ""."""
    ending = domain.rsplit(".", 1)[-1]
    return ending if ending in _names("suspicious_endings.txt") else ""


@lru_cache(maxsize=4096)
def vetted(domain: str) -> bool:
    """Whether only an institution gets a name there: schools, universities, governments. ``*`` in the list is one label."""
    labels = domain.split(".")
    return any(_ends(labels, ending.split(".")) for ending in _names("vetted_endings.txt"))


def _ends(labels: list[str], ending: list[str]) -> bool:
    last = labels[-len(ending) :]
    country = ending[-1] != "*" or len(last[-1]) == 2
    return (
        len(labels) > len(ending) and country and all(e in ("*", label) for e, label in zip(ending, last, strict=True))
    )


def shared_host(host: str) -> bool:
    """Whether a host takes mail for very many domains of other people, by the last labels of its name."""
    return any(name in _names("mail_hosts.txt") for name in (*parents(host), host.rsplit(".", 1)[-1]))
