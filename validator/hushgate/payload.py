"""Reads what the collector sent: the envelope, the sealed text in it, and every signal, with limits and named fields.

Shapes: docs/protocol.md, section 3. Nothing here judges; a part that cannot be read is refused with its name, and a signal
that the browser could not give is kept as missing, with the reason.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from hushgate.errors import BadField, TooLarge
from hushgate.signals import MOMENT, SIGNALS

BODY_MAX = 64 * 1024
SIGNALS_MAX = 64
STORIES_KEPT = 512
STORY_MAX = 8 * 1024
"""Bytes of a story that is kept; real ones have 2 to 4 kB."""
OUT_OF_RANGE = "unreadable: out of range"
LEFT_OUT = "left out"
_NO_REASON = "no reason given"

encode = msgspec.json.Encoder().encode

Reason = Annotated[str, Meta(max_length=120)]
Missing = tuple[tuple[str, str], ...]
"""Names of signals that are not there, each with the reason."""


class Opening(Struct, frozen=True, forbid_unknown_fields=False):
    """The body of ``POST /v1/session``. ``after`` is the page's previous session."""

    sitekey: Annotated[str, Meta(min_length=1, max_length=64)]
    action: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,32}\Z")] = ""
    after: Annotated[str, Meta(max_length=1024)] | None = None


class Envelope(Struct, frozen=True):
    """The body of ``POST /v1/verdict``."""

    session: Annotated[str, Meta(min_length=1, max_length=1024)]
    payload: Annotated[str, Meta(min_length=2, max_length=BODY_MAX)]
    seal: Annotated[str, Meta(min_length=1, max_length=64)]


class Page(Struct, frozen=True, omit_defaults=True):
    """What the page says of itself. ``open_ms`` and ``clock`` are its own clocks, and only claims."""

    version: Annotated[str, Meta(max_length=32)] = ""
    when: Annotated[str, Meta(max_length=16)] = ""
    open_ms: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    clock: Annotated[float, Meta(ge=-1e15, le=1e15)] | None = None
    embedding: Annotated[str, Meta(max_length=16)] = ""


class Sealed(Struct, frozen=True):
    """The sealed text: version, signals, page."""

    v: int
    signals: dict[Annotated[str, Meta(max_length=64)], Raw]
    page: Page = Page()


class Story:
    """What a browser tells at every visit in the same words. Two stories are the same only if they are one object.

    ``missing`` says of every signal that is not there why, those of the moment among them. ``encoded`` has the values as they
    go on record; ``kept`` is whether the same words will give the same object.
    """

    __slots__ = ("encoded", "kept", "missing", "signals")

    def __init__(self, signals: dict[str, Any], missing: dict[str, str], *, kept: bool = False) -> None:
        self.signals, self.missing, self.kept = signals, missing, kept
        self.encoded = {name: Raw(encode(value)) for name, value in signals.items()} if kept else signals


class Payload(Struct, frozen=True):
    """A payload that was read: its story, and the signals of the moment. ``unknown`` is how many signals were not known."""

    story: Story
    moment: dict[str, Any]
    page: Page = Page()
    unknown: int = 0

    @property
    def signals(self) -> dict[str, Any]:
        """Every signal's value, those of the story as they go on record."""
        return {**self.story.encoded, **self.moment}


def _sample(shape: Any) -> type[Struct]:
    fields = [("v", shape | UnsetType, UNSET), ("e", Reason | None, None), ("ms", float | None, None)]
    return msgspec.defstruct("Sample", fields, frozen=True, gc=False)


_VALUES: dict[str, msgspec.json.Decoder[Any]] = {name: msgspec.json.Decoder(shape) for name, shape in SIGNALS.items()}
_SAMPLES = {name: msgspec.json.Decoder(_sample(shape)) for name, shape in SIGNALS.items()}
_TOLD = _sample(Raw)
_STORY = tuple(name for name in SIGNALS if name not in MOMENT)
_ALL = msgspec.defstruct(
    "Signals",
    [(name, _sample(SIGNALS[name]) if name in MOMENT else _TOLD, None) for name in (*_STORY, *MOMENT)],
    frozen=True,
    forbid_unknown_fields=True,
)
_WHOLE: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    msgspec.defstruct("Whole", [("v", Literal[1]), ("signals", _ALL), ("page", Page, Page())], frozen=True)
)
"""The common case in one go: every signal known. Of the story only the words are taken, to see whether they were read before."""
_STORY_OF = attrgetter(*(f"{name}.v" for name in _STORY))
_MOMENT_OF = attrgetter(*(f"{name}.v" for name in MOMENT))
_BETWEEN = b"\0"
"""Parts values that are JSON, and so have no such byte."""

_SEALED = msgspec.json.Decoder(Sealed)
_OPENING = msgspec.json.Decoder(Opening)
_ENVELOPE = msgspec.json.Decoder(Envelope)
_BEYOND = re.compile(r"Expected float [<>]=? ")
_AT = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")


def _read(decoder: msgspec.json.Decoder[Any], text: bytes | str, prefix: str) -> Any:
    """Decodes, or raises BadField with the name of the part: ``prefix`` and msgspec's path within it."""
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        message = str(error)
        at = _AT.search(message)
        field = ".".join(part for part in (prefix, at.group(1) if at else "") if part)
        message = _AT.sub("", message).replace("`", "")
        raise BadField(f"{field or 'body'}: {message}", field or "body") from None


def _body(body: bytes) -> bytes:
    if len(body) > BODY_MAX:
        raise TooLarge(f"the body has {len(body)} bytes, at most {BODY_MAX} are read", "body")
    return body


def read_opening(body: bytes) -> Opening:
    """Reads the body of a session request. Raises BadField or TooLarge."""
    opening: Opening = _read(_OPENING, _body(body), "")
    return opening


def read_envelope(body: bytes) -> Envelope:
    """Reads the body of a verdict request. Raises BadField or TooLarge."""
    envelope: Envelope = _read(_ENVELOPE, _body(body), "")
    return envelope


def read_payload(text: str) -> Payload:
    """Reads the sealed text. Raises BadField with the name of the part that is wrong."""
    try:
        whole = _WHOLE.decode(text)
        words, missing = _words(whole.signals)
        story = (_keep_story if len(words) <= STORY_MAX else _read_story)(words, missing)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _read_each(text)
    if missing:
        moment = {name: getattr(whole.signals, name).v for name in MOMENT if name not in story.missing}
    else:
        moment = dict(zip(MOMENT, _MOMENT_OF(whole.signals), strict=True))
    return Payload(story, moment, whole.page)


def _words(signals: Any) -> tuple[bytes, Missing]:
    """The words of a story, the JSON of one value behind the other's; and those that have none, of the moment as well, each with the reason."""
    try:
        words, moment = _BETWEEN.join(_STORY_OF(signals)), _MOMENT_OF(signals)
    except (AttributeError, TypeError):  # one of them has no value
        words, moment = b"", (UNSET,)
    if UNSET not in moment:
        return words, ()
    missing = {name: why for name in SIGNALS if (why := _why_not(getattr(signals, name)))}
    told = [getattr(signals, name).v for name in _STORY if name not in missing]
    return _BETWEEN.join(told), tuple(missing.items())


def _why_not(sample: Any) -> str | None:
    """Why a signal has no value; None where it has one."""
    if sample is None:
        return LEFT_OUT
    return (sample.e or _NO_REASON) if sample.v is UNSET else None


def _read_story(words: bytes, missing: Missing, *, kept: bool = False) -> Story:
    gone = dict(missing)
    told = [name for name in _STORY if name not in gone]
    pairs = zip(told, words.split(_BETWEEN) if told else [], strict=True)
    return Story({name: _VALUES[name].decode(word) for name, word in pairs}, gone, kept=kept)


_keep_story = lru_cache(maxsize=STORIES_KEPT)(partial(_read_story, kept=True))


def _read_each(text: str) -> Payload:
    """Reads signal by signal, where a part is wrong or not known: to name the one, and to count the others."""
    sealed: Sealed = _read(_SEALED, text, "payload")
    if sealed.v != 1:
        raise BadField(f"payload.v: version {sealed.v} is not spoken here, version 1 is", "payload.v")
    if len(sealed.signals) > SIGNALS_MAX:
        raise BadField(f"payload.signals: at most {SIGNALS_MAX} signals are read", "payload.signals")
    signals: dict[str, Any] = {}
    missing: dict[str, str] = {}
    unknown = 0
    for name, raw in sealed.signals.items():
        decoder = _SAMPLES.get(name)
        if decoder is None:
            unknown += 1
            continue
        sample = _read_sample(decoder, raw, f"payload.signals.{name}")
        if sample is None:
            missing[name] = OUT_OF_RANGE
        elif sample.v is UNSET:
            missing[name] = sample.e or _NO_REASON
        else:
            signals[name] = sample.v
    for name in SIGNALS:
        if name not in signals and name not in missing:
            missing[name] = LEFT_OUT
    return _part(signals, missing, sealed.page, unknown)


def _read_sample(decoder: msgspec.json.Decoder[Any], raw: Raw, field: str) -> Any:
    """One signal; None where a measure in it is out of range: a clock or a screen is odd, and the other signals are not. Counts are our own."""
    try:
        return _read(decoder, raw, field)
    except BadField as error:
        if _BEYOND.search(str(error)):
            return None
        raise


def _part(signals: dict[str, Any], missing: dict[str, str], page: Page, unknown: int) -> Payload:
    """A payload from signals that were read one by one: the story's and the moment's are told apart."""
    story, moment = ({n: v for n, v in signals.items() if (n in MOMENT) is now} for now in (False, True))
    return Payload(Story(story, missing), moment, page, unknown)


def read_record(signals: dict[str, Any], missing: dict[str, str]) -> Payload:
    """Reads the signals of a visit on record, where a value of a wrong type is missing rather than refused."""
    good: dict[str, Any] = {}
    bad = dict(missing)
    for name, value in signals.items():
        shape = SIGNALS.get(name)
        if shape is None:
            continue
        try:
            good[name] = msgspec.convert(value, type=shape)
        except (msgspec.ValidationError, RecursionError) as error:
            bad[name] = f"unreadable: {error}"[:120]
    unknown = sum(name not in SIGNALS for name in signals)
    return _part(good, bad, Page(), unknown)
