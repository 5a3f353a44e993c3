"""The report for people: the worst consequences first, one line for each cause, and a summary."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi_pro.addresses import rule_address
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.catalogue import Entry
from fastapi_pro.auditing.reporting.folding import MANY, Fold, fold
from fastapi_pro.messages import counted, visible
from fastapi_pro.rulebook import CONSEQUENCES, SEVERITIES


@dataclass(frozen=True, slots=True)
class Scope:
    """What the audit looked at, for the summary.

    `read` counts the files, `beside` those of them that are not Python, such as a Dockerfile.
    `unread` are the findings about files that could not be read. `versions` are the versions that
    the audit assumed, such as "fastapi 0.115.6 (uv.lock)". `since` is the commit whose findings
    are left out. `questions` are about rules that no code can show.
    """

    read: int
    unread: Sequence[Finding] = ()
    versions: Sequence[str] = ()
    since: str = ""
    questions: Sequence[Entry] = ()
    beside: int = 0


def as_text(findings: Sequence[Finding], entries: Mapping[str, Entry], *, unfolded: bool) -> str:
    """Return the findings by consequence, severity and place; `unfolded` each on its own line.

    Their severity and fix are filled in. The first of each rule names its page.
    """
    seen: set[str] = set()
    folds = [Fold([f]) for f in sorted(findings)] if unfolded else fold(findings)
    parts = []
    for consequence, told in CONSEQUENCES.items():
        of_it = [f for f in folds if consequence_of(f.first, entries) == consequence]
        if of_it:
            lines = [_told(f, seen) for f in sorted(of_it, key=_rank)]
            parts.append("\n".join([f"{told[0].upper()}{told[1:]}", *lines]))
    return "\n\n".join(parts)


def _rank(told: Fold) -> tuple[int, Finding]:
    return SEVERITIES.index(told.first.severity), told.first


def consequence_of(finding: Finding, entries: Mapping[str, Entry]) -> str:
    """Return the consequence of a finding; with low severity it is "rest", whatever its rule."""
    return "rest" if finding.severity == "low" else entries[finding.slug].consequence


def _told(told: Fold, seen: set[str]) -> str:
    """Return the lines of a fold, and add its rule to `seen`, the rules whose page was named."""
    f = told.first
    lines = [f"{visible(f.path)}:{f.line}:{f.column}: {f.slug} [{f.severity}] {visible(f.message)}"]
    if len(told.findings) > 1:
        lines.append(f"    {_places(told)}")
    lines.append(f"    fix: {visible(f.fix)}")
    if f.slug not in seen:
        seen.add(f.slug)
        lines.append(f"    see: {rule_address(f.slug)}")
    return "\n".join(lines)


def _places(told: Fold) -> str:
    """Return the other places of a finding: the first three, and the number of the rest."""
    first, *others = told.findings
    named = others[:MANY] if len(others) <= MANY else others[: MANY - 1]
    shown = [
        f"line {f.line}" if f.path == first.path else f"{visible(f.path)}:{f.line}" for f in named
    ]
    more = len(others) - len(named)
    last = f" and {more} more (--all prints each)" if more else ""
    cause = f", one cause ({visible(first.cause)})" if first.cause else ""
    return f"{len(told.findings)} places{cause}: {', '.join(['here', *shown])}{last}"


def summary(findings: Sequence[Finding], scope: Scope, *, unfolded: bool) -> str:
    """Return how much was found, what was looked at, and what is left to ask."""
    counts = Counter(f.severity for f in findings)
    listed = ", ".join(f"{counts[one]} {one}" for one in SEVERITIES if counts[one])
    new = f" new since {visible(scope.since)}" if scope.since else ""
    lines = [f"Found{new}: {listed or 'nothing'}"]
    if not unfolded and (told := len(fold(findings))) < len(findings):
        lines[0] += f"; {len(findings)} places in {counted(told, 'line')}, --all prints each"
    beside = f", {counted(scope.beside, 'deploy file')}" if scope.beside else ""
    python = counted(scope.read - scope.beside, "Python file")
    lines.append(f"Read: {python}{beside}{_unread(scope.unread)}")
    if scope.versions:
        lines.append(f"Assumed versions: {visible('; '.join(scope.versions))}")
    if scope.questions:
        lines.append("Code cannot show these faults; ask:")
        lines += [f"    {entry.slug}: {entry.ask}" for entry in scope.questions]
    return "\n".join(lines)


def _unread(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    reasons = Counter(f.cause or f.message for f in findings)
    told = "; ".join(f"{count} ({visible(reason)})" for reason, count in reasons.most_common(MANY))
    return f"; not read, so not audited: {told}"
