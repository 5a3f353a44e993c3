"""Everything that a finding can be about: the rules, unreadable files, and wrong ignores."""

from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.auditing.finding import UNREADABLE
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import load_rules

UNUSED_IGNORE = "unused-ignore"


@dataclass(frozen=True, slots=True)
class Entry:
    """One slug; its page has the rest. `text` explains a slug that is not a rule.

    `unseen` says why no code can show it. `ask` is the question to ask instead, for code with one
    of the words `ask_where`, or for any code if there are no such words.
    """

    slug: str
    severity: str
    title: str
    fix: str
    text: str = ""
    unseen: str = ""
    ask: str = ""
    ask_where: tuple[str, ...] = ()
    consequence: str = "rest"


OWN = (
    Entry(
        UNREADABLE,
        "medium",
        "A file that cannot be read is not audited: its faults are not found.",
        "Run the audit with the newest Python; correct the file, save it as UTF-8, or exclude it",
        "The audit skipped a Python file: it does not parse, is not in its declared encoding\n"
        "(UTF-8 if it declares none), is too large or nested too deep; or a link is circular.",
    ),
    Entry(
        UNUSED_IGNORE,
        "low",
        "An ignore comment has an effect and a reason.",
        "Remove the comment, or write `# fastapi-pro: ignore[slug] reason`",
        "The comment is at the end of a line, or alone on the line above it. It hides findings\n"
        "of the slugs that it names. It is itself reported if it has no reason, names no slug or\n"
        "an unknown one, or hides nothing.",
    ),
)


def catalogue(folder: Path = RULES) -> dict[str, Entry]:
    """Return the entries by slug, the rules in their order first. Raises RuleError, OSError."""
    ours = [
        Entry(
            rule.slug,
            rule.severity,
            rule.title,
            rule.fix,
            unseen=rule.unseen,
            ask=rule.ask,
            ask_where=rule.ask_where,
            consequence=rule.consequence,
        )
        for rule in load_rules(folder)
    ]
    return {entry.slug: entry for entry in [*ours, *OWN]}
