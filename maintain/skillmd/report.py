"""Findings and how they are printed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning"]
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
    mark = "" if f.level == "error" else "warning: "
    message, fix = _visible(f.message), _visible(f.fix)
    return f"{_visible(f.path)}:{f.line}:{f.column}: {f.code} {mark}{message}; {fix}"


def _visible(text: str) -> str:
    """Keep a finding on one line and printable, whatever the file it quotes holds."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _github(f: Finding) -> str:
    """Follow docs.github.com, "Workflow commands for GitHub Actions", including its escapes."""

    def escape(value: str) -> str:
        return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def prop(value: str) -> str:
        return escape(value).replace(":", "%3A").replace(",", "%2C")

    where = f"file={prop(_visible(f.path))},line={f.line},col={f.column},title={prop(f.code)}"
    return f"::{f.level} {where}::{escape(_visible(f'{f.message}; {f.fix}'))}"
