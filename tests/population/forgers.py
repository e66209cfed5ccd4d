"""Bots that no browser has made: scripts that send what a person's browser sends, and get one thing wrong each.

Each is a visit of somebody in the population with one change, named after what was done. They stand beside the recordings of real drivers in the
calibration, once each: how often each way is taken out there is not known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from hushgate.payload import LEFT_OUT
from hushgate.quiz import write_seed
from hushgate.quiz.draw import SEED_BYTES
from population import made
from population.addresses import draw
from population.visits import visit

Record = dict[str, Any]
_LIBRARY = {"accept": "*/*", "accept-encoding": "gzip, deflate", "connection": "keep-alive"}
_MOSCOW = {"timezone": "Europe/Moscow", "clock": {"offset": -180, "january": -180, "july": -180}}
_NOTHING = {"user_agent": "", "platform": "", "engine": {}, "screen": {}, "hardware": {}}
_POSTED = {"bound": True, "filled": 3, "scripted": 3}


def _headers(record: Record, kept: tuple[str, ...], **more: str) -> None:
    old = record["headers"]
    record["headers"] = {"host": old["host"], **{name: old[name] for name in kept}, **_LIBRARY, **more}


def _library(record: Record, _random: Random) -> None:
    _headers(record, (), **{"user-agent": "python-requests/2.32.3"})


def _library_with_agent(record: Record, _random: Random) -> None:
    _headers(record, ("user-agent", "content-type", "origin"))


def _library_without_agent(record: Record, _random: Random) -> None:
    _headers(record, ("content-type",))


def _library_without_page(record: Record, _random: Random) -> None:
    _headers(record, ("user-agent", "content-type", "accept-language"))


def _other_agent(record: Record, _random: Random) -> None:
    record["headers"]["user-agent"] = record["headers"]["user-agent"].replace(
        "Windows NT 10.0; Win64; x64", "X11; Linux x86_64"
    )


def _template(record: Record, _random: Random) -> None:
    record["headers"]["user-agent"] = "{{user_agent}}"


def _few_signals(record: Record, _random: Random) -> None:
    kept = ("user_agent", "platform", "languages", "timezone", "screen")
    record["missing"] = {name: LEFT_OUT for name in record["signals"] if name not in kept}
    record["signals"] = {name: record["signals"][name] for name in kept}


def _only_excuses(record: Record, _random: Random) -> None:
    record["missing"], record["signals"] = dict.fromkeys(record["signals"], "blocked"), {}


def _empty_answers(record: Record, _random: Random) -> None:
    record["signals"] |= _NOTHING


def _replayed(record: Record, random: Random) -> None:
    record["opened"] |= {
        "quiz": write_seed(random.randbytes(SEED_BYTES)),
        "user_agent": "changed",
        "story": "changed",
        "address": "changed",
    }
    record["timing"] = {"open_to_verdict_ms": 1900, "page_open_ms": 38_000, "clock_skew_ms": -9 * 86_400_000}


def _without_quiz(record: Record, _random: Random) -> None:
    record["signals"].pop("quiz")
    record["missing"]["quiz"] = LEFT_OUT


def _without_layout(record: Record, _random: Random) -> None:
    record["signals"]["quiz"] = [""] * len(record["signals"]["quiz"])


def _proxied(record: Record, random: Random) -> None:
    record["signals"] |= _MOSCOW
    ip, network = draw(random, "NL", "hosting")
    record |= {"ip": ip, "network": msgspec.to_builtins(network)}
    record["signals"]["interaction"] = _POSTED


def _posted_at_once(record: Record, _random: Random) -> None:
    record["signals"]["interaction"], record["timing"] = _POSTED, {"open_to_verdict_ms": 260}


def _zone_in_page_only(record: Record, _random: Random) -> None:
    record["signals"] |= {"timezone": "America/New_York"}


def _no_languages(record: Record, _random: Random) -> None:
    record["signals"]["languages"] = []


def _other_languages(record: Record, _random: Random) -> None:
    record["headers"]["accept-language"] = "ru-RU,ru;q=0.9"


def _other_brands(record: Record, _random: Random) -> None:
    record["headers"]["sec-ch-ua"] = '"Not A(Brand";v="99", "Google Chrome";v="121", "Chromium";v="121"'


def _firefox_underneath(record: Record, _random: Random) -> None:
    record["signals"]["engine"] = {
        "eval_length": 37,
        "error_shape": "gecko",
        "product_sub": "20100101",
        "chrome": False,
    }
    record["signals"].pop("client_hints")
    record["missing"]["client_hints"] = "unsupported"


WAYS: tuple[Callable[[Record, Random], None], ...] = (
    _library,
    _library_with_agent,
    _library_without_agent,
    _library_without_page,
    _other_agent,
    _template,
    _few_signals,
    _only_excuses,
    _empty_answers,
    _replayed,
    _without_quiz,
    _without_layout,
    _proxied,
    _posted_at_once,
    _zone_in_page_only,
    _no_languages,
    _other_languages,
    _other_brands,
    _firefox_underneath,
)


def forgers(seed: int) -> Iterator[Record]:
    """One visit for each way."""
    random = Random(seed)
    for way in WAYS:
        person = visit(
            random, made.newer_chrome(random), "Europe/Berlin", ["de-DE", "de", "en"], draw(random, "DE", "access")
        )
        record = json.loads(json.dumps(person))  # parts are shared between the page and its rooms
        record |= {"ip": None, "network": None}  # where such scripts run is not known, but for one that says so
        way(record, random)
        yield {**record, "id": f"made: {way.__name__.strip('_').replace('_', '-')}", "expect": "bot"}
