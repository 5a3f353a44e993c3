"""The findings as a log of SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0)."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from fastapi_pro import __version__
from fastapi_pro.addresses import rule_address
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.catalogue import Entry
from fastapi_pro.auditing.reporting.lines import Lines
from fastapi_pro.messages import visible
from fastapi_pro.rulebook import page

_LEVELS = {"high": "error", "medium": "warning", "low": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(findings: Sequence[Finding], entries: Mapping[str, Entry]) -> dict[str, Any]:
    """Return a log with one run, and the pages of the rules that found something.

    Severity and fix of the findings are filled in.
    """
    told = {finding.slug for finding in findings}
    shown = [entry for slug, entry in entries.items() if slug in told]
    index = {entry.slug: number for number, entry in enumerate(shown)}
    marks = _fingerprints(findings)
    results = [_result(f, index[f.slug], mark) for f, mark in zip(findings, marks, strict=True)]
    rules = [_descriptor(entry) for entry in shown]
    run = {
        "tool": {"driver": {"name": "fastapi-pro", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _descriptor(entry: Entry) -> dict[str, Any]:
    said = f"{entry.title} Fix: {entry.fix}"
    return {
        "id": entry.slug,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": said},
        "help": {"text": said, "markdown": _page(entry)},
        "helpUri": rule_address(entry.slug),
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
        "properties": {"severity": entry.severity, "consequence": entry.consequence},
    }


def _page(entry: Entry) -> str:
    """Return the page of a rule, or its title and fix if it is new and has no page yet."""
    try:
        return page(entry.slug)
    except OSError:
        return f"{entry.title} Fix: {entry.fix}"


def _result(f: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    path = PurePath(f.path)
    uri = path.as_uri() if path.is_absolute() else quote(os.fsencode(f.path))
    return {
        "ruleId": f.slug,
        "ruleIndex": index,
        "level": _LEVELS[f.severity],
        "message": {"text": visible(f"{f.message}; fix: {f.fix}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {"startLine": f.line, "startColumn": f.column},
                }
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        "properties": {"severity": f.severity},
    }


def _fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return what identifies each finding when lines move: a hash of path, rule and line's text.

    A number is added, as several findings may have the same.
    """
    lines, seen = Lines(), Counter[str]()
    found = []
    for f in findings:
        what = "\0".join([f.path, f.slug, lines.text(Path(f.path).absolute(), f.line)])
        known = hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        seen[known] += 1
        found.append(f"{known}:{seen[known]}")
    return found
