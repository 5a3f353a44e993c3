"""How findings are printed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi_pro.addresses import rule_address
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.catalogue import Entry
from fastapi_pro.auditing.reporting.text import Scope, as_text, consequence_of, summary
from fastapi_pro.messages import annotation

FORMATS = ("text", "json", "github", "sarif")
_COMMANDS = {"high": "error", "medium": "warning", "low": "notice"}


def render(
    findings: Sequence[Finding],
    entries: Mapping[str, Entry],
    form: str,
    scope: Scope | None = None,
    *,
    unfolded: bool = False,
) -> str:
    """Return the findings in one of FORMATS; `entries` has the slug of each.

    Only the text folds findings of one cause, unless `unfolded`, and ends with a summary of
    `scope`.
    """
    findings = [_complete(f, entries[f.slug]) for f in findings]
    if form == "json":
        return json.dumps([_object(f, entries) for f in findings], indent=2)
    if form == "sarif":
        from fastapi_pro.auditing.reporting.sarif import as_sarif  # noqa: PLC0415 -- hashlib loads OpenSSL

        return json.dumps(as_sarif(findings, entries), indent=2)
    if form == "github":
        return "\n".join(map(_github, findings))
    parts = [as_text(findings, entries, unfolded=unfolded)]
    if scope is not None:
        parts.append(summary(findings, scope, unfolded=unfolded))
    return "\n\n".join(filter(None, parts))


def _complete(f: Finding, entry: Entry) -> Finding:
    """Return the finding with the severity and the fix of its rule, if it has none."""
    return replace(f, severity=f.severity or entry.severity, fix=f.fix or entry.fix)


def _object(f: Finding, entries: Mapping[str, Entry]) -> dict[str, str | int]:
    return {
        "path": f.path,
        "line": f.line,
        "column": f.column,
        "slug": f.slug,
        "severity": f.severity,
        "message": f.message,
        "fix": f.fix,
        "consequence": consequence_of(f, entries),
        "cause": f.cause,
        "page": rule_address(f.slug),
    }


def _github(f: Finding) -> str:
    message = f"{f.message}; fix: {f.fix}; see {rule_address(f.slug)}"
    return annotation(_COMMANDS[f.severity], (f.path, f.line, f.column), f.slug, message)
