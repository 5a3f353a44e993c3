"""The pages below `references/rules/`: one for each rule, and for what else the audit reports."""

from collections.abc import Mapping
from pathlib import Path

from fastapi_pro.auditing.reporting.catalogue import OWN, Entry
from fastapi_pro.rulebook import CONSEQUENCES, Rule, RuleError, example, folder_name, read_part
from maintain.building.refusal import refused
from maintain.building.sources import FOLDER, Snippets, relative

PAGES = "references/rules"
_LANGUAGES = {".py": "python", ".Dockerfile": "dockerfile", ".yaml": "yaml"}


def rule_pages(snippets: Snippets) -> dict[Path, str]:
    """Return the pages of a project that has rules. Raises RefusedError for one that is not whole.

    Raises OSError when a file cannot be read.
    """
    rules = snippets.root / FOLDER / "rules"
    if not rules.is_dir():
        return {}
    try:
        pages = {rule.slug: rule_page(rule, rules) for rule in snippets.rules}
    except RuleError as error:
        path = relative(snippets, error.path)
        raise refused("bad-rule", error.message, error.fix, path, (error.line, 1)) from error
    pages |= {entry.slug: _page_of_our_own(entry) for entry in OWN}
    return {snippets.root / PAGES / f"{slug}.md": text for slug, text in pages.items()}


def old_pages(root: Path, pages: Mapping[Path, str]) -> dict[Path, str]:
    """Return the existing pages: those to replace, and those of rules that no longer exist."""
    there = {*(root / PAGES).glob("*.md"), *(page for page in pages if page.is_file())}
    return {page: page.read_bytes().decode("utf-8", "backslashreplace") for page in sorted(there)}


def rule_page(rule: Rule, rules: Path) -> str:
    """Return the page of a rule in a folder of rules. Raises RuleError."""
    folder = rules / folder_name(rule.slug)
    parts = [
        f"# {rule.slug}",
        f"**{rule.title}**",
        _standing(rule),
        _fix(rule),
        rule.body,
        *(_code(folder, kind) for kind in ("bad", "good")),
        "## Sources",
        "\n".join(f"- <{source}>" for source in rule.sources),
        _in_the_audit(rule),
    ]
    return "\n\n".join(parts) + "\n"


def _standing(rule: Rule) -> str:
    named = (("before", rule.until), ("since", rule.since), ("fix since", rule.fix_since))
    versions = ", ".join(f"{when} {text}" for when, texts in named for text in texts)
    told = f" Versions: {versions}." if versions else ""
    return f"Severity {rule.severity}: {CONSEQUENCES[rule.consequence]}.{told}"


def _fix(rule: Rule) -> str:
    before = f" Before {rule.fix_since[0]}: {rule.fix_before}." if rule.fix_before else ""
    return f"In short: {rule.fix}.{before}"


def _code(folder: Path, kind: str) -> str:
    file = example(folder, kind)
    return f"## {kind.title()}\n\n```{_LANGUAGES[file.suffix]}\n{read_part(file).rstrip()}\n```"


def _in_the_audit(rule: Rule) -> str:
    if rule.unseen:
        return f"The audit does not find it: {rule.unseen}. Ask: {rule.ask}"
    return f"To keep a finding on purpose: `# fastapi-pro: ignore[{rule.slug}] reason` on its line."


def _page_of_our_own(entry: Entry) -> str:
    parts = [f"# {entry.slug}", f"**{entry.title}**", f"Severity {entry.severity}.", entry.text]
    return "\n\n".join([*parts, f"{entry.fix}."]) + "\n"
