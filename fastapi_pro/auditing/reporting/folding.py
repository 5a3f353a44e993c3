"""Findings with the same cause, reported as one."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fastapi_pro.auditing.finding import Finding

MANY = 3
"""Up to this many findings that differ only in names are reported one by one, more as one."""

_AT_MOST = 10
"""Up to this many findings of a rule with different texts are reported one by one."""

_NAMES = re.compile(r"`[^`]*`(?:(?:, | and )`[^`]*`)*")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Fold:
    """Findings that are reported as one, sorted by place; the first one is printed."""

    findings: list[Finding]

    @property
    def first(self) -> Finding:
        """The finding that is printed."""
        return self.findings[0]


def fold(findings: Iterable[Finding]) -> list[Fold]:
    """Return the findings; those of one rule with the same cause or message become one fold.

    So do more than MANY findings whose messages differ only in names. Findings of a fold have the
    same severity, and the same fix except for names, so the text of the first is right for all.
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
