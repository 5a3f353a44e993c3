"""Everything a finding can be about: the rules, and what is wrong with a file or an ignore."""

from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.auditing.finding import UNREADABLE
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import load_rules

UNUSED_IGNORE = "unused-ignore"


@dataclass(frozen=True, slots=True)
class Entry:
    """One slug; its page has the rest. `text` is what there is to say of one that is no rule.

    `unseen` says why no code can show it, and `ask` what to ask of the code instead, where
    one of the words `ask_where` stands, if there are any.
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
        "What cannot be read is not audited: whatever is wrong there stays unseen.",
        "Run the audit with the newest Python; correct the file, save it as UTF-8, or exclude it",
        "A Python file was passed over: it does not parse, is not in its declared coding (UTF-8\n"
        "without a declaration), is too large or nested too deep; or a link leads in a circle.",
    ),
    Entry(
        UNUSED_IGNORE,
        "low",
        "An ignore comment has an effect and a reason.",
        "Remove the comment, or write `# fastapi-pro: ignore[slug] reason`",
        "The comment at the end of a line, or alone on the line above it, keeps findings of the\n"
        "slugs it names from being reported. One that lacks its reason, names no slug or an\n"
        "unknown one, or stands where nothing is found, is reported instead.",
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
