r"""What Claude Code runs or replaces when it loads a skill's text, inside fences too.

The rows of `tests/validation/skill_rows/body.py` show it. A `!` before a backtick runs the command,
at the start of a line or after a space. A fence whose info string begins with `!` runs its content,
even inside another fence. `$ARGUMENTS`, `$0`, `$1` ... are replaced by the arguments of the call,
if it has so many. Not changed are a `!` after a word, `$HOME`, `$name`, `$5k` and the escape `\$1`;
two backslashes are not an escape. `${CLAUDE_SKILL_DIR}` and similar variables are replaced too, but
nobody writes them by chance.
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
    "block": "begins commands that the client runs when the skill loads",
    "command": "is a command that the client runs when the skill loads",
    "arguments": "is replaced by the arguments of the call",
    "positional": "is replaced by an argument if the call has enough of them",
}


@dataclass(frozen=True)
class ClientSyntax:
    """One sequence that the client runs or replaces: its text, effect and place (from 1)."""

    text: str
    kind: str
    effect: str
    line: int
    column: int


def find_client_syntax(text: str, first_line: int = 1) -> Iterator[ClientSyntax]:
    """Yield what the client would run or replace in `text`; its first line is `first_line`."""
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
