"""Hooks: their events, their shape, their types, and the files that their commands run."""

import re
from collections.abc import Iterator
from pathlib import Path

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
GUARDS = frozenset({"PreToolUse", "PermissionRequest", "PreSkillShellCommand"})
REQUIRED = {
    "command": ("command",),
    "prompt": ("prompt",),
    "agent": ("prompt",),
    "http": ("url",),
    "mcp_tool": ("server", "tool"),
}
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
        message = "`hooks` is not a mapping of events, so the client does not load the plugin"
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
    for number, entry in enumerate(entries):
        yield from _entry(read, (*path, "hooks", number), event, entry, root)


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
    for name in REQUIRED[kind]:
        if not isinstance(entry.get(name), str):
            message = f"a hook of type {kind} has no text `{name}`, {_outcome(read, event)}"
            yield read.at(path, "hook-shape", message, f'add "{name}": "…"')
    timeout = entry.get("timeout", 1)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        message = f"`timeout` is not a number, {_outcome(read, event)}"
        fix = 'write seconds without quotes, as in "timeout": 30'
        yield read.at((*path, "timeout"), "hook-shape", message, fix)
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
                is_built = _is_built(root, name)
                yield (read.warn if is_built else read.at)(here, "hook-file-missing", message, fix)
    if not listed and _UNQUOTED.search(command):
        message = "${CLAUDE_PLUGIN_ROOT} has no quotes: the command fails if its path has a space"
        fix = 'write \\"${CLAUDE_PLUGIN_ROOT}/…\\", or give the arguments in `args`'
        yield read.warn(here, "hook-path-unquoted", message, fix)


def _is_built(root: Path, name: str) -> bool:
    """Say whether git ignores the folder of a file: then a build makes it before the release."""
    top = name.partition("/")[0]
    for folder in (root, *list(root.absolute().parents)[:_ABOVE]):
        if (ignoring := folder / ".gitignore").is_file():
            lines = ignoring.read_text(encoding="utf-8", errors="replace").splitlines()
            if top in {line.strip().strip("/") for line in lines}:
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
    if event in GUARDS:
        return "so the client does not load the plugin"
    return "so the client ignores it"


def _event_like(event: str) -> str:
    plain = {name.lower(): name for name in EVENTS}
    near = plain.get(event.lower()) or plain.get(f"{event}Use".lower())
    return f"write {near}" if near else "write an event of the client, such as PreToolUse or Stop"
