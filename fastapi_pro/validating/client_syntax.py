r"""What Claude Code runs or replaces when it loads a skill's text, inside fences too.

As the rows of `tests/validation/skill_rows/body.py` say: a bang before a backtick at a line start
or after a space runs the command, a fence whose info string begins with a bang runs its content,
in another fence too. `$ARGUMENTS` and `$0`, `$1` ... are replaced by the call's arguments where
there are as many. A word before the bang, `$HOME`, `$name`, `$5k` and the escape `\$1` are left
alone, two backslashes are no escape. `${CLAUDE_SKILL_DIR}` and its likes are replaced too, which
nobody writes by chance.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SYNTAX = re.compile(
    r"(?:(?<=\s)|^)(?P<command>!`[^`]+`)"
    r"|(?:(?<=\s)|^)(?P<block>```!)"
    r"|(?<!(?<!\\)\\)(?P<arguments>\$ARGUMENTS)"
    r"|(?<!(?<!\\)\\)(?P<positional>\$\d+)(?!\w)",
    re.MULTILINE | re.ASCII,
)
_BEGINS = re.compile(r"[!$]|^[ \t]*(?=```!)", re.MULTILINE)
_EFFECT = {
    "block": "begins commands that are run",
    "command": "is run as a command",
    "arguments": "is replaced by the call's arguments",
    "positional": "is replaced by an argument of the call",
}


@dataclass(frozen=True)
class ClientSyntax:
    """One sequence the client acts on: its text, its effect, and where it stands (from 1)."""

    text: str
    kind: str
    effect: str
    line: int
    column: int


def find_client_syntax(text: str, first_line: int = 1) -> Iterator[ClientSyntax]:
    """Yield what the client would run or replace in `text`, whose first line has that number."""
    end = 0
    for start in _BEGINS.finditer(text):
        match = _SYNTAX.match(text, start.start()) if start.start() >= end else None
        if not match:
            continue
        end = match.end()
        before = text[: match.start()]
        yield ClientSyntax(
            text=match.group(),
            kind=str(match.lastgroup),
            effect=_EFFECT[str(match.lastgroup)],
            line=first_line + before.count("\n"),
            column=match.start() - (before.rfind("\n") + 1) + 1,
        )
