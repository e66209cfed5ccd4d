"""Why, in words: a verdict as one person would tell another."""

from __future__ import annotations

from hushgate.judge import Judgement
from hushgate.registry import Tier, all_checks
from hushgate.tokens import Claims
from hushgate.visit import Finding, Judged, Skip, Visit


def _plain(text: str) -> str:
    """What a browser said, safe for a terminal: nothing in it moves the cursor or turns the writing round."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _sentence(text: str) -> str:
    plain = _plain(text)
    return plain[:1].upper() + plain[1:]


def device(user_agent: str) -> str:
    """The device as an operator would call it, by the package user-agents (pure Python, 0.7 ms: never in a request)."""
    from user_agents import parse

    return _plain(str(parse(user_agent[:512]))) if user_agent else "no user agent"


def verdict_line(judged: Judged) -> str:
    """The verdict in one sentence."""
    words = f"{judged.verdict}, score {judged.score:g} of 100, confidence {judged.confidence}: {judged.decision}"
    return f"{words} (observing; enforcing would {judged.would})" if judged.would else words


def finding_lines(findings: list[Finding]) -> list[str]:
    """What was seen, heaviest first: the strongest of each family, which make the score; then what adds nothing to them; then notes."""
    checks, heard = {check.name: check for check in all_checks()}, set[str]()
    groups: dict[str, list[str]] = {"why:": [], "seen as well, of the same kind, which adds nothing:": [], "noted:": []}
    counted, repeated, noted = groups.values()
    for finding in sorted(findings, key=lambda one: -one.weight):
        check = checks.get(finding.check)
        family = check.family if check else finding.check
        group = noted if not finding.weight else repeated if family in heard else counted
        heard |= {family} if finding.weight else set()
        group += _two_lines(finding, check.title if check else "")
    told = [line for head, lines in groups.items() if lines for line in (head, *lines)]
    return told if counted else ["nothing speaks against it", *told]


def _two_lines(finding: Finding, title: str) -> list[str]:
    weight = f"{finding.weight:3d}" if finding.weight else "   "
    about = [f"{title}."] if title else []
    about += ["It decides alone."] if finding.tier == Tier.HARD.value else []
    return [f"  {weight}  {_sentence(finding.saw)}", f"       {' '.join([*about, f'[{_plain(finding.check)}]'])}"]


def skipped_lines(skipped: list[Skip]) -> list[str]:
    """What was not judged, by reason."""
    by_reason: dict[str, list[str]] = {}
    for skip in skipped:
        by_reason.setdefault(_plain(skip.why), []).append(skip.check)
    return [f"  {why}: {', '.join(names)}" for why, names in sorted(by_reason.items())]


def explain_visit(visit: Visit, judgement: Judgement) -> list[str]:
    """The lines that explain a visit on record."""
    agent = visit.headers.get("user-agent") or str(visit.signals.get("user_agent") or "")
    network = judgement.network
    where = (
        ", ".join(str(part) for part in (network.country, network.org, network.kind) if part) if network else "unknown"
    )
    lines = [
        f"visit {_plain(visit.id) or '(no id)'}: {verdict_line(judgement.judged)}",
        f"  says {device(agent)}; address: {_plain(where)}",
    ]
    lines += finding_lines(judgement.judged.findings)
    skipped = skipped_lines(judgement.skipped)
    return [*lines, "not judged, because", *skipped] if skipped else lines


def explain_claims(claims: Claims) -> list[str]:
    """The lines that explain a token."""
    judged = Judged(claims.verdict, claims.decision, claims.score, claims.confidence, claims.findings, claims.would)
    lines = [f"visit {claims.id}: {verdict_line(judged)}"]
    lines.append(f"  for {claims.site} at {claims.hostname}, action {claims.action or '(none)'}")
    lines += finding_lines(claims.findings)
    lines += [f"  and {claims.more} lighter findings that did not fit into the token"] if claims.more else []
    return [*lines, f"judged without: {', '.join(claims.lost)}"] if claims.lost else lines
