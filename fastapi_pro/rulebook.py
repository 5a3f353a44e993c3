"""The rules of `snippets/rules/`, read with nothing but the standard library."""

import json
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.paths import PAGES

TIERS = ("critical", "pitfall", "reference")
SEVERITIES = ("high", "medium", "low")
CONSEQUENCES = {
    "breaks": "it does not start, ordinary requests fail, or data is lost or wrong",
    "stranger": "a stranger can read, forge or exhaust what is not theirs",
    "load": "it shows with many requests, several workers or a slow neighbour",
    "rest": "the rest: rare errors, warnings, tests",
}
"""The consequence of a mistake, in words; the worst first."""
PARTS = ("You see.", "Why.", "Fix.", "Not when.")
_TEXTS = {"title": 220, "tier": 9, "severity": 6, "consequence": 8, "symptom": 60, "fix": 110}
_OPTIONAL = {"unseen": 160, "ask": 160, "fix-before": 110}
_CHOICES: dict[str, Collection[str]] = {
    "tier": TIERS,
    "severity": SEVERITIES,
    "consequence": CONSEQUENCES,
}
_VERSIONED = ("since", "until", "fix-since")
_LISTS = (*_VERSIONED, "ask-where", "sources")
_PACKAGE = re.compile(r"([a-z0-9][a-z0-9-]*) (\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class Rule:
    """One rule: `title` is its sentence, `symptom` what one sees, `fix` what to do, in one line.

    `since` and `until` are versions such as "fastapi 0.118": the first with the fault, and the
    first without it again. If `until` is lower than `since`, the versions between have no fault.
    `fix` works from `fix_since` on, `fix_before` in older versions; if `fix_before` is "", only an
    upgrade helps there. `body` is markdown. `unseen` says why `audit.py` cannot find the broken
    rule; it is "" if it can. `ask` is the question to ask instead, if some file has one of the
    words `ask_where`, or always if there are none.
    """

    slug: str
    title: str
    tier: str
    severity: str
    consequence: str
    symptom: str
    fix: str
    since: tuple[str, ...]
    until: tuple[str, ...]
    sources: tuple[str, ...]
    body: str
    unseen: str = ""
    ask: str = ""
    ask_where: tuple[str, ...] = ()
    fix_since: tuple[str, ...] = ()
    fix_before: str = ""


class RuleError(Exception):
    """A rule that is incomplete or wrong: `path`, `line` (from 1), what is wrong, what to write."""

    def __init__(self, path: Path, line: int, message: str, fix: str) -> None:
        super().__init__(f"{path}:{line}: {message}; {fix}")
        self.path, self.line, self.message, self.fix = path, line, message, fix


def load_rules(folder: Path) -> list[Rule]:
    """Return the rules below `folder`, by tier, severity and name. Raises RuleError."""
    rules = [load_rule(path) for path in rule_folders(folder)]
    return sorted(rules, key=lambda r: (TIERS.index(r.tier), SEVERITIES.index(r.severity), r.slug))


def rule_folders(folder: Path) -> list[Path]:
    """Return the folders of the rules below `folder`, by name, without caches."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(("_", ".")))


def folder_name(slug: str) -> str:
    """Return the name of a rule's folder, which is a Python package's: `-` becomes `_`."""
    return slug.replace("-", "_")


def slug_of(folder: Path) -> str:
    """Return the slug of the rule in a folder."""
    return folder.name.replace("_", "-")


def example(folder: Path, kind: str) -> Path:
    """Return the "bad" or "good" code of a rule: `bad.py`, or another file, as `bad.Dockerfile`."""
    names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 -- a glob takes ten times as long
    others = [n for n in names if n.startswith(f"{kind}.") and not n.endswith(".py")]
    return folder / min(others, default=f"{kind}.py")


def load_rule(folder: Path) -> Rule:
    """Return the rule of one folder. Raises RuleError where a part is missing or wrong."""
    path = folder / "rule.md"
    lines = read_part(path).split("\n")
    for number, line in enumerate(lines, start=1):
        if "TODO" in line:
            raise RuleError(path, number, "a TODO is left", "write what it asks for")
    if lines[0] != "---" or "---" not in lines[1:]:
        raise RuleError(path, 1, "no front matter", "begin and end it with ---")
    end = lines.index("---", 1)
    texts, lists = _parse(path, lines[1:end])
    _check(path, texts, lists)
    body = "\n".join(lines[end + 1 :]).strip()
    for part in PARTS:
        if f"\n**{part}**" not in f"\n{body}":
            raise RuleError(path, end + 2, f"no paragraph {part}", f"begin one with **{part}**")
    return Rule(
        slug=slug_of(folder),
        title=texts["title"],
        tier=texts["tier"],
        severity=texts["severity"],
        consequence=texts["consequence"],
        symptom=texts["symptom"],
        fix=texts["fix"],
        since=tuple(lists.get("since", ())),
        until=tuple(lists.get("until", ())),
        sources=tuple(lists["sources"]),
        body=body,
        unseen=texts.get("unseen", ""),
        ask=texts.get("ask", ""),
        ask_where=tuple(lists.get("ask-where", ())),
        fix_since=tuple(lists.get("fix-since", ())),
        fix_before=texts.get("fix-before", ""),
    )


def package_and_version(text: str) -> tuple[str, str]:
    """Return the package and the version of "fastapi 0.118"."""
    package, _, version = text.partition(" ")
    return package, version


def page(slug: str) -> str:
    """Return the text of the page of a rule, or of another slug that the audit reports.

    Raises OSError where there is none.
    """
    return (PAGES / f"{slug}.md").read_text(encoding="utf-8")


def read_part(path: Path) -> str:
    """Return the text of a rule's file. Raises RuleError where it is missing or not UTF-8."""
    if not path.is_file():
        raise RuleError(path, 1, "the rule lacks this file", "write it")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise RuleError(path, line, "not UTF-8", "save the file as UTF-8") from None


def _parse(path: Path, lines: list[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the texts and the lists of a front matter, which is in a small subset of YAML."""
    texts: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    items: list[str] | None = None
    key = ""
    for number, line in enumerate(lines, start=2):
        if match := re.fullmatch(r"([a-z-]+): (.+)", line):
            key = match[1]
            texts[key], items = _text(path, number, match[2]), None
        elif match := re.fullmatch(r"([a-z-]+):", line):
            key = match[1]
            items = lists.setdefault(key, [])
        elif (match := re.fullmatch(r"  - (.+)", line)) and items is not None:
            items.append(_text(path, number, match[1]))
            if key in _VERSIONED and not _PACKAGE.fullmatch(items[-1]):
                message = f"{key} {items[-1]} is not a package and a version"
                raise RuleError(path, number, message, "write `  - fastapi 0.118`")
        else:
            raise RuleError(path, number, "neither `key: text` nor an item", "write `  - text`")
    return texts, lists


def _text(path: Path, number: int, written: str) -> str:
    """Return the value of a plain or double-quoted text; YAML reads both the same way."""
    if not written.startswith('"'):
        return written
    try:
        return str(json.loads(written))
    except ValueError:
        raise RuleError(path, number, "a quote is not closed", 'write "text", \\" inside') from None


def _check(path: Path, texts: dict[str, str], lists: dict[str, list[str]]) -> None:
    """Raise RuleError unless the keys are those of a rule, and their values have the right form."""
    _check_versions(path, texts, lists)
    _check_question(path, texts, lists)
    if unknown := sorted({*texts} - {*_TEXTS, *_OPTIONAL} | {*lists} - {*_LISTS}):
        raise RuleError(path, 1, f"unknown key {unknown[0]}", f"one of {', '.join(_TEXTS)}")
    for name in _TEXTS:
        if not texts.get(name):
            raise RuleError(path, 1, f"no {name}", f"write `{name}: text` in one line")
    for name, allowed in _CHOICES.items():
        if texts[name] not in allowed:
            message = f"unknown {name} {texts[name]}"
            raise RuleError(path, 1, message, f"write {' or '.join(allowed)}")
    for name, limit in (_TEXTS | _OPTIONAL).items():
        if (length := len(texts.get(name, ""))) > limit:
            message = f"{name} has {length} characters, at most {limit} fit"
            raise RuleError(path, 1, message, "shorten it")
    if not lists.get("sources"):
        raise RuleError(path, 1, "no source", "name a documentation page, release note or issue")


def _check_question(path: Path, texts: dict[str, str], lists: dict[str, list[str]]) -> None:
    """Raise RuleError unless a rule that no code shows has a question, and others have none."""
    if ("unseen" in texts) != ("ask" in texts):
        name = "ask" if "unseen" in texts else "unseen"
        raise RuleError(path, 1, f"no {name}", "write both `unseen: why` and `ask: a question`")
    if "ask-where" in lists and "ask" not in texts:
        raise RuleError(path, 1, "ask-where without ask", "write `ask: a question`, or take it out")


def _check_versions(path: Path, texts: dict[str, str], lists: dict[str, list[str]]) -> None:
    for key in _VERSIONED:
        if key in texts or lists.get(key) == []:
            message = f"{key} is not a list of versions"
            raise RuleError(path, 1, message, f"write `{key}:`, and below it `  - fastapi 0.118`")
        packages = [package_and_version(text)[0] for text in lists.get(key, ())]
        if len(set(packages)) < len(packages):
            raise RuleError(path, 1, f"{key} names a package twice", "leave one version of it")
    if "fix-before" in texts and "fix-since" not in lists:
        raise RuleError(path, 1, "fix-before without fix-since", "say from which version fix works")
