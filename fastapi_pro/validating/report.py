"""Findings and how they are printed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from fastapi_pro.messages import annotation, visible

Level = Literal["error", "warning", "not-portable"]
"""How bad it is for Claude Code: it does not load the skill, loads it cut, or runs or replaces what
the author did not mean (error); it surprises or costs (warning); it loads, and breaks the open
standard or another client (not-portable).
"""
Format = Literal["text", "json", "github"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong at one place, and what to write instead.

    `line` and `column` count from 1. `code` is a short kebab-case name, stable across releases.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    fix: str
    level: Level = "error"


def render(findings: Iterable[Finding], form: Format) -> str:
    """Return the findings as text lines, a JSON list or GitHub workflow commands, sorted."""
    ordered = sorted(findings)
    if form == "json":
        return json.dumps([asdict(f) for f in ordered], indent=2)
    if form == "github":
        return "\n".join(_github(f) for f in ordered)
    return "\n".join(_text(f) for f in ordered)


def _text(f: Finding) -> str:
    mark = "" if f.level == "error" else f"{f.level.replace('-', ' ')}: "
    message, fix = visible(f.message), visible(f.fix)
    return f"{visible(f.path)}:{f.line}:{f.column}: {f.code} {mark}{message}; {fix}"


def _github(f: Finding) -> str:
    kind = "error" if f.level == "error" else "warning"
    return annotation(kind, (f.path, f.line, f.column), f.code, f"{f.message}; {f.fix}")
