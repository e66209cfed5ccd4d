"""Why, in words: a verdict as one person would tell another."""

from __future__ import annotations

from hushgate.judge import Judgement
from hushgate.registry import all_checks
from hushgate.tokens import Claims
from hushgate.visit import Finding, Judged, Skip, Visit


def _titles() -> dict[str, str]:
    return {check.name: check.title for check in all_checks()}


def device(user_agent: str) -> str:
    """The device as an operator would call it, by the package user-agents (pure Python, 0.7 ms: never in a request)."""
    from user_agents import parse

    return str(parse(user_agent[:512])) if user_agent else "no user agent"


def verdict_line(judged: Judged) -> str:
    """The verdict in one sentence."""
    words = f"{judged.verdict}, score {judged.score:g} of 100, confidence {judged.confidence}: {judged.decision}"
    return f"{words} (observing; enforcing would {judged.would})" if judged.would else words


def finding_lines(findings: list[Finding]) -> list[str]:
    """Each finding in two lines, heaviest first."""
    titles = _titles()
    lines = []
    for finding in findings:
        weight = f"{finding.weight:3d}" if finding.weight else "   "
        lines.append(f"  {weight} {finding.tier:4}  {titles.get(finding.check, finding.check)}  [{finding.check}]")
        lines.append(f"              {finding.saw}")
    return lines or ["  nothing was found"]


def skipped_lines(skipped: list[Skip]) -> list[str]:
    """What was not judged, by reason."""
    by_reason: dict[str, list[str]] = {}
    for skip in skipped:
        by_reason.setdefault(skip.why, []).append(skip.check)
    return [f"  {why}: {', '.join(names)}" for why, names in sorted(by_reason.items())]


def explain_visit(visit: Visit, judgement: Judgement) -> list[str]:
    """The lines that explain a visit on record."""
    agent = visit.headers.get("user-agent") or str(visit.signals.get("user_agent") or "")
    network = judgement.network
    where = (
        ", ".join(str(part) for part in (network.country, network.org, network.kind) if part) if network else "unknown"
    )
    lines = [
        f"visit {visit.id or '(no id)'}: {verdict_line(judgement.judged)}",
        f"  {device(agent)}; address in: {where}",
    ]
    lines += ["found:", *finding_lines(judgement.judged.findings)]
    skipped = skipped_lines(judgement.skipped)
    return [*lines, "not judged:", *skipped] if skipped else lines


def explain_claims(claims: Claims) -> list[str]:
    """The lines that explain a token."""
    judged = Judged(claims.verdict, claims.decision, claims.score, claims.confidence, claims.findings, claims.would)
    lines = [f"visit {claims.id}: {verdict_line(judged)}"]
    lines.append(f"  for {claims.site} at {claims.hostname}, action {claims.action or '(none)'}")
    lines += ["found:", *finding_lines(claims.findings)]
    lines += [f"  and {claims.more} lighter findings that did not fit into the token"] if claims.more else []
    return [*lines, f"judged without: {', '.join(claims.lost)}"] if claims.lost else lines
