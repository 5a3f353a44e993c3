"""A SKILL.md with only the six fields of the open standard, for other assistants and uploads.

Source: https://agentskills.io/specification. Lists and flow mappings are not written, because
skills-ref's parser (strictyaml) refuses the flow form.
"""

import json
import re

MAX_DESCRIPTION = 1024  # characters
_KEPT = ("license", "compatibility")


def as_open_standard(text: str, version: str) -> str:
    """Return a SKILL.md for Claude Code in the form of the open standard, with `version` added.

    `when_to_use` is added to the description. Tools that the standard's list cannot express are
    left out. In the body `${CLAUDE_SKILL_DIR}/` is removed, as paths are relative to the skill's
    folder, and `$ARGUMENTS` is replaced by the hint. Raises ValueError, with the line, for front
    matter other than `key: value`, `key:` and indented lines.
    """
    front, body = _split(text)
    fields, metadata = _fields(front)
    for name in ("name", "description"):
        if not fields.get(name):
            raise ValueError(f"the front matter has no `{name}`; write `{name}: text`")
    description = " ".join([fields["description"], fields.get("when_to_use", "")]).strip()
    if len(description) > MAX_DESCRIPTION:
        raise ValueError(
            f"`description` and `when_to_use` are {len(description)} characters together; "
            f"shorten them to {MAX_DESCRIPTION}"
        )
    lines = [f"name: {fields['name']}", f"description: {_quoted(description)}"]
    lines += [f"{name}: {_quoted(fields[name])}" for name in _KEPT if fields.get(name)]
    if tools := _tools(fields.get("allowed-tools", "")):
        lines.append(f"allowed-tools: {tools}")
    lines += ["metadata:", *metadata, f"  version: {_quoted(version)}"]
    body = body.replace("${CLAUDE_SKILL_DIR}/", "")
    body = body.replace("$ARGUMENTS", fields.get("argument-hint", ""))
    return "\n".join(["---", *lines, "---", body])


def _split(text: str) -> tuple[list[str], str]:
    """Return the lines of the front matter, and the body."""
    lines = text.split("\n")
    if lines[0] != "---" or "---" not in lines[1:]:
        raise ValueError("line 1: no front matter; begin and end it with ---")
    end = lines.index("---", 1)
    return lines[1:end], "\n".join(lines[end + 1 :])


def _fields(front: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the texts by key, and the lines of the metadata."""
    fields: dict[str, str] = {}
    metadata: list[str] = []
    key = ""
    for number, line in enumerate(front, start=2):
        if match := re.fullmatch(r"([a-z_-]+):(?: (.*))?", line):
            key, value = match[1], match[2] or ""
            fields[key] = _text(value, number)
        elif not line.startswith("  "):
            raise ValueError(f"line {number}: neither `key: value` nor indented below a key")
        elif key == "metadata" and not line.strip().startswith("version:"):
            metadata.append(line)
    return fields, metadata


def _text(value: str, number: int) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        raise ValueError(f'line {number}: a quote is not closed; write "text"') from None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _tools(allowed: str) -> str:
    """Return the tools separated by spaces, without those whose pattern has a space or variable."""
    tools = [tool.strip().replace(" *)", ":*)") for tool in re.split(r",(?![^(]*\))", allowed)]
    return " ".join(tool for tool in tools if tool and " " not in tool)
