"""What the audit reports."""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fastapi_pro.auditing.model.module import Module

UNREADABLE = "unreadable"
"""The slug of what is no rule broken: a file or folder that cannot be read."""


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """A rule that is broken at one place. `line` and `column` count from 1."""

    path: str
    line: int
    column: int
    slug: str
    message: str


class Hit(NamedTuple):
    """What a detector yields: where, and what is wrong there in one sentence."""

    module: "Module"
    node: ast.AST
    message: str
