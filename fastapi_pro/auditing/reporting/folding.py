"""Findings of one cause, told as one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi_pro.auditing.finding import Finding

MANY = 3
"""So many findings that differ in names alone are told one by one; more become one line."""

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
    """Return the findings, those of one rule that have a cause or a wording in common as one.

    Their severity and fix are the same, so that what is told of the first holds for all.
    """
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in sorted(findings):
        what = ("cause", finding.cause) if finding.cause else ("wording", _wording(finding.message))
        key = (finding.slug, finding.severity, finding.fix, *what)
        alike.setdefault(key, []).append(finding)
    folds: list[Fold] = []
    for group in alike.values():
        if group[0].cause or len(group) > MANY:
            folds.append(Fold(group))
        else:
            folds += [Fold([finding]) for finding in group]
    return folds


def _wording(message: str) -> str:
    """Return a message without the names and numbers in it."""
    return _NUMBER.sub("0", _NAMES.sub("``", message))
