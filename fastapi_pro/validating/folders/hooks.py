"""Hooks: their events, their shape, their types, and the files that their commands run."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from fastapi_pro.validating.folders.reading import FrontFile, JsonFile, Path_
from fastapi_pro.validating.report import Finding

EVENTS = frozenset(
    [
        "PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch",
        "PermissionRequest", "PermissionDenied", "PreSkillShellCommand", "Notification",
        "UserPromptSubmit", "UserPromptExpansion", "SessionStart", "SessionEnd", "Stop",
        "StopFailure", "SubagentStart", "SubagentStop", "PreCompact", "PostCompact", "Setup",
        "TeammateIdle", "TaskCreated", "TaskCompleted", "ConfigChange", "CwdChanged",
        "FileChanged", "WorktreeCreate", "WorktreeRemove", "InstructionsLoaded",
        "Elicitation", "ElicitationResult", "MessageDisplay",
    ]
)  # fmt: skip
OF_TOOLS = frozenset(
    {"PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest", "PermissionDenied"}
)
_TOOLS = ("Bash", "Edit", "Glob", "Grep", "NotebookEdit", "Read", "Task", "WebFetch", "WebSearch",
          "Write")  # fmt: skip
_TOOLS_IN_LOWER_CASE = {tool.lower(): tool for tool in _TOOLS}
GUARDS = frozenset({"PreToolUse", "PermissionRequest", "PreSkillShellCommand"})
REQUIRED = {
    "command": ("command",),
    "prompt": ("prompt",),
    "agent": ("prompt",),
    "http": ("url",),
    "mcp_tool": ("server", "tool"),
}
_Check = Callable[[object], bool]
_FLAG = "write true or false, without quotes"


def _is_timeout(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_address(value: object) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is(*types: type) -> _Check:
    return lambda value: isinstance(value, types)


_OPTIONS: dict[str, tuple[_Check, str, str]] = {
    "timeout": (
        _is_timeout, "a number above 0", 'write seconds without quotes, as in "timeout": 30'
    ),
    "async": (_is(bool), "true or false", _FLAG),
    "asyncRewake": (_is(bool), "true or false", _FLAG),
    "once": (_is(bool), "true or false", _FLAG),
    "if": (_is(str), "text", 'write one rule, as in "if": "Bash(git *)"'),
    "statusMessage": (_is(str), "text", "write one text"),
    "shell": (lambda value: value in ("bash", "powershell"), "bash or powershell",
              "write bash or powershell, or remove it"),
    "args": (_are_texts, "a list of texts", 'write ["…"]'),
    "headers": (_is(dict), "an object", 'write {"NAME": "…"}'),
    "url": (_is_address, "an address", 'write "https://…"'),
}  # fmt: skip
"""What a hook may have besides what its type requires."""
_ONLY = {
    "async": "command", "asyncRewake": "command", "shell": "command", "args": "command",
    "headers": "http", "url": "http",
}  # fmt: skip
"""The type of hook for which the client reads the option, if it is one only."""
ROOT_FILE = re.compile(r"\$\{CLAUDE_PLUGIN_ROOT\}\"?/([\w./@+-]+)(?![\w{}$<*?\[])")
_GUARDED = re.compile(r"\[\[?\s|\btest\s|\|\||\bif\b|2>\s*/dev/null")
_ABOVE = 3  # folders between a plugin and its repository, at most
_UNQUOTED = re.compile(r"(?:^|[\s;&|])\$\{CLAUDE_PLUGIN_ROOT\}")
_SHAPE = 'write {"hooks": {"EVENT": [{"matcher": "…", "hooks": [{"type": "command", …}]}]}}'


def check_hooks_file(read: JsonFile, root: Path) -> Iterator[Finding]:
    """Yield what is wrong with a plugin's hooks.json."""
    values = read.values
    if not isinstance(values, dict) or not ({"hooks", "modules"} & values.keys()):
        named = isinstance(values, dict) and EVENTS & values.keys()
        why = "its events are outside `hooks`" if named else "it has no `hooks`"
        message = f"{why}, so the client loads no hook"
        yield read.at((), "hook-shape", message, _SHAPE)
        return
    for event in sorted(GUARDS & values.keys()):
        message = f"`{event}` is outside `hooks`, so the client does not load the plugin"
        yield read.at((event,), "hook-shape", message, f"move `{event}` into `hooks`")
    if "hooks" in values:
        yield from check_hooks(read, ("hooks",), values["hooks"], root)


def check_front_hooks(read: FrontFile) -> Iterator[Finding]:
    """Yield what is wrong with the hooks of a skill or agent, if they are a mapping."""
    hooks = read.front.values.get("hooks")
    if isinstance(hooks, dict):
        given = {event: value for event, value in hooks.items() if value is not None}
        yield from check_hooks(read, ("hooks",), given, None)


def check_hooks(
    read: JsonFile | FrontFile, path: Path_, hooks: object, root: Path | None
) -> Iterator[Finding]:
    """Yield what is wrong with a mapping of events to matchers, of a plugin, skill or agent."""
    if not isinstance(hooks, dict):
        whole = "ignores it" if _are_settings(read) else "does not load the plugin"
        message = f"`hooks` is not a mapping of events, so the client {whole}"
        yield read.at(path, "hook-shape", message, _SHAPE)
        return
    for event, matchers in hooks.items():
        here = (*path, event)
        if event not in EVENTS and isinstance(matchers, str):
            continue  # a comment
        if event not in EVENTS:
            message = f"the client has no event `{event}`, so it ignores these hooks"
            yield read.at(here, "hook-event-unknown", message, _event_like(event))
        elif not isinstance(matchers, list):
            message = f"`{event}` is not a list of matchers, {_outcome(read, event)}"
            yield read.at(here, "hook-shape", message, f'write "{event}": [{{…}}]')
        else:
            for number, matcher in enumerate(matchers):
                yield from _matcher(read, (*here, number), event, matcher, root)


def _matcher(
    read: JsonFile | FrontFile, path: Path_, event: str, matcher: object, root: Path | None
) -> Iterator[Finding]:
    entries = matcher.get("hooks") if isinstance(matcher, dict) else None
    if not isinstance(entries, list):
        message = f"this entry of `{event}` has no list `hooks`, {_outcome(read, event)}"
        fix = 'write {"hooks": [{"type": "command", "command": "…"}]}'
        yield read.at(path, "hook-shape", message, fix)
        return
    pattern = matcher.get("matcher", "") if isinstance(matcher, dict) else ""
    if not isinstance(pattern, str):
        message = f"`matcher` is not text, {_outcome(read, event)}"
        fix = 'write one pattern, as in "matcher": "Edit|Write"'
        yield read.at((*path, "matcher"), "hook-shape", message, fix)
    elif event in OF_TOOLS and (fault := _why_no_tool(pattern)):
        yield read.warn((*path, "matcher"), "hook-matcher", *fault)
    for number, entry in enumerate(entries):
        yield from _entry(read, (*path, "hooks", number), event, entry, root)


def _why_no_tool(pattern: str) -> tuple[str, str] | None:
    """Say why a matcher matches no tool of the client, and what to write."""
    words = re.split(r"[|,\s]+", pattern.strip())
    rights = [_TOOLS_IN_LOWER_CASE.get(word.lower(), word) for word in words]
    if all(word != right for word, right in zip(words, rights, strict=True)):
        message = f"`matcher` {pattern} matches no tool, so the hook never runs: case counts"
        return message, f"write {'|'.join(rights)}"
    tool, _, inside = pattern.removesuffix(")").partition("(")
    if tool in _TOOLS and not re.fullmatch(r"[\w.*+?|]*", inside):
        message = f"`matcher` {pattern} matches no tool: it is compared with the name alone"
        return message, f'write "matcher": "{tool}", and in the hook "if": "{pattern}"'
    return None


def _entry(
    read: JsonFile | FrontFile, path: Path_, event: str, entry: object, root: Path | None
) -> Iterator[Finding]:
    kind = entry.get("type") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(kind, str) or kind not in REQUIRED:
        what = f"type {kind!r} is unknown" if kind is not None else "the hook has no `type`"
        fix = f"write one of {', '.join(sorted(REQUIRED))}"
        message = f"{what}, {_outcome(read, event)}"
        yield read.at(path, "hook-type-unknown", message, fix)
        return
    missing = [name for name in REQUIRED[kind] if not isinstance(entry.get(name), str)]
    for name in missing:
        message = f"a hook of type {kind} has no text `{name}`, {_outcome(read, event)}"
        yield read.at(path, "hook-shape", message, f'write "{name}": "…"')
    for name, (is_right, what, fix) in _OPTIONS.items():
        is_read = name in entry and _ONLY.get(name, kind) == kind
        if is_read and name not in missing and not is_right(entry[name]):
            message = f"`{name}` is not {what}, {_outcome(read, event)}"
            yield read.at((*path, name), "hook-shape", message, fix)
    yield from _command(read, path, entry, root)


def _command(
    read: JsonFile | FrontFile, path: Path_, entry: dict[str, object], root: Path | None
) -> Iterator[Finding]:
    command, arguments = entry.get("command"), entry.get("args")
    if entry.get("type") != "command" or not isinstance(command, str):
        return
    here = (*path, "command")
    listed = isinstance(arguments, list)
    words = [w for w in arguments if isinstance(w, str)] if isinstance(arguments, list) else []
    if root and not _GUARDED.search(command):
        for text in [command, *words]:
            for name in missing_files(text, root):
                message = f"the command runs {name}, which is not in the plugin: it fails"
                fix = "add the file, or correct the path"
                tell = read.warn if is_built(root, name) else read.at
                yield tell(here, "hook-file-missing", message, fix)
    if not listed and _UNQUOTED.search(command):
        message = "${CLAUDE_PLUGIN_ROOT} has no quotes: the command fails if its path has a space"
        fix = 'write \\"${CLAUDE_PLUGIN_ROOT}/…\\", or give the arguments in `args`'
        yield read.warn(here, "hook-path-unquoted", message, fix)


def is_built(root: Path, name: str) -> bool:
    """Say whether git ignores a folder of a file: then a build makes it before the release."""
    folders = list(PurePosixPath(name).parents)[:-1] or [PurePosixPath(name)]
    names = {path for each in folders for path in (str(each), each.name)}
    for folder in (root, *list(root.absolute().parents)[:_ABOVE]):
        if (ignoring := folder / ".gitignore").is_file():
            lines = ignoring.read_text(encoding="utf-8", errors="replace").splitlines()
            if names & {line.strip().removeprefix("**").strip("/") for line in lines}:
                return True
    return False


def missing_files(text: str, root: Path) -> Iterator[str]:
    """Yield each file below ${CLAUDE_PLUGIN_ROOT} that `text` names and that is not there."""
    for found in ROOT_FILE.finditer(text):
        name = found[1].rstrip("./")
        if name and not (root / name).exists():
            yield name


def _outcome(read: JsonFile | FrontFile, event: str) -> str:
    if event in GUARDS and isinstance(read, FrontFile):
        if read.is_agent:
            return "so the client does not load the agent"
        return "so the client loads the skill without any hooks and without allowed-tools"
    if event in GUARDS and not _are_settings(read):
        return "so the client does not load the plugin"
    return "so the client ignores it"


def _are_settings(read: JsonFile | FrontFile) -> bool:
    return isinstance(read, JsonFile) and read.is_settings


def _event_like(event: str) -> str:
    plain = {name.lower(): name for name in EVENTS}
    near = plain.get(event.lower()) or plain.get(f"{event}Use".lower())
    return f"write {near}" if near else "write an event of the client, such as PreToolUse or Stop"
