"""What the audit reports."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

UNREADABLE = "unreadable"
"""The slug for a file or folder that cannot be read, which is not a broken rule."""


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """A rule that is broken at one place.

    `line` and `column` count from 1. `severity` and `fix` are set if they differ from the rule's at
    this place. Findings of one rule with the same `cause`, such as "hash_password in security.py",
    are reported as one.
    """

    path: str
    line: int
    column: int
    slug: str
    message: str
    severity: str = ""
    fix: str = ""
    cause: str = ""


class Hit(NamedTuple):
    """What a detector yields: where, and what is wrong there in one sentence.

    `line` counts from 1, `offset` from 0 in bytes of UTF-8, as ast does. The rest is a Finding's.
    """

    path: Path
    line: int
    offset: int
    message: str
    severity: str = ""
    fix: str = ""
    cause: str = ""
