"""The parts of a page that are made from the rules: lists, a table, an index, a count.

A part stands between the lines `<!-- rules KIND -->` and `<!-- end -->`.
"""

import re
from collections.abc import Callable, Sequence

from fastapi_pro.auditing.reporting.catalogue import OWN
from fastapi_pro.rulebook import CONSEQUENCES, SEVERITIES, Rule, RuleError
from maintain.building.parts import Place, expand_parts
from maintain.building.refusal import refused
from maintain.building.sources import Snippets, relative

_CODE = r"`[^`]*`"
_SHORT = re.compile(rf"(?:{_CODE}|\((?:{_CODE}|[^()`])*\)|:(?! )|[^:`(])+")


def expand_rules(name: str, text: str, snippets: Snippets) -> str:
    """Return the page with its parts made anew, their fences empty.

    Raises RefusedError for a part that has no end or an unknown kind, and for a rule that is not
    complete.
    """

    def make(match: re.Match[str], place: Place) -> str:
        if match["kind"] not in _KINDS:
            fix = f"one of {', '.join(_KINDS)}"
            raise refused("bad-rules", f"no such part {match['kind']}", fix, name, place)
        try:
            return _KINDS[match["kind"]](snippets.rules)
        except RuleError as error:
            path = relative(snippets, error.path)
            raise refused("bad-rule", error.message, error.fix, path, (error.line, 1)) from error

    return expand_parts(name, text, r"rules (?P<kind>\S+)", "bad-rules", make)


def _critical(rules: Sequence[Rule]) -> str:
    chosen = [rule for rule in rules if rule.tier == "critical"]
    return "\n".join(
        f"{number}. {rule.title} `{rule.slug}`" for number, rule in enumerate(chosen, start=1)
    )


def _pitfalls(rules: Sequence[Rule]) -> str:
    rows = [
        f"| {_cell(rule.symptom)} | {_cell(rule.fix)} | `{rule.slug}` |"
        for rule in rules
        if rule.tier == "pitfall"
    ]
    return "\n".join(["| You see | Do | Rule |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _index(rules: Sequence[Rule]) -> str:
    parts = []
    for consequence, what in CONSEQUENCES.items():
        chosen = [rule for rule in rules if rule.consequence == consequence]
        chosen.sort(key=lambda rule: (SEVERITIES.index(rule.severity), rule.slug))
        if chosen:
            parts += [f"## {what[0].upper()}{what[1:]}", "\n".join(map(_line, chosen))]
    own = [f"- {_link(entry.slug)}: {short(entry.title)}" for entry in OWN]
    return "\n\n".join([*parts, "## Of the audit itself", "\n".join(own)])


def _line(rule: Rule) -> str:
    mark = ", not in the audit" if rule.unseen else ""
    return f"- {_link(rule.slug)} ({rule.severity}{mark}): {short(rule.title)}"


def _link(slug: str) -> str:
    return f"[{slug}](rules/{slug}.md)"


def _count(rules: Sequence[Rule]) -> str:
    seen = sum(not rule.unseen for rule in rules)
    return f"There are [{len(rules)} rules](references/rules.md); the audit finds {seen} of them."


def short(title: str) -> str:
    """Return a title up to its first colon outside of code and brackets."""
    match = _SHORT.match(title)
    return (match[0] if match else title).removesuffix(".")


_KINDS: dict[str, Callable[[Sequence[Rule]], str]] = {
    "critical": _critical,
    "pitfalls": _pitfalls,
    "index": _index,
    "count": _count,
}
