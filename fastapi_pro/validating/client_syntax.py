r"""What Claude Code runs or replaces when it loads a skill's text, inside fences too.

Measured on Claude Code 2.1.330: a bang before a backtick at a line start or after a space runs
the command, a fence whose info string is a bang runs its content, `$ARGUMENTS` and `$0`, `$1` ...
are replaced by the call's arguments where there are as many. A word before the bang, `$HOME`,
`$name`, `$5k` and the escape `\$1` are left alone; two backslashes before a dollar are no escape.
`${CLAUDE_SKILL_DIR}` and its likes are replaced too, which nobody writes by chance.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SYNTAX = re.compile(
    r"(?:(?<=\s)|^)(?P<command>!`[^`\n]*`)"
    r"|(?<!(?<!\\)\\)(?P<arguments>\$ARGUMENTS)"
    r"|(?<!(?<!\\)\\)(?P<positional>\$\d+)(?!\w)"
    r"|(?P<variable>\$\{CLAUDE_(?:PLUGIN_DATA|PLUGIN_ROOT|SESSION_ID|SKILL_DIR)\})",
    re.MULTILINE | re.ASCII,
)
_EFFECT = {
    "command": "is run as a command",
    "arguments": "is replaced by the call's arguments",
    "positional": "is replaced by an argument of the call",
    "variable": "is replaced by the client's value",
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
    for match in _SYNTAX.finditer(text):
        before = text[: match.start()]
        yield ClientSyntax(
            text=match.group(),
            kind=str(match.lastgroup),
            effect=_EFFECT[str(match.lastgroup)],
            line=first_line + before.count("\n"),
            column=match.start() - (before.rfind("\n") + 1) + 1,
        )
