"""What the fields of a skill's front matter may hold.

Two contracts: Claude Code's (code.claude.com/docs/en/skills, read 2026-08-22; values probed on
2.1.330) and the open standard of six fields (agentskills.io/specification, 2026-08-04).
"""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails, PydanticCustomError

LISTING_CHARACTERS = 1536
JOINED = " - "
"""What the client puts between description and when_to_use."""
_EVERY_COMMAND = {"Bash", "Bash()", "Bash(*)", "Bash(:*)"}
_FLAGS = {"true": True, "yes": True, "on": True, "1": True}
_FLAGS |= {"false": False, "no": False, "off": False, "0": False}
_MOVED = {
    "tools": "allowed-tools",
    "permissions": "allowed-tools",
    "globs": "paths",
    "applyTo": "paths",
    "triggers": "when_to_use",
}


@dataclass(frozen=True)
class Problem:
    """One field's problem: the path of keys to it, which finding, and what to write instead."""

    path: tuple[str | int, ...]
    code: str
    message: str
    fix: str


def _flag(value: object) -> bool:
    """Accept true and false, and as Claude Code does since 2.1.218 yes/no, on/off and 1/0."""
    word = str(value).lower()
    if word in _FLAGS and not isinstance(value, float):
        return _FLAGS[word]
    raise PydanticCustomError("wrong-value", "it is no boolean")


def _words(value: object) -> object:
    """Accept one text or a list of texts."""
    items = value if isinstance(value, list) else [value]
    if all(isinstance(item, str) for item in items):
        return value
    raise PydanticCustomError("wrong-type", "it is neither text nor a list of texts")


def _names(value: object) -> object:
    """Accept names split by spaces, or a list of them."""
    _words(value)
    if isinstance(value, str) and "," in value:
        raise PydanticCustomError("bad-arguments", "a comma is part of a name")
    return value


def _tools(value: object) -> object:
    """Accept tool names split by commas or spaces, or a list of them, parentheses balanced."""
    _words(value)
    for entry in split_tools(value):
        if entry.count("(") != entry.count(")") or entry.startswith("("):
            raise PydanticCustomError("bad-tools", "its parentheses do not pair up")
    return value


def _fits_listing(value: str, info: ValidationInfo) -> str:
    """Refuse what the client would cut off: it lists description and when_to_use joined."""
    total = len(info.data.get("description") or "") + len(JOINED) + len(value)
    if total > LISTING_CHARACTERS:
        raise PydanticCustomError(
            "too-long",
            "with the description it has {total} characters, the listing shows {most}",
            {"total": total, "most": LISTING_CHARACTERS},
        )
    return value


def _key(attribute: str) -> str:
    return attribute if attribute == "when_to_use" else attribute.replace("_", "-")


Flag = Annotated[bool | None, BeforeValidator(_flag)]
Words = Annotated[object, BeforeValidator(_words)]
Names = Annotated[object, BeforeValidator(_names)]
Tools = Annotated[object, BeforeValidator(_tools)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
]
Description = Annotated[
    str, StringConstraints(min_length=1, max_length=1024, strip_whitespace=True)
]


class ClaudeSkill(BaseModel):
    """The front matter as Claude Code reads it; unknown keys are another function's matter."""

    model_config = ConfigDict(strict=True, alias_generator=_key)

    description: Description
    when_to_use: Annotated[str, AfterValidator(_fits_listing)] | None = None
    name: Name | None = None
    argument_hint: Words = None
    arguments: Names = None
    disable_model_invocation: Flag = None
    user_invocable: Flag = None
    background: Flag = None
    allowed_tools: Tools = None
    disallowed_tools: Tools = None
    model: str | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    context: Literal["fork"] | None = None
    agent: str | None = None
    hooks: dict[str, object] | None = None
    shell: Literal["bash", "powershell"] | None = None
    paths: object = None  # validation.gate reads it: its entries need more than a type
    metadata: dict[str, object] | None = None
    license: str | None = None
    compatibility: str | None = None


class OpenSkill(BaseModel):
    """The front matter as agentskills.io specifies it: six fields, nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=_key)

    name: Name
    description: Description
    license: str | None = None
    compatibility: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    metadata: dict[str, str] | None = None
    allowed_tools: str | None = None


KNOWN_KEYS = tuple(_key(name) for name in ClaudeSkill.model_fields)
_AT_NO_RISK = {
    "argument-hint", "background", "compatibility", "context", "agent", "effort", "license",
    "metadata", "model", "shell",
}  # fmt: skip
_FLAG_FIX = "write true or false, without quotes"
_TEXT_FIX = "write a text, in quotes if it looks like a number"
_TOOLS_FIX = 'write tools such as "Read, Bash(uv run *)", or a list of them'
_FIX = {
    "name": "write 1 to 64 of a-z and 0-9, words joined by single hyphens",
    "description": "say in 1 to 1,024 characters what the skill does and when to use it",
    "when_to_use": "write a text that fits with the description into 1,536 characters",
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
    "metadata": "write a map such as {version: 1.0.0}: the client drops anything else",
}
_CODES = {
    "literal_error": "wrong-value",
    "missing": "field-missing",
    "string_pattern_mismatch": "bad-name",
    "string_too_long": "too-long",
    "string_too_short": "empty-value",
}


def check_fields(values: Mapping[str, object]) -> list[Problem]:
    """Return what Claude Code's contract finds wrong with the known fields (errors all)."""
    given = {k: v for k, v in values.items() if v is not None or k == "description"}
    try:
        ClaudeSkill.model_validate(given)
    except ValidationError as error:
        return [_problem(detail) for detail in error.errors(include_url=False)]
    return []


def is_borne(problem: Problem, values: Mapping[str, object]) -> bool:
    """Say whether the client loads the skill whole all the same.

    It takes any name, or the folder's, and the first line of the body for a description.
    """
    if problem.path == ("name",):
        return True
    if problem.path[0] == "when_to_use" and problem.code == "wrong-type":
        return isinstance(values.get("when_to_use"), list)  # of which it lists the items
    description = values.get("description")
    is_short = description is None or len(str(description)) <= LISTING_CHARACTERS
    return (
        problem.path == ("description",) and is_short and not isinstance(description, list | dict)
    )


def is_ignored(problem: Problem) -> bool:
    """Say whether the client loads the skill as if the field were absent, at no one's risk."""
    return problem.path[0] in _AT_NO_RISK


def check_effects(values: Mapping[str, object]) -> list[Problem]:
    """Return what the fields together come to, and hardly any author means."""
    found = []
    if is_hidden(values) and is_on(values.get("disable-model-invocation")):
        message = "neither the user nor the assistant can call the skill"
        found.append(Problem(("user-invocable",), "nobody-can-call", message, "remove one of both"))
    if values.get("agent") and values.get("context") != "fork":
        message = "`agent` has no effect without `context: fork`"
        found.append(Problem(("agent",), "no-effect", message, "add `context: fork`"))
    return found


def check_words(values: Mapping[str, object]) -> list[Problem]:
    """Return words that the open standard and uploads to claude.ai refuse."""
    name, description = str(values.get("name") or ""), str(values.get("description") or "")
    found = []
    if reserved := next((word for word in ("anthropic", "claude") if word in name.lower()), None):
        message = f"`name` holds the reserved word `{reserved}`"
        found.append(Problem(("name",), "reserved-word", message, "take another name"))
    if re.search(r"</?[A-Za-z][^>]*>", description):
        message = "`description` holds an XML tag"
        fix = "write it without < and >"
        found.append(Problem(("description",), "xml-tag", message, fix))
    return found


def check_open_standard(values: Mapping[str, object]) -> list[Problem]:
    """Return every field in which the front matter leaves the six-field open standard."""
    try:
        OpenSkill.model_validate({k: v for k, v in values.items() if v is not None})
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for detail in error.errors(include_url=False):
            wrong.setdefault(str(detail["loc"][0]), _reason(detail))
        return [
            Problem(
                (field,),
                "not-portable",
                f"`{field}` {reason} of the open standard (agentskills.io)",
                "leave it out of a copy for other clients, or keep it for Claude Code alone",
            )
            for field, reason in wrong.items()
        ]
    return []


def check_unknown_keys(values: Mapping[str, object]) -> list[Problem]:
    """Return one warning for each key that Claude Code ignores, with where it belongs."""
    problems = []
    for key in values:
        if key in KNOWN_KEYS:
            continue
        plain = key.lower().replace("_", "-").replace("when-to-use", "when_to_use")
        near = _MOVED.get(key) or next(
            iter(difflib.get_close_matches(plain, KNOWN_KEYS, 1, 0.75)), ""
        )
        fix = (
            f"write `{near}`" if near else f"move it under `metadata`, as `metadata: {{{key}: …}}`"
        )
        message = f"`{key}` is no field of a skill, the client ignores it"
        problems.append(Problem((key,), "unknown-key", message, fix))
    return problems


def check_tools(values: Mapping[str, object]) -> list[Problem]:
    """Return a warning when allowed-tools pre-approves every shell command."""
    if _EVERY_COMMAND.isdisjoint(split_tools(values.get("allowed-tools"))):
        return []
    message = "a bare `Bash` pre-approves every command"
    return [Problem(("allowed-tools",), "bare-bash", message, "narrow it, as in Bash(uv run *)")]


def is_on(value: object) -> bool:
    """Say whether the client takes the value of a boolean field for true."""
    return _FLAGS.get(str(value).lower(), False)


def is_hidden(values: Mapping[str, object]) -> bool:
    """Say whether users cannot call the skill: `user-invocable` is there, and not on."""
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


def _problem(detail: ErrorDetails) -> Problem:
    """Say one of Pydantic's errors in this project's codes and words."""
    path = detail["loc"]
    field = str(path[0])
    code = _CODES.get(detail["type"], detail["type"])
    if "_" in code:
        code = "wrong-type"
    message = f"`{field}` is {_shown(detail['input'])}: {_lower(detail['msg'])}"
    if code == "field-missing":
        message = f"`{field}` is missing"
    elif (code, field) == ("too-long", "description") and len(detail["input"]) > LISTING_CHARACTERS:
        cut = f"the client lists the first {LISTING_CHARACTERS:,}"
        message = f"`{field}` has {len(detail['input']):,} characters, {cut}"
    return Problem(path, code, message, _FIX.get(field, _TEXT_FIX))


def _reason(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return "is none of the six fields"
    if detail["type"] == "missing":
        return "is missing, a required field"
    return f"breaks a rule ({_lower(detail['msg'])})"


def _shown(value: object) -> str:
    """Return a value as its author would know it again, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
