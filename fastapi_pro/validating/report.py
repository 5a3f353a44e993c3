"""Findings and how they are printed."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from fastapi_pro.messages import annotation, visible

Level = Literal["error", "warning", "not-portable"]
"""How bad it is. error: Claude Code does not load the skill, loads only a part, or runs or replaces
text that the author did not mean. warning: it has a surprising effect, or costs tokens.
not-portable: it works in Claude Code, but breaks the open standard or another client.
"""
BODY = "body"
"""The `field` of findings below the front matter."""
MAX_ALIKE = 20  # findings of one code in one file: more would hide the others
Format = Literal["text", "json", "github"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong at one place, and what to write instead.

    `line` and `column` count from 1. `code` is a short kebab-case name, stable across releases.
    `field` is the key of the front matter or of a JSON file, as `hooks.Stop[0]`, or `body`.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    fix: str
    level: Level = "error"
    field: str = ""


def folded(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings sorted, at most MAX_ALIKE for each code in each file."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in sorted(set(found)):
        groups[finding.path, finding.code].append(finding)
    kept: list[Finding] = []
    for group in groups.values():
        rest = len(group) - MAX_ALIKE
        kept += group[:MAX_ALIKE]
        if rest > 0:
            last = kept.pop()
            kept.append(replace(last, message=f"{last.message} (and {rest} more places)"))
    return sorted(kept)


def render(findings: Iterable[Finding], form: Format) -> str:
    """Return the findings as text lines, a JSON list or GitHub workflow commands, sorted."""
    ordered = sorted(findings)
    if form == "json":
        return json.dumps([asdict(f) for f in ordered], indent=2)
    if form == "github":
        return "\n".join(_github(f) for f in ordered)
    return "\n".join(_text(f) for f in ordered)


def dotted(path: Iterable[str | int]) -> str:
    """Return a path of keys as the text of a `field`."""
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(parts).removeprefix(".")


def _text(f: Finding) -> str:
    mark = "" if f.level == "error" else f"{f.level.replace('-', ' ')}: "
    where = f"{visible(f.path)}:{f.line}:{f.column}"
    return f"{where}: {f.code} {mark}{visible(_said(f))}; {visible(f.fix)}"


def _github(f: Finding) -> str:
    kind = "error" if f.level == "error" else "warning"
    return annotation(kind, (f.path, f.line, f.column), f.code, f"{_said(f)}; {f.fix}")


def _said(f: Finding) -> str:
    """Return the message, and before it the field if the message does not name it."""
    top = re.split(r"[.\[]", f.field)[0]
    is_said = f.field in ("", BODY) or top in f.message
    return f.message if is_said else f"`{f.field}`: {f.message}"
