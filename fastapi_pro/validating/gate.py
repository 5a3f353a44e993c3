"""The `paths` field: what is wrong with its globs, and which of them lists the skill for a file.

A skill with `paths` is not listed, and cannot be called by name, until Read, Edit or Write is used
on a matching file. The rows of `tests/validation/skill_rows/globs.py` show it. This module calls it
a gate, which such a file opens.
"""

import os.path
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fastapi_pro.validating.codes import Code
from fastapi_pro.validating.contract import is_hidden, is_on
from fastapi_pro.validating.frontmatter import FrontMatter, Place
from fastapi_pro.validating.globs import (
    MAX_PATTERNS,
    TooManyPatternsError,
    covers,
    expand_braces,
    holds_negated_bracket,
    matches_everything,
    matching_pattern,
    split_commas,
    why_dead,
)
from fastapi_pro.validating.mending.globs import mend_glob
from fastapi_pro.validating.report import Finding

TRY_NOTE = (
    "note: the skill is listed after Read, Edit or Write of a matching file, not after Bash (cat), "
    "Glob or Grep. Before that, /name does not find it either."
)


@dataclass(frozen=True)
class Entry:
    """One glob as it is written: its place, the patterns of its braces, why patterns are dead."""

    text: str
    place: Place
    patterns: tuple[str, ...] = ()
    dead: dict[str, str] = field(default_factory=dict)
    too_many: bool = False

    @property
    def shown(self) -> str:
        """Return the glob for messages, shortened if it is long."""
        return f'"{self.text}"' if len(self.text) <= 60 else f'"{self.text[:57]}…"'

    @property
    def negated(self) -> bool:
        """Say whether the entry excludes files."""
        return self.text.startswith("!")


@dataclass(frozen=True)
class Answer:
    """Whether one file makes the client list one skill, by which glob, or why not."""

    skill: str
    file: str
    opens: bool
    glob: str | None
    why: str


def read_entries(front: FrontMatter, lines: list[str]) -> list[Entry]:
    """Return the globs of `paths`, a list or a text with commas; other values are left out.

    `lines` are the lines of the file, used to find the places of the parts of a text with commas.
    """
    value = front.values.get("paths")
    if isinstance(value, str):
        return [_entry(part, _find(part, front, lines)) for part in split_commas(value)]
    if not isinstance(value, list):
        return []
    return [
        _entry(part, front.place(("paths", number)))
        for number, item in enumerate(value)
        if isinstance(item, str)
        for part in split_commas(item)
    ]


def _find(part: str, front: FrontMatter, lines: list[str]) -> Place:
    start = front.place(("paths",))
    column = lines[start.line - 1].find(part, start.column - 1)
    return Place(start.line, column + 1) if column >= 0 else start


def _entry(text: str, place: Place) -> Entry:
    try:
        expanded = expand_braces(text)
    except TooManyPatternsError:
        return Entry(text, place, too_many=True)
    dead = {pattern: reason for pattern in expanded if (reason := why_dead(pattern))}
    return Entry(text, place, tuple(p for p in expanded if p not in dead), dead)


def check_paths(front: FrontMatter, lines: list[str], path: str) -> list[Finding]:
    """Return what is wrong with `paths` in the file shown as `path`."""
    if front.values.get("paths") is None:
        return []
    entries = read_entries(front, lines)
    found = [*_check_shape(front, path)]
    for entry in entries:
        found += _check_entry(entry, path)
    if entries and all(entry.negated for entry in entries):
        found.append(
            _error(
                path,
                entries[0].place,
                "only-negations",
                "every glob begins with !, so the skill is never listed",
                'put a glob without "!" first',
            )
        )
    return found + list(_check_redundant(entries, path))


def _check_shape(front: FrontMatter, path: str) -> Iterator[Finding]:
    value = front.values["paths"]
    where = front.place(("paths",))
    no_gate = "the client ignores it, and always lists the skill"
    items = value if isinstance(value, list) else [value]
    if not any(split_commas(item) if isinstance(item, str) else True for item in items):
        fix = 'write globs such as ["**/*.py"], or remove the field'
        yield _warning(path, where, "empty-paths", f"`paths` is empty: {no_gate}", fix)
    elif not isinstance(value, str | list):
        message = f"`paths` is not a list of globs: {no_gate}"
        yield _warning(path, where, "wrong-type", message, 'write globs such as ["**/*.py"]')
    for number, item in enumerate(value if isinstance(value, list) else []):
        if not isinstance(item, str):
            where = front.place(("paths", number))
            message = f"entry {number + 1} of `paths` is not text"
            yield _warning(path, where, "wrong-type", message, 'write a glob such as "**/*.py"')


def _check_entry(entry: Entry, path: str) -> Iterator[Finding]:
    where, text = entry.place, entry.text
    if entry.too_many:
        message = f"{entry.shown} expands to more than {MAX_PATTERNS:,} patterns"
        message, fix = f"{message}: the client gives up on it", "write fewer braces"
        yield _error(path, where, "too-many-patterns", message, fix)
    for pattern, reason in entry.dead.items():
        part = "" if pattern == text else f" (from {entry.shown})"
        message = f'"{pattern[:60]}"{part} can never match: {reason}'
        yield _error(path, where, "dead-glob", message, _repair(pattern))
    if holds_negated_bracket(text):
        message = f"{entry.shown} matches what it should exclude: `!` in [ ] is only a character"
        fix = "list the wanted characters, or add a glob that begins with !"
        yield _error(path, where, "negated-bracket", message, fix)
    if not entry.patterns or entry.negated:
        return
    broad = next((p for p in entry.patterns if matches_everything(p)), None)
    if broad is not None:
        message = f"{entry.shown} matches every file, so any Read lists the skill"
        fix = "name the files that the skill is for, or remove `paths`"
        yield _warning(path, where, "matches-everything", message, fix)
    elif text.startswith("/"):
        deep = f"**{text}"
        message = (
            f"{entry.shown} starts at the project folder, and does not match in deeper folders"
        )
        fix = f'to match at any depth, write "{deep}"'
        yield _warning(path, where, "anchored-glob", message, fix)


def _repair(pattern: str) -> str:
    """Say what to write instead of a dead pattern; a general hint if that is not clear."""
    if mended := mend_glob(pattern):
        return f'write "{mended}"'
    better = re.sub(r"//+", "/**/", pattern.strip())
    better = re.sub(r"^(\.{0,2}/)+", "", re.sub(r"\\(?=[\w*.])", "/", better))
    if better and better != pattern and why_dead(better) is None:
        return f'write "{better}"'
    return 'write a glob such as "**/*.py", or remove it'


def _check_redundant(entries: list[Entry], path: str) -> Iterator[Finding]:
    """Yield the globs that another one covers; none if there are negations, which may need them."""
    whole = [e for e in entries if e.patterns and not e.dead]
    if any(e.negated for e in entries) or sum(len(e.patterns) for e in whole) > MAX_PATTERNS // 4:
        return
    for number, entry in enumerate(whole):
        for other_number, other in enumerate(whole):
            if other is entry or not _covered(entry, other):
                continue
            if other_number > number and _covered(other, entry):
                continue  # they match the same files: the later one is reported
            message = f"{entry.shown} is redundant: {other.shown} matches all files that it matches"
            fix = "remove it"
            yield _warning(path, entry.place, "redundant-glob", message, fix)
            break


def _covered(entry: Entry, by: Entry) -> bool:
    return all(any(covers(wide, narrow) for wide in by.patterns) for narrow in entry.patterns)


def try_file(front: FrontMatter, lines: list[str], skill: str, file: str) -> Answer:
    """Return which glob makes the client list `skill` after this file is read, or why none does."""
    is_manual = is_on(front.values.get("disable-model-invocation"))
    if is_manual and is_hidden(front.values):
        why = "with `user-invocable` off and `disable-model-invocation` on, nobody can call it"
        return Answer(skill, file, opens=False, glob=None, why=why)
    if is_manual:
        why = "`disable-model-invocation` is on: it is never listed, and only /name calls it"
        return Answer(skill, file, opens=False, glob=None, why=why)
    entries = read_entries(front, lines)
    if not entries or {entry.text for entry in entries} == {"**"}:
        why = "`paths` is absent, empty or **, so the skill is always listed"
        if is_hidden(front.values):
            why += ", but `user-invocable` hides it from users: /name does not find it"
        return Answer(skill, file, opens=True, glob=None, why=why)
    project = Path.cwd()
    relative = os.path.relpath(os.path.abspath(file), project).replace(os.sep, "/")  # noqa: PTH100 -- resolve() would follow links, the client compares names
    if relative == "." or relative.startswith("../"):
        why = f"globs are relative to the project folder, and this file is not in {project}"
        return Answer(skill, file, opens=False, glob=None, why=why)
    owners = [(pattern, entry) for entry in entries for pattern in entry.patterns]
    index, opens = matching_pattern([pattern for pattern, _ in owners], relative)
    if index is not None:
        glob = owners[index][1]
        why = f"{glob.shown} (line {glob.place.line}) " + ("matches" if opens else "excludes it")
        return Answer(skill, file, opens, glob.text, why)
    return Answer(skill, file, opens=False, glob=None, why=_why_shut(entries, relative))


def _why_shut(entries: list[Entry], path: str) -> str:
    reasons = ["no glob matches"]
    for entry in entries:
        reasons += [f'"{p[:60]}" can never match ({reason})' for p, reason in entry.dead.items()]
        if entry.too_many:
            reasons.append(f"{entry.shown} expands to more than {MAX_PATTERNS:,} patterns")
        if holds_negated_bracket(entry.text):
            reasons.append(f'in "{entry.text}" the client reads ! as a character')
        if (
            entry.patterns
            and entry.text.startswith("/")
            and matching_pattern([f"**{entry.text}"], path)[1]
        ):
            reasons.append(f'"{entry.text}" does not match in deeper folders')
    return "; ".join([*reasons, f'"{suggest(path)}" would match'])


def suggest(path: str) -> str:
    """Return a glob for `path` and similar files: the same suffix, in a folder of that name."""
    file = PurePosixPath(re.sub(r"([\\*?\[\]{}!# ,])", r"\\\1", path))
    if len(file.parts) == 1:
        return f"**/{file.name}"
    return f"**/{file.parent.name}/*{file.suffix}"


def _error(path: str, where: Place, code: Code, message: str, fix: str) -> Finding:
    return Finding(path, where.line, where.column, code, message, fix)


def _warning(path: str, where: Place, code: Code, message: str, fix: str) -> Finding:
    return Finding(path, where.line, where.column, code, message, fix, "warning")
