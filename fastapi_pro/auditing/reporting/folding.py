"""Findings of one cause, told as one."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fastapi_pro.auditing.finding import Finding

MANY = 3
"""So many findings that differ in names alone are told one by one; more become one line."""

_AT_MOST = 10
"""So many lines a rule may have that differ in more."""

_NAMES = re.compile(r"`[^`]*`(?:(?:, | and )`[^`]*`)*")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Fold:
    """Findings that are told as one, by place; the first stands for all."""

    findings: list[Finding]

    @property
    def first(self) -> Finding:
        """The finding that is told."""
        return self.findings[0]


def fold(findings: Iterable[Finding]) -> list[Fold]:
    """Return the findings, those of one rule as one that have a cause or a message in common.

    So do more than a few whose messages differ in names alone. Their severity is the same, and
    their fix but for names, so that what is told of the first holds for all.
    """
    folds: list[Fold] = []
    left: list[Finding] = []
    for group in _grouped(findings, _what):
        is_same = len(group) > 1 and len({finding.message for finding in group}) == 1
        if group[0].cause or is_same or len(group) > MANY:
            folds.append(Fold(group))
        else:
            left += group
    for group in _grouped(left, lambda _: ""):
        if len(group) > _AT_MOST:
            folds.append(Fold(group))
        else:
            folds += [Fold([finding]) for finding in group]
    return folds


def _grouped(
    findings: Iterable[Finding], what: Callable[[Finding], object]
) -> Iterable[list[Finding]]:
    """Return the findings of one rule, severity and fix that have `what` in common, by place."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(findings):
        key = (finding.slug, finding.severity, _wording(finding.fix), what(finding))
        groups.setdefault(key, []).append(finding)
    return groups.values()


def _what(finding: Finding) -> tuple[str, str]:
    return finding.cause, "" if finding.cause else _wording(finding.message)


def _wording(message: str) -> str:
    """Return a message without the names and numbers in it."""
    return _NUMBER.sub("0", _NAMES.sub("``", message))
