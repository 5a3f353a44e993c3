"""What the fields of a skill's front matter may hold.

There are two contracts: that of Claude Code (code.claude.com/docs/en/skills, read 2026-08-22; the
rows of `tests/validation/skill_rows/` test it with 2.1.332), and the open standard of six fields
(agentskills.io/specification, 2026-08-04).
"""

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi_pro.validating.codes import Code

LISTING_CHARACTERS = 1536
JOINED = " - "
"""The text that the client puts between description and when_to_use."""
_MOST_NAME, _MOST_DESCRIPTION, _MOST_COMPATIBILITY = 64, 1024, 500
_FEW = 5  # names that a message lists
_EVERY_COMMAND = {"Bash", "Bash()", "Bash(*)", "Bash(:*)"}
_TOOLS = ("Bash", "Edit", "Glob", "Grep", "Read", "Skill", "Task", "WebFetch", "WebSearch", "Write")
_TOOLS_IN_LOWER_CASE = {name.lower(): name for name in _TOOLS}
_FLAGS = {"true": True, "yes": True, "on": True, "1": True}
_FLAGS |= {"false": False, "no": False, "off": False, "0": False}
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOVED = {
    "tools": "allowed-tools",
    "permissions": "allowed-tools",
    "globs": "paths",
    "applyTo": "paths",
    "triggers": "when_to_use",
}

_OTHER_WORDS = {"mode"}
"""Keys that are similar to a field and mean something else."""

Fault = tuple[Code, str] | None
"""The code of the finding and the reason, None if the value is right."""


@dataclass(frozen=True)
class Problem:
    """One field's problem: the path of keys to it, which finding, and what to write instead."""

    path: tuple[str | int, ...]
    code: Code
    message: str
    fix: str


def _text(value: object) -> Fault:
    return None if isinstance(value, str) else ("wrong-type", "it is not text")


def _map(value: object) -> Fault:
    return None if isinstance(value, dict) else ("wrong-type", "it is not a map")


def _flag(value: object) -> Fault:
    """Accept true and false, and as Claude Code does since 2.1.218 yes/no, on/off and 1/0."""
    if str(value).lower() in _FLAGS and not isinstance(value, float):
        return None
    return "wrong-value", "it is not true or false"


def _words(value: object) -> Fault:
    items = value if isinstance(value, list) else [value]
    if all(isinstance(item, str) for item in items):
        return None
    return "wrong-type", "it is neither text nor a list of texts"


def _names(value: object) -> Fault:
    """Accept names split by spaces, or a list of them."""
    if isinstance(value, str) and "," in value:
        return "bad-arguments", "for the client a comma is part of a name"
    return _words(value)


def _tools(value: object) -> Fault:
    """Accept tool names split by commas or spaces, or a list of them, parentheses balanced."""
    if isinstance(value, str) and "\n" in value.strip():
        return "bad-tools", "a line break does not separate tools"
    for entry in split_tools(value):
        if entry.count("(") != entry.count(")"):
            return "bad-tools", "its parentheses do not match, so it names no tool of the client"
    return _words(value)


def _name(value: object) -> Fault:
    if not isinstance(value, str):
        return _text(value)
    if not value:
        return "empty-value", "it is empty"
    if len(value) > _MOST_NAME:
        return "too-long", f"it has {len(value)} characters, more than {_MOST_NAME}"
    if not _NAME.fullmatch(value):
        return "bad-name", "it may have only a-z, 0-9, and single hyphens between words"
    return None


def _description(value: object) -> Fault:
    if not isinstance(value, str):
        return _text(value)
    length = len(value.strip())
    if not length:
        return "empty-value", "it is empty"
    if length > LISTING_CHARACTERS:
        shown = f"the client lists only the first {LISTING_CHARACTERS:,}"
        return "too-long", f"it has {length:,} characters, {shown}"
    if length > _MOST_DESCRIPTION:
        return "too-long", f"it has {length:,} characters, more than {_MOST_DESCRIPTION:,}"
    return None


def _compatibility(value: object) -> Fault:
    if isinstance(value, str) and not 0 < len(value) <= _MOST_COMPATIBILITY:
        return "too-long", f"it is empty or has more than {_MOST_COMPATIBILITY} characters"
    return _text(value)


def _texts_by_name(value: object) -> Fault:
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return None
    return "wrong-type", "it is not a map of texts"


def _any(_: object) -> Fault:
    return None


def _one_of(*words: str) -> Callable[[object], Fault]:
    fault: Fault = ("wrong-value", f"it is not {' or '.join(words)}")
    return lambda value: None if isinstance(value, str) and value in words else fault


CLAUDE_FIELDS: dict[str, Callable[[object], Fault]] = {
    "description": _description,
    "when_to_use": _text,
    "name": _name,
    "argument-hint": _words,
    "arguments": _names,
    "disable-model-invocation": _flag,
    "user-invocable": _flag,
    "background": _flag,
    "allowed-tools": _tools,
    "disallowed-tools": _tools,
    "model": _text,
    "effort": _one_of("low", "medium", "high", "xhigh", "max"),
    "context": _one_of("fork"),
    "agent": _text,
    "hooks": _map,
    "shell": _one_of("bash", "powershell"),
    "paths": _any,  # gate.py reads it: its entries need more than a type
    "metadata": _map,
    "license": _text,
    "compatibility": _text,
}
"""The fields that Claude Code reads; check_unknown_keys() handles other keys."""

OPEN_FIELDS: dict[str, Callable[[object], Fault]] = {
    "name": _name,
    "description": _description,
    "license": _text,
    "compatibility": _compatibility,
    "metadata": _texts_by_name,
    "allowed-tools": _text,
}
"""The front matter as agentskills.io specifies it: six fields, nothing else."""

KNOWN_KEYS = tuple(CLAUDE_FIELDS)
AGENT_KEYS = (
    "disallowedTools",
    "initialPrompt",
    "maxTurns",
    "mcpServers",
    "permissionMode",
    "tools",
)
"""The fields of agents that skills do not have, as far as their spelling can be mistaken."""
_AT_NO_RISK = {
    "argument-hint", "arguments", "background", "compatibility", "context", "agent", "effort",
    "license", "metadata", "model", "shell",
}  # fmt: skip
_FLAG_FIX = "write true or false, without quotes"
_TEXT_FIX = "write a text, in quotes if it looks like a number"
_TOOLS_FIX = 'write tools such as "Read, Bash(uv run *)", or a list of them'
_FIX = {
    "name": "write 1 to 64 characters: a-z, 0-9, and single hyphens between words",
    "description": "say in 1 to 1,024 characters what the skill does and when to use it",
    "when_to_use": "shorten it: together with the description it may have 1,536 characters",
    "argument-hint": "write a text or a list of texts",
    "arguments": "write names with spaces between them, or a list of names",
    "disable-model-invocation": _FLAG_FIX,
    "user-invocable": _FLAG_FIX,
    "background": _FLAG_FIX,
    "allowed-tools": _TOOLS_FIX,
    "disallowed-tools": _TOOLS_FIX,
    "effort": "write low, medium, high, xhigh or max",
    "context": "write fork, or remove it",
    "hooks": "write a map of events",
    "shell": "write bash or powershell",
    "metadata": "write a map such as {version: 1.0.0}",
}


def check_fields(values: Mapping[str, object]) -> list[Problem]:
    """Return what is wrong with the known fields by Claude Code's contract; all are errors."""
    found = []
    if "description" not in values:
        fix = _FIX["description"]
        found.append(
            Problem(
                ("description",),
                "field-missing",
                "`description` is missing: the client lists the first line of the body",
                fix,
            )
        )
    for field, check in CLAUDE_FIELDS.items():
        value = values.get(field)
        if field not in values or (value is None and field != "description"):
            continue  # without a value it counts as absent
        fault = check(value)
        if field == "when_to_use" and not fault:
            fault = _fits_listing(values)
        if fault:
            code, why = fault
            message = f"`{field}` is {_shown(value)}: {why}"
            if code == "too-long":
                message = f"`{field}` is too long: {why}"
            found.append(Problem((field,), code, message, _FIX.get(field, _TEXT_FIX)))
    return found


def _fits_listing(values: Mapping[str, object]) -> Fault:
    """Return a fault if the client would cut the joined description and when_to_use."""
    both = [values.get("description"), values.get("when_to_use")]
    total = len(JOINED.join(text for text in both if isinstance(text, str)))
    if total <= LISTING_CHARACTERS:
        return None
    shown = f"the client lists only the first {LISTING_CHARACTERS:,}"
    return "too-long", f"with the description it has {total:,} characters, {shown}"


def is_borne(problem: Problem, values: Mapping[str, object]) -> bool:
    """Say whether the client still loads the whole skill.

    It accepts any name, or uses the folder's, and uses the first line of the body as description.
    """
    if problem.path == ("name",):
        return True
    if problem.path[0] == "when_to_use" and problem.code == "wrong-type":
        return isinstance(values.get("when_to_use"), list)  # the client lists its items
    description = values.get("description")
    is_short = description is None or len(str(description)) <= LISTING_CHARACTERS
    return (
        problem.path == ("description",) and is_short and not isinstance(description, list | dict)
    )


def is_ignored(problem: Problem) -> bool:
    """Say whether the client loads the skill as if the field were absent, without any risk."""
    return problem.path[0] in _AT_NO_RISK and problem.code != "bad-arguments"


def check_effects(values: Mapping[str, object]) -> list[Problem]:
    """Return effects of fields together that hardly any author wants."""
    found = []
    if is_hidden(values) and is_on(values.get("disable-model-invocation")):
        message = "neither the user nor the assistant can call the skill"
        found.append(
            Problem(("user-invocable",), "nobody-can-call", message, "remove one of the two")
        )
    if values.get("agent") and values.get("context") != "fork":
        message = "`agent` has no effect without `context: fork`"
        found.append(Problem(("agent",), "no-effect", message, "add `context: fork`"))
    return found


def check_words(values: Mapping[str, object]) -> list[Problem]:
    """Return words that the open standard and uploads to claude.ai refuse."""
    name, description = str(values.get("name") or ""), str(values.get("description") or "")
    found = []
    if reserved := next((word for word in ("anthropic", "claude") if word in name.lower()), None):
        message = f"`name` contains the reserved word `{reserved}`, which claude.ai refuses"
        found.append(Problem(("name",), "reserved-word", message, "choose another name"))
    if re.search(r"</?[A-Za-z][^>]*>", description):
        message = "`description` contains an XML tag, which claude.ai refuses"
        fix = "write it without < and >"
        found.append(Problem(("description",), "xml-tag", message, fix))
    return found


def check_open_standard(values: Mapping[str, object]) -> list[Problem]:
    """Return each field that breaks the open standard of six fields."""
    wrong: dict[str, str] = {}
    for field in ("name", "description"):
        if values.get(field) is None:
            wrong[field] = "is missing, but is a required field"
    for field, value in values.items():
        if value is None:
            continue
        if field not in OPEN_FIELDS:
            wrong[field] = "is not one of the six fields"
        elif fault := OPEN_FIELDS[field](value):
            wrong[field] = f"breaks a rule ({fault[1]})"
    return [
        Problem(
            (field,),
            "not-portable",
            f"`{field}` {reason} of the open standard (agentskills.io)",
            "leave it out of a copy for other clients, or use the skill only in Claude Code",
        )
        for field, reason in wrong.items()
    ]


def check_unknown_keys(values: Mapping[str, object]) -> list[Problem]:
    """Return a warning for each key that is similar to a known one, and one for all others."""
    problems, others = [], []
    for key in values:
        if key in CLAUDE_FIELDS:
            continue
        plain = key.lower().replace("_", "-").replace("when-to-use", "when_to_use")
        near = _MOVED.get(key) or "".join(difflib.get_close_matches(plain, KNOWN_KEYS, 1, 0.75))
        near = "" if key in _OTHER_WORDS else near
        if near:
            message = f"`{key}` is not a field of a skill, so the client ignores it"
            problems.append(Problem((key,), "unknown-key", message, f"write `{near}`"))
        else:
            others.append(key)
    if len(others) == 1:
        message = f"`{others[0]}` is not a field of a skill, so the client ignores it"
        fix = f"move it under `metadata`: `metadata: {{{others[0]}: …}}`"
        problems.append(Problem((others[0],), "unknown-key", message, fix))
    elif others:
        names = ", ".join(f"`{key}`" for key in others[:_FEW])
        names += f" and {len(others) - _FEW:,} more" if len(others) > _FEW else ""
        message = f"{names} are not fields of a skill, so the client ignores them"
        problems.append(Problem((others[0],), "unknown-key", message, "move them under `metadata`"))
    return problems


def check_tools(values: Mapping[str, object]) -> list[Problem]:
    """Return a warning for each unknown tool, and one if every shell command is pre-approved."""
    found = []
    tools = split_tools(values.get("allowed-tools"))
    for tool in dict.fromkeys(tool.partition("(")[0] for tool in tools):
        right = _TOOLS_IN_LOWER_CASE.get(tool.lower(), tool)
        if tool != right:
            message = f"`{tool}` is not a tool of Claude Code, so it allows nothing"
            found.append(Problem(("allowed-tools",), "unknown-tool", message, f"write {right}"))
    for entry in tools:
        if entry.startswith("("):
            message = f"`{entry}` names no tool: the space before it ends the entry"
            fix = "write the parentheses directly after the tool, or leave them out"
            found.append(Problem(("allowed-tools",), "bad-tools", message, fix))
    if not _EVERY_COMMAND.isdisjoint(tools):
        message = "a `Bash` without a pattern pre-approves every command"
        fix = "add a pattern, as in Bash(uv run *)"
        found.append(Problem(("allowed-tools",), "bare-bash", message, fix))
    return found


def is_on(value: object) -> bool:
    """Say whether the client reads the value of a boolean field as true."""
    return _FLAGS.get(str(value).lower(), False)


def is_hidden(values: Mapping[str, object]) -> bool:
    """Say whether users cannot call the skill: `user-invocable` is set, and not to true."""
    return "user-invocable" in values and not is_on(values["user-invocable"])


def split_tools(value: object) -> list[str]:
    """Return the entries of a tools field: split at commas and spaces outside parentheses."""
    entries = [""]
    for item in value if isinstance(value, list) else [value]:
        depth = 0
        for character in item if isinstance(item, str) else "":
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth <= 0 and (character == "," or character.isspace()):
                entries.append("")
            else:
                entries[-1] += character
        entries.append("")
    return [entry for entry in entries if entry]


def _shown(value: object) -> str:
    """Return a value so that its author recognizes it, shortened if it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:37]}…"
