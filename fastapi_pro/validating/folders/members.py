"""Agents, commands, and files of a plugin that its pages name."""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.validating.contract import AGENT_KEYS, split_tools
from fastapi_pro.validating.folders.hooks import check_front_hooks, is_built, missing_files
from fastapi_pro.validating.folders.reading import FrontFile, read_front, read_text, read_yaml
from fastapi_pro.validating.frontmatter import TOP, FrontMatter, FrontMatterError
from fastapi_pro.validating.report import BODY, Finding
from fastapi_pro.validating.yaml_traps import check_cut_values, check_early_end

_PLUGIN_IGNORES = ("hooks", "mcpServers", "permissionMode")
DOCUMENTATION = {"readme.md", "index.md", "changelog.md", "claude.md", "agents.md"}
_OF_SKILLS = {
    "allowed-tools": "tools", "allowedTools": "tools", "disallowed-tools": "disallowedTools",
}  # fmt: skip
_SPELLINGS = {name.lower(): name for name in AGENT_KEYS}
_TOOLS = {"Bash", "Edit", "Glob", "Grep", "Read", "WebFetch", "WebSearch", "Write"}
_WRONG_CASE = {tool.lower() for tool in _TOOLS}
_NO_TOOLS = {"All", "all", "LS", "MultiEdit", "NotebookRead", "TodoRead", "TodoWrite", "tools"}
"""Words that agents name as tools, and of which Claude Code 2.1.332 knows none."""
_WHOLE = {"", "*", ":*"}  # between the parentheses of a tool: all of it


def check_agent(file: Path, shown: str, *, in_plugin: bool) -> Iterator[Finding]:
    """Yield why the client does not load the agent of `file`, or loads it with other settings.

    In a plugin the client loads every page below agents/. In a project it loads only pages with a
    name and a description.
    """
    try:
        yaml, front = read_yaml(file), read_front(file)
    except FrontMatterError as error:
        outcome = "drops all fields of the agent" if in_plugin else "does not load the agent"
        yield _unread(error, shown, outcome)
        return
    if front is None and not in_plugin:
        if file.name.lower() not in DOCUMENTATION:
            message = "the file has no front matter, so the client does not load it as an agent"
            fix = "begin it with ---, name, description and ---, or move it out of agents/"
            yield Finding(shown, 1, 1, "agent-not-loaded", message, fix, "warning")
        return
    front = front or FrontMatter()
    yield from _check_cut(yaml or "", front, shown)
    if in_plugin:
        yield from _check_in_plugin(front, shown)
    else:
        yield from _check_in_project(front, shown)
    yield from _check_tools(front, shown)


def _check_cut(yaml: str, front: FrontMatter, shown: str) -> Iterator[Finding]:
    """Yield what the client loses of a front matter that is YAML."""
    yield from check_early_end(yaml, shown)
    if front.mended is None:
        yield from check_cut_values(yaml, shown)


def _check_in_plugin(front: FrontMatter, shown: str) -> Iterator[Finding]:
    description = front.values.get("description")
    if description in (None, "") or isinstance(description, list | dict):
        message = "the client lists this page as an agent, without saying what it is for"
        fix = "add a description that says when to use it, or move the page out of agents/"
        yield Finding(
            shown, 1, 1, "agent-without-description", message, fix, "warning", "description"
        )
    for name in _PLUGIN_IGNORES:
        if name in front.values:
            message = f"the client ignores `{name}` in an agent of a plugin"
            fix = f"remove `{name}`, or keep the agent in .claude/agents"
            where = front.keys[name]
            place = (shown, where.line, where.column)
            yield Finding(*place, "agent-field-ignored", message, fix, "warning", name)


def _check_in_project(front: FrontMatter, shown: str) -> Iterator[Finding]:
    for name in ("name", "description"):
        if fault := _fault(name, front.values.get(name)):
            where = front.keys.get(name, TOP)
            message = f"`{name}` {fault[0]}, so the client does not load the agent"
            place = (shown, where.line, where.column)
            yield Finding(*place, "agent-not-loaded", message, fault[1], field=name)
    hooks = front.values.get("hooks")
    if hooks is not None and not isinstance(hooks, dict):
        where = front.keys["hooks"]
        message = "`hooks` is not a map of events, so the client does not load the agent"
        yield Finding(
            shown, where.line, where.column, "hook-shape", message, "write a map of events"
        )
    yield from check_front_hooks(FrontFile(shown, front, is_agent=True))


def _fault(name: str, value: object) -> tuple[str, str] | None:
    """Return what is wrong with the name or description of a project's agent, and the fix."""
    if value in (None, ""):
        return "is missing", f"add {name}: …"
    if not isinstance(value, str):
        return "is not text", "write a text, in quotes if it looks like a number"
    if name == "name" and ":" in value:
        return "has a colon, which only names of plugins have", "write a hyphen instead"
    return None


def _check_tools(front: FrontMatter, shown: str) -> Iterator[Finding]:
    """Yield a finding if the agent does not get the tools that its page says."""
    for name in front.values:
        right = _OF_SKILLS.get(name) or _SPELLINGS.get(re.sub(r"[-_]", "", name).lower(), name)
        if name != right:
            where = front.keys[name]
            kind = "a field of skills" if name in _OF_SKILLS else "not a field of agents"
            message = f"`{name}` is {kind}, so the client ignores it in an agent"
            fix = f"write {right}"
            yield Finding(
                shown, where.line, where.column, "agent-field-ignored", message, fix, "warning"
            )
    denied = front.values.get("disallowedTools")
    told: set[str] = set()
    for number, item in enumerate(denied if isinstance(denied, list) else [denied]):
        for entry in split_tools(item):
            tool, _, rest = entry.partition("(")
            if rest.removesuffix(")") not in _WHOLE and tool not in told:
                told.add(tool)
                where = front.place(("disallowedTools", number))
                message = f"`{entry}` denies the agent the whole tool {tool}"
                fix = f"write {tool}, or deny the pattern in the settings"
                yield Finding(shown, where.line, where.column, "agent-tools", message, fix)
    given = split_tools(front.values.get("tools"))
    if given and not any(_may_be_tool(entry.partition("(")[0]) for entry in given):
        where = front.place(("tools",))
        message = "`tools` names no tool of the client, so the agent does not start"
        yield Finding(
            shown, where.line, where.column, "agent-tools", message, "write Read, Bash, Grep …"
        )


def _may_be_tool(name: str) -> bool:
    return name in _TOOLS or (name.lower() not in _WRONG_CASE and name not in _NO_TOOLS)


def check_command(file: Path, shown: str) -> Iterator[Finding]:
    """Yield why the client cannot read the front matter of a command, or loses a part of it."""
    try:
        yaml, front = read_yaml(file), read_front(file)
    except FrontMatterError as error:
        yield _unread(error, shown, "drops all fields of the command")
        return
    if front:
        yield from _check_cut(yaml or "", front, shown)


def check_root_files(file: Path, shown: str, root: Path) -> Iterator[Finding]:
    """Yield each file below ${CLAUDE_PLUGIN_ROOT} that a page names and the plugin does not have.

    If the plugin lacks even the first folder of the path, the page probably explains how to write
    other plugins: then nothing is reported.
    """
    try:
        text = read_text(file)
    except FrontMatterError:
        return  # reported where the page itself is checked
    told: set[str] = set()
    for number, line in enumerate(text.split("\n"), start=1):
        for name in missing_files(line, root):
            if (
                name not in told
                and (root / Path(name).parts[0]).is_dir()
                and not is_built(root, name)
            ):
                told.add(name)
                column = line.find("${CLAUDE_PLUGIN_ROOT}") + 1
                message = f"the page names {name}, which is not in the plugin"
                fix = "add the file, or correct the path after ${CLAUDE_PLUGIN_ROOT}/"
                yield Finding(
                    shown, number, column, "root-file-missing", message, fix, "warning", BODY
                )


def _unread(error: FrontMatterError, shown: str, outcome: str) -> Finding:
    """Return the finding of a page that cannot be read; `outcome` is for front matter."""
    outcome = {"unreadable": "does not load it", "not-text": "replaces it by `�`"}.get(
        error.code, outcome
    )
    where, message = error.place, f"{error.message}: the client {outcome}"
    return Finding(shown, where.line, where.column, error.code, message, error.fix)
