"""What the client would run or replace in a skill's text although the author did not mean it.

If a skill declares arguments, or uses `$ARGUMENTS` in its text or code, its author means them. If
it may run a shell, or runs commands outside its fences, its author also means those in fences.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from fastapi_pro.validating.client_syntax import ClientSyntax, find_client_syntax
from fastapi_pro.validating.contract import split_tools
from fastapi_pro.validating.fences import Fence, find_fences
from fastapi_pro.validating.report import Finding, Level

_FEW = 3  # number of arguments that a call often has
_MANY = 10  # number that no call has: `$29` is a price
_PRICE = re.compile(r"\$[1-9]\d*(?:[.,]\d|\s*(?:[-/+]|per\b|USD\b|EUR\b))")
_DATA = {"csv", "diff", "json", "text", "toml", "txt", "xml", "yaml", "yml"}
_EXAMPLES = {"", "markdown", "md", "yaml", "yml"}
"""The languages of fences that show the content of another file, such as the text of a command."""
OWN_POSITIONS = re.compile(
    r"\b(?:awk|perl|sed)\b|\b(?:base|dir)name[\s\"'-]+\$0"
    r"|\b(?:DELETE|INSERT|LIMIT|SELECT|UPDATE|VALUES|WHERE)\b"
)
_WITHOUT_BRACES = re.compile(r"\$CLAUDE_(?:PLUGIN_ROOT|SKILL_DIR)\b")
_OF_PLUGIN = re.compile(r"\$\{CLAUDE_PLUGIN_(?:DATA|ROOT)\}")
_MOVED = "move the block to a file in references/"


def check_replaced(
    body: str, values: Mapping[str, object], file: Path, path: str
) -> Iterator[Finding]:
    """Yield a finding for each sequence that the client runs or replaces by mistake.

    `values` are those of the front matter; `file` is the SKILL.md, which findings call `path`.
    """
    names = _names(values)
    is_acted_on = any(find_client_syntax(body)) or any(f"${name}" in body for name in names)
    fences = find_fences(body) if is_acted_on else []
    prose = _without(body, fences)
    declares = bool(values.get("arguments") or values.get("argument-hint"))
    takes_arguments = declares or "$ARGUMENTS" in prose
    lines = body.split("\n")
    means_all = takes_arguments or any(
        "$ARGUMENTS" in "\n".join(lines[fence.start : fence.end])
        for fence in fences
        if fence.language.lower() not in _EXAMPLES
    )
    in_prose = list(find_client_syntax(prose))
    may_run = any(tool.startswith("Bash") for tool in split_tools(values.get("allowed-tools")))
    runs = may_run or any(each.kind == "command" for each in in_prose)
    for fence in fences:
        if fence.info.startswith("!"):
            continue
        text = "\n".join(lines[fence.start + 1 : fence.end])
        for each in find_client_syntax(text, first_line=fence.start + 2):
            line = lines[each.line - 1]
            is_of_line = bool(OWN_POSITIONS.search(line))
            level: Level = "error"
            fix = f"write `\\{each.text}`, or {_MOVED}"
            match each.kind:
                case "command" | "block":
                    is_all = text.strip() == each.text
                    is_meant = runs or (is_all and fence.language.lower() in _DATA)
                    level = "warning" if is_all and not fence.language else "error"
                    allowed = f"allowed-tools: Bash({each.text.strip('!`') or '…'})"
                    fix = f"allow it if it is meant, `{allowed}`; if not, {_MOVED}"
                case "arguments":
                    is_meant = means_all or fence.language.lower() not in _EXAMPLES
                case _:
                    is_meant = takes_arguments and not is_of_line
                    is_meant = is_meant or _is_harmless(each, line, _MANY)
            if not is_meant:
                message = f"`{each.text}` in a fence {each.effect}"
                place = (path, each.line, each.column)
                yield Finding(*place, "client-syntax", message, fix, level)
        yield from _named(text, fence, names, path)
    for each in in_prose if not takes_arguments else ():
        if each.kind == "positional" and not _is_harmless(each, lines[each.line - 1], _FEW):
            message = f"`{each.text}` {each.effect}"
            fix = f"write `\\{each.text}`"
            yield Finding(path, each.line, each.column, "client-syntax", message, fix, "warning")
    yield from _variables(lines, file, path)


def _without(body: str, fences: list[Fence]) -> str:
    """Return the body with blank lines in place of its fences."""
    lines = body.split("\n")
    for fence in fences:
        lines[fence.start : fence.end + 1] = [""] * len(lines[fence.start : fence.end + 1])
    return "\n".join(lines)


def _is_harmless(each: ClientSyntax, line: str, least: int) -> bool:
    """Say whether no call has so many arguments, or few calls have and it looks like a price."""
    number = int(each.text[1:])
    is_price = number >= _FEW and _PRICE.match(line[each.column - 1 :])
    return number >= least or bool(is_price)


def _names(values: Mapping[str, object]) -> list[str]:
    """Return the names of the declared arguments."""
    declared = values.get("arguments")
    names = declared.split() if isinstance(declared, str) else declared
    items = names if isinstance(names, list) else []
    return [name for name in items if isinstance(name, str) and re.fullmatch(r"\w+", name)]


def _named(text: str, fence: Fence, names: list[str], path: str) -> Iterator[Finding]:
    """Yield a finding for a variable in a fence with the name of a declared argument."""
    for name in names:
        if re.search(rf"\b(?:for|local|read|export)\s+{name}\b|\b{name}=", text) and (
            used := re.search(rf"\${name}\b", text)
        ):
            before = text[: used.start()]
            column = used.start() - (before.rfind("\n") + 1) + 1
            message = f"`${name}` is a variable here, but is replaced by the argument `{name}`"
            fix = "give the variable another name"
            line = fence.start + 2 + before.count("\n")
            yield Finding(path, line, column, "client-syntax", message, fix)


def _variables(lines: list[str], file: Path, path: str) -> Iterator[Finding]:
    """Yield a finding for each variable of the client that is not replaced."""
    is_projects = ".claude" in file.absolute().parts and not any(
        (folder / ".claude-plugin").exists() for folder in file.absolute().parents
    )
    for number, line in enumerate(lines, start=1):
        if match := _WITHOUT_BRACES.search(line):
            message = f"`{match[0]}` is not replaced: the client replaces only the form with braces"
            fix = f"write `${{{match[0][1:]}}}`"
            place = (number, match.start() + 1)
            yield Finding(path, *place, "client-syntax", message, fix, "warning")
        elif is_projects and (match := _OF_PLUGIN.search(line)):
            message = f"`{match[0]}` is not replaced: this skill does not belong to a plugin"
            fix = "write `${CLAUDE_SKILL_DIR}` for the skill's own files"
            yield Finding(path, number, match.start() + 1, "client-syntax", message, fix, "warning")
