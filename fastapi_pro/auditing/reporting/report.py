"""How findings are printed."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.catalogue import Entry
from fastapi_pro.messages import annotation, visible

FORMATS = ("text", "json", "github", "sarif")
_COMMANDS = {"high": "error", "medium": "warning", "low": "notice"}
_LEVELS = {"high": "error", "medium": "warning", "low": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(findings: Sequence[Finding], entries: Mapping[str, Entry], form: str) -> str:
    """Return the findings in one of FORMATS; `entries` has the slug of each."""
    if form == "json":
        return json.dumps([_object(f, entries[f.slug]) for f in findings], indent=2)
    if form == "sarif":
        return json.dumps(_sarif(findings, entries), indent=2)
    one = _github if form == "github" else _text
    return "\n".join(one(f, entries[f.slug]) for f in findings)


def _severity(f: Finding, entry: Entry) -> str:
    return f.severity or entry.severity


def _fix(f: Finding, entry: Entry) -> str:
    return f.fix or entry.fix


def _text(f: Finding, entry: Entry) -> str:
    place = f"{visible(f.path)}:{f.line}:{f.column}"
    return (
        f"{place}: {f.slug} [{_severity(f, entry)}] {visible(f.message)}\n    fix: {_fix(f, entry)}"
    )


def _object(f: Finding, entry: Entry) -> dict[str, str | int]:
    return {
        "path": f.path,
        "line": f.line,
        "column": f.column,
        "slug": f.slug,
        "severity": _severity(f, entry),
        "message": f.message,
        "fix": _fix(f, entry),
    }


def _github(f: Finding, entry: Entry) -> str:
    level, message = _COMMANDS[_severity(f, entry)], f"{f.message}; fix: {_fix(f, entry)}"
    return annotation(level, (f.path, f.line, f.column), f.slug, message)


def _sarif(findings: Sequence[Finding], entries: Mapping[str, Entry]) -> dict[str, Any]:
    """Return a log of SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) with one run."""
    shown = [entry for entry in entries.values() if not entry.unseen]
    index = {entry.slug: number for number, entry in enumerate(shown)}
    run = {
        "tool": {"driver": {"name": "fastapi-pro", "rules": [_descriptor(e) for e in shown]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, entries[f.slug], index[f.slug]) for f in findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _descriptor(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.slug,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": f"{entry.title} Fix: {entry.fix}"},
        "help": {"text": entry.text},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
    }


def _result(f: Finding, entry: Entry, index: int) -> dict[str, Any]:
    path = PurePath(f.path)
    uri = path.as_uri() if path.is_absolute() else quote(os.fsencode(f.path))
    return {
        "ruleId": f.slug,
        "ruleIndex": index,
        "level": _LEVELS[_severity(f, entry)],
        "message": {"text": visible(f"{f.message}; fix: {_fix(f, entry)}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {"startLine": f.line, "startColumn": f.column},
                }
            }
        ],
    }
