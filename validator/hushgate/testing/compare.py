"""Compares real answers with ghosts' answers, as a bot's owner would, and says in words what differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from statistics import median
from typing import Any

from hushgate.testing.answers import Answer, read_answer
from hushgate.testing.kinds import Skeleton, could_be, kind, leaves, of_fixed_length

TIMED = 20
"""Timings of each side from which they are compared."""
AUC_SLACK = 0.05
_FIXED = {"content-type", "cache-control", "connection", "server", "vary", "x-powered-by"}
"""Headers that say nothing of a visit: one real answer is enough to know them."""
_VARYING = {"date", "content-length", "set-cookie", "etag", "age", "last-modified", "expires"}


def assert_indistinguishable(real: Any, ghost: Any, *, ignore: Iterable[str] = ()) -> None:
    """Raises AssertionError, with a sentence for each difference, where a ghost's answer can be told from a real one.

    ``real`` and ``ghost`` are a response, or several of them: with several, what varies among the real ones may vary among the
    ghosts, and from 20 on each side their times are compared (where the client knows them). ``ignore`` names headers (in lower
    case) and places in a JSON body ("body.user.name") that differ for a reason of the test's own.
    """
    found = differences(real, ghost, ignore=ignore)
    if found:
        raise AssertionError("a ghost can be told from a real one:\n" + "\n".join(f"- {line}" for line in found))


def differences(real: Any, ghost: Any, *, ignore: Iterable[str] = ()) -> list[str]:
    """The same as a list of sentences. Raises TypeError for what is no response, ValueError for none at all."""
    reals, ghosts, ignored = _all(real), _all(ghost), frozenset(ignore)
    if not reals or not ghosts:
        raise ValueError("there must be at least one real answer and one ghost's")
    found = [line for compare in (_status, _headers, _cookies, _body, _times) for line in compare(reals, ghosts)]
    return [line for line in found if not any(line.startswith(_said(name)) for name in ignored)]


def _said(name: str) -> str:
    return f"{name}:" if name.startswith("body") else f"header {name}:"


def _all(responses: Any) -> list[Answer]:
    several = isinstance(responses, Sequence) and not isinstance(responses, (str, bytes))
    return [read_answer(one) for one in (responses if several else [responses])]


def _sets(
    what: str, reals: list[Answer], ghosts: list[Answer], read: Callable[[Answer], str], at_a_loss: str = "none"
) -> list[str]:
    """A sentence where a ghost shows what no real one shows."""
    known, met = {read(one) for one in reals}, {read(one) for one in ghosts}
    if met <= known:
        return []
    shown = [" or ".join(sorted(side) or [at_a_loss]) for side in (known, met - known)]
    return [f"{what}: a real one has {shown[0]}, a ghost has {shown[1]}"]


def _status(reals: list[Answer], ghosts: list[Answer]) -> list[str]:
    return _sets("status", reals, ghosts, lambda one: str(one.status))


def _headers(reals: list[Answer], ghosts: list[Answer]) -> list[str]:
    names = _sets("header names and their order", reals, ghosts, lambda one: ", ".join(name for name, _ in one.headers))
    both = {name.lower() for one in reals for name, _ in one.headers} & {
        name.lower() for one in ghosts for name, _ in one.headers
    }
    lines = list(names)
    for name in sorted(both & _FIXED):
        lines += _sets(f"header {name}", reals, ghosts, partial(_header, name))
    for name in sorted(both - _VARYING - _FIXED):
        lines += _values(
            f"header {name}", [v for one in reals for v in one.all(name)], [v for one in ghosts for v in one.all(name)]
        )
    return lines


def _header(name: str, one: Answer) -> str:
    return ", ".join(one.all(name)) or "none"


def _cookies(reals: list[Answer], ghosts: list[Answer]) -> list[str]:
    lines = _sets(
        "names of cookies", reals, ghosts, lambda one: ", ".join(name for name, _, _ in one.cookies) or "none"
    )
    names = {name for one in reals for name, _, _ in one.cookies} & {
        name for one in ghosts for name, _, _ in one.cookies
    }
    for wanted in sorted(names):
        told = [[cookie for one in side for cookie in one.cookies if cookie[0] == wanted] for side in (reals, ghosts)]
        known, met = ({attributes for _, _, attributes in side} for side in told)
        if not met <= known:
            lines.append(f"cookie {wanted}: a real one is set with {_or(known)}, a ghost's with {_or(met - known)}")
        lines += _values(f"cookie {wanted}", *([value for _, value, _ in side] for side in told))
    return lines


def _or(words: Iterable[str]) -> str:
    return " or ".join(sorted(words)) or "nothing"


def _kinds(reals: Sequence[object], ghosts: Sequence[object]) -> tuple[set[str], set[str]]:
    """What the real ones are, and what ghosts are that no real one could be."""
    possible = {words for value in reals for words in could_be(value)}
    return {kind(value) for value in reals}, {kind(value) for value in ghosts if not could_be(value) & possible}


def _values(what: str, reals: list[str], ghosts: list[str]) -> list[str]:
    """Compares the values of one place: what they are, their length, and whether they are always the same."""
    known, odd = _kinds(reals, ghosts)
    if odd:
        return [f"{what}: a real one is {_or(known)}, a ghost's is {_or(odd)}"]
    if len(reals) > 1 and len(set(reals)) == 1 and set(ghosts) != set(reals):
        return [f"{what}: a real one is always {reals[0]!r}, a ghost's may be {min(set(ghosts) - set(reals))!r}"]
    if len(ghosts) > 1 and len(set(reals)) == len(reals) > 1 and len(set(ghosts)) == 1:
        return [f"{what}: real ones differ, a ghost's is always {ghosts[0]!r}"]
    return _lengths(what, [len(v) for v in reals], [len(v) for v in ghosts], exact=all(map(of_fixed_length, known)))


def _lengths(what: str, reals: list[int], ghosts: list[int], *, exact: bool) -> list[str]:
    """What is random is of one length; what people write may be longer or shorter, within reason."""
    slack = max(2, max(reals) // 10) if exact else max(64, max(reals) // 2)
    low, high = min(reals) - slack, max(reals) + slack
    odd = [length for length in ghosts if not low <= length <= high]
    seen = f"{min(reals)}" if min(reals) == max(reals) else f"{min(reals)} to {max(reals)}"
    return [f"{what}: a real one is {seen} long, a ghost's {odd[0]}"] if odd else []


def _body(reals: list[Answer], ghosts: list[Answer]) -> list[str]:
    if all("json" in one.kind for one in [*reals, *ghosts]):
        return _json(reals, ghosts)
    if all("html" in one.kind for one in [*reals, *ghosts]):
        lines = _sets("body: the page's tags", reals, ghosts, lambda one: _tags(one.body), "no tags")
        if lines:
            return ["body: the pages are not made of the same tags" + _first_tag(reals[0], ghosts[0])]
    return _lengths("body", [len(one.body) for one in reals], [len(one.body) for one in ghosts], exact=False)


def _tags(body: bytes) -> str:
    return " ".join(Skeleton(body.decode("utf-8", "replace")).tags)


def _first_tag(real: Answer, ghost: Answer) -> str:
    ours, theirs = _tags(real.body).split("> "), _tags(ghost.body).split("> ")
    for one, other in zip([*ours, "the end"], [*theirs, "the end"], strict=False):
        if one != other:
            return f": where a real one has {one}, a ghost has {other}"
    return ""


def _json(reals: list[Answer], ghosts: list[Answer]) -> list[str]:
    try:
        told = [[dict(_joined(leaves(json.loads(one.body)))) for one in side] for side in (reals, ghosts)]
    except ValueError:
        return ["body: says that it is JSON, and is not"]
    lines = []
    for path in dict.fromkeys(path for one in [*told[0], *told[1]] for path in one):
        ours, theirs = ([value for one in side if path in one for value in one[path]] for side in told)
        if not ours or not theirs:
            lines.append(f"{path}: only {'a ghost' if theirs else 'a real one'} has it")
        elif isinstance(ours[0], str) and isinstance(theirs[0], str):
            lines += _values(path, [_text(one) for one in ours], [_text(one) for one in theirs])
        else:
            known, odd = _kinds(ours, theirs)
            lines += [f"{path}: a real one is {_or(known)}, a ghost's is {_or(odd)}"] if odd else []
    return lines


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _joined(pairs: Iterable[tuple[str, object]]) -> Iterable[tuple[str, list[object]]]:
    found: dict[str, list[object]] = {}
    for path, value in pairs:
        found.setdefault(path, []).append(value)
    return found.items()


def _times(reals: list[Answer], ghosts: list[Answer]) -> list[str]:
    ours = [one.seconds for one in reals if one.seconds is not None]
    theirs = [one.seconds for one in ghosts if one.seconds is not None]
    if min(len(ours), len(theirs)) < TIMED:
        return []
    area, error = auc(ours, theirs)
    if abs(area - 0.5) <= AUC_SLACK + 3 * error:
        return []
    middle = f"{median(theirs) * 1000:.1f} ms in the middle, a real one {median(ours) * 1000:.1f} ms"
    return [f"time: a ghost takes {middle} (told apart {max(area, 1 - area):.0%} of the time)"]


def auc(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """How often one of theirs is above one of ours (0.5 is chance), and the standard error of that under chance.

    The statistic of Mann and Whitney: U / (n * m), with the variance (n + m + 1) / (12 * n * m).
    """
    n, m = len(ours), len(theirs)
    above = sum((them > us) + 0.5 * (them == us) for us in ours for them in theirs)
    return above / (n * m), ((n + m + 1) / (12 * n * m)) ** 0.5
