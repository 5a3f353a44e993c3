"""Fields of plugin.json because of whose values Claude Code 2.1.332 does not load the plugin."""

import re
from collections.abc import Iterator, Mapping

from fastapi_pro.validating.folders.reading import Path_

Fault = tuple[Path_, str, str]
"""The path of keys to the value, what is wrong with it, and what to write."""

_NOT_NULL = (
    "agents", "channels", "commands", "dependencies", "hooks", "lspServers", "mcpServers",
    "monitors", "outputStyles", "settings", "skills", "themes", "userConfig", "version",
)  # fmt: skip
_OPTION = re.compile(r"[A-Za-z_]\w*")
_OPTION_TYPES = ("string", "number", "boolean", "directory", "file")
_DEPENDENCY = re.compile(r"[^\s@]+(?:@\S+)?")
_BY_ADDRESS = {"http", "sse", "streamable-http", "ws"}
_OF_THE_CLIENT = {"claudeai-proxy", "sdk", "sse-ide", "ws-ide"}
_SERVER = 'write {"NAME": {"command": "…", "args": ["…"]}}'


def refused_fields(manifest: Mapping[str, object]) -> Iterator[Fault]:
    """Yield the values that the client refuses, and the plugin with them."""
    for key in _NOT_NULL:
        if key in manifest and manifest[key] is None:
            yield (key,), "is null", f"give it a value, or remove `{key}`"
    if not isinstance(manifest.get("version", ""), str | None):
        yield ("version",), "is not text", 'write "version": "1.0.0"'
    for key, kind, fix in (
        ("dependencies", list, 'write ["other-plugin"]'),
        ("userConfig", dict, 'write {"OPTION": {"type": "string", …}}'),
        ("settings", dict, "write an object"),
        ("channels", list, 'write [{"server": "…"}]'),
    ):
        value = manifest.get(key)
        if value is not None and not isinstance(value, kind):
            yield (key,), f"is not {'a list' if kind is list else 'an object'}", fix
    yield from _dependencies(manifest.get("dependencies"))
    yield from _options(manifest.get("userConfig"))
    yield from _commands(manifest.get("commands"))
    servers = manifest.get("mcpServers")
    for number, part in enumerate(servers if isinstance(servers, list) else [servers]):
        path: Path_ = ("mcpServers", number) if isinstance(servers, list) else ("mcpServers",)
        yield from _servers(path, part)
    yield from _language_servers(manifest.get("lspServers"))


def _dependencies(value: object) -> Iterator[Fault]:
    for number, item in enumerate(value if isinstance(value, list) else []):
        name = item.get("name") if isinstance(item, dict) else item
        if not isinstance(name, str) or not _DEPENDENCY.fullmatch(name):
            fix = 'write "plugin", "plugin@marketplace" or {"name": "plugin"}'
            yield ("dependencies", number), "names no plugin", fix


def _options(value: object) -> Iterator[Fault]:
    for key, option in value.items() if isinstance(value, dict) else ():
        path = ("userConfig", key)
        if not _OPTION.fullmatch(key):
            fix = f"write {re.sub(r'[^A-Za-z0-9_]', '_', key)}"
            yield path, "is a key with other characters than letters, digits and _", fix
        elif not isinstance(option, dict):
            yield path, "is not an object", 'write {"type": "string", "title": "…", …}'
        elif option.get("type") not in _OPTION_TYPES:
            yield path, "has no `type` of the client", f"write one of {', '.join(_OPTION_TYPES)}"
        else:
            missing = [n for n in ("title", "description") if not isinstance(option.get(n), str)]
            if missing:
                yield path, f"has no text `{'`, `'.join(missing)}`", f'add "{missing[0]}": "…"'


def _commands(value: object) -> Iterator[Fault]:
    for number, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            fix = 'write {"commands": {"NAME": {…}}}, or a path as "./…"'
            yield ("commands", number), "is an object inside a list", fix
    for name, command in value.items() if isinstance(value, dict) else ():
        path, fix = ("commands", name), 'write {"source": "./…"} or {"content": "…"}'
        keys = {"source", "content"} & set(command) if isinstance(command, dict) else set()
        if not isinstance(command, dict) or len(keys) != 1:
            yield path, "does not have either `source` or `content`", fix
        elif not str(command.get("source", "./")).startswith("./"):
            yield path, 'has a `source` that does not begin with "./"', fix


def _servers(path: Path_, value: object) -> Iterator[Fault]:
    for name, server in value.items() if isinstance(value, dict) else ():
        why = _server_fault(server)
        if why:
            yield (*path, name), why, _SERVER


def _server_fault(server: object) -> str:
    """Return what is wrong with an MCP server, an empty text if nothing is."""
    kind = server.get("type", "stdio") if isinstance(server, dict) else None
    if not isinstance(server, dict) or kind in _OF_THE_CLIENT:
        return "" if kind else "is not an object"
    if kind in _BY_ADDRESS:
        return "" if isinstance(server.get("url"), str) else f"is of type {kind} and has no `url`"
    if kind != "stdio":
        return f"has the unknown type {kind!r}"
    return _command_fault(server)


def _command_fault(server: dict[str, object]) -> str:
    if not isinstance(server.get("command"), str) or not server["command"]:
        return "has no `command`, and no `type` of a server with a `url`"
    if not _are_texts(server.get("args", [])):
        return "has `args` that are not a list of texts"
    variables = server.get("env", {})
    is_right = isinstance(variables, dict) and _are_texts([*variables.values()])
    return "" if is_right else "has an `env` with values that are not text"


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _language_servers(value: object) -> Iterator[Fault]:
    for name, server in value.items() if isinstance(value, dict) else ():
        fields = server if isinstance(server, dict) else {}
        if not isinstance(fields.get("command"), str) or not isinstance(
            fields.get("extensionToLanguage"), dict
        ):
            fix = 'write {"command": "…", "extensionToLanguage": {".py": "python"}}'
            yield ("lspServers", name), "lacks `command` or `extensionToLanguage`", fix
