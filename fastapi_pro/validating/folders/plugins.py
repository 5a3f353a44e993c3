"""Plugins: plugin.json, and what it points to."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from fastapi_pro.validating.folders.hooks import check_hooks, check_hooks_file
from fastapi_pro.validating.folders.manifest_fields import refused_fields
from fastapi_pro.validating.folders.members import (
    DOCUMENTATION,
    check_agent,
    check_command,
    check_root_files,
)
from fastapi_pro.validating.folders.reading import (
    NAME,
    JsonFile,
    Path_,
    is_within,
    kind_of,
    opened,
    read_object,
    said,
    texts_of,
    walk,
)
from fastapi_pro.validating.report import Finding, dotted

MANIFEST = Path(".claude-plugin/plugin.json")
CATALOGUE = Path(".claude-plugin/marketplace.json")
_HOOKS = Path("hooks/hooks.json")
_PATHS = {
    "skills": "", "commands": "", "outputStyles": "", "agents": ".md", "hooks": ".json",
    "lspServers": ".json", "mcpServers": ".json",
}  # fmt: skip
_REPLACING = ("commands", "agents")  # if the manifest has it, the folder of that name is not read
_INLINE = {"hooks", "mcpServers", "lspServers", "commands"}  # may have values instead of a path
_IGNORED_IF_WRONG: dict[str, type] = {
    "author": dict,
    "description": str,
    "displayName": str,
    "homepage": str,
    "keywords": list,
    "license": str,
    "repository": str,
}
_WRITE = {"author": 'write {"name": "…"}', "keywords": 'write ["…"]'}


def check_plugin(root: Path, shown: Path) -> Iterator[Finding]:
    """Yield what is wrong with the plugin in `root`."""
    read = yield from opened(root / MANIFEST, str(shown / MANIFEST))
    manifest = read.values if read else {}
    if read and not isinstance(manifest, dict):
        message = "the manifest is not an object, so the client does not load the plugin"
        yield Finding(str(shown / MANIFEST), 1, 1, "plugin-field", message, 'write {"name": "…"}')
    elif read and isinstance(manifest, dict):
        yield from _check_manifest(read, manifest, root)
    if os.path.lexists(root / _HOOKS):
        hooks = yield from opened(root / _HOOKS, str(shown / _HOOKS))
        if hooks:
            yield from check_hooks_file(hooks, root)
    yield from _check_members(root, shown)


def _check_manifest(read: JsonFile, manifest: dict[str, object], root: Path) -> Iterator[Finding]:
    refused = "so the client does not load the plugin"
    name = manifest.get("name")
    if not isinstance(name, str) or not name or " " in name:
        fix = 'write letters, digits and hyphens, as in "name": "my-plugin"'
        message = f"`name` is {said(manifest, 'name')}, {refused}"
        yield read.at(("name",), "plugin-field", message, fix)
    elif not NAME.fullmatch(name):
        message = f"`name` is {name}, so the client does not install it from a marketplace"
        fix = "write letters, digits and hyphens, and begin with a letter or digit"
        yield read.at(("name",), "plugin-field", message, fix)
    for path, what, fix in refused_fields(manifest):
        yield read.at(path, "plugin-field", f"`{dotted(path)}` {what}, {refused}", fix)
    yield from _check_ignored(read, manifest)
    for key in _PATHS:
        yield from _check_paths(read, key, manifest.get(key), root)
    for key in _REPLACING:
        yield from _check_left_out(read, key, manifest.get(key), root)
    yield from _check_within(manifest, root, Path(read.shown).parent)
    yield from _check_own_hooks(read, manifest.get("hooks"), root)


def _check_ignored(read: JsonFile, manifest: dict[str, object]) -> Iterator[Finding]:
    for key, kind in _IGNORED_IF_WRONG.items():
        value = manifest.get(key)
        name = value.get("name") if key == "author" and isinstance(value, dict) else "any"
        if not isinstance(name, str) or not name:
            value = {}
        url_wrong = key == "homepage" and isinstance(value, str) and not urlsplit(value).scheme
        if key in manifest and (not isinstance(value, kind) or url_wrong or value == {}):
            what = "not a URL" if url_wrong else "without a name" if value == {} else kind_of(value)
            message = f"`{key}` is {what}, so the client ignores it"
            fix = _WRITE.get(key, "write one text")
            yield read.warn((key,), "plugin-field-ignored", message, fix)


def _check_own_hooks(read: JsonFile, hooks: object, root: Path) -> Iterator[Finding]:
    for number, part in enumerate(hooks if isinstance(hooks, list) else [hooks]):
        if isinstance(part, dict):
            path: Path_ = ("hooks", number) if isinstance(hooks, list) else ("hooks",)
            yield from check_hooks(read, path, part, root)
        elif isinstance(part, str) and (root / part).is_file() and Path(part) != _HOOKS:
            shown = str(Path(read.shown).parent.parent / part)
            file = yield from opened(root / part, shown)
            if file:
                yield from check_hooks_file(file, root)


def _check_paths(read: JsonFile, key: str, value: object, root: Path) -> Iterator[Finding]:
    ending = _PATHS[key]
    items = value if isinstance(value, list) else [] if value is None else [value]
    for number, item in enumerate(items):
        where: Path_ = (key, number) if isinstance(value, list) else (key,)
        if isinstance(item, dict) and key in _INLINE:
            continue
        if not isinstance(item, str):
            message = f"`{key}` contains {kind_of(item)}, so the client does not load the plugin"
            yield read.at(where, "plugin-field", message, 'write a path as "./…"')
            continue
        if "://" in item:
            continue
        wrong = not item.startswith("./")
        if wrong or not item.endswith(ending):
            what = 'does not begin with "./"' if wrong else f'does not end with "{ending}"'
            message = f"the path {item} of `{key}` {what}, so the client does not load the plugin"
            clean = item.removeprefix("./").lstrip("/")
            fix = f'write "./{clean}"' if wrong else f"name each file that ends with {ending}"
            yield read.at(where, "plugin-field", message, fix)
        elif not _inside(root, item):
            message = f"the path {item} of `{key}` is outside the plugin, so the client refuses it"
            yield read.at(where, "plugin-path-missing", message, "name a path inside the plugin")
        elif key == "skills" and (root / item).is_file():
            yield _skill_file(read, where, item)
        elif not (root / item).exists():
            message = (
                f"`{key}` names {item}, which does not exist: the client loads nothing from it"
            )
            fix = f"add {item}, or correct the path"
            yield read.at(where, "plugin-path-missing", message, fix)


def _check_left_out(read: JsonFile, key: str, value: object, root: Path) -> Iterator[Finding]:
    """Yield a finding if the paths of `key` leave out pages of the folder of that name."""
    named = [root / path for path in texts_of(value)]
    pages = _pages(root / key) if named else []
    left = [page for page in pages if not is_within(page, named)]
    if left:
        rest = f" and {len(left) - 1} more" if len(left) > 1 else ""
        message = f"with `{key}` the client does not read the folder {key}/: it does not load"
        message = f"{message} {left[0].relative_to(root)}{rest}"
        fix = f'add "./{key}/" to it' if key == "commands" else f"name each file, or remove `{key}`"
        told = read.at if len(left) == len(pages) else read.warn
        yield told((key,), "not-loaded", message, fix)


def _check_within(manifest: dict[str, object], root: Path, shown: Path) -> Iterator[Finding]:
    """Yield each folder inside .claude-plugin that belongs beside it."""
    for key in ("agents", "commands", "skills"):
        pages = [] if key in manifest else _pages(root / MANIFEST.parent / key)
        if pages:
            message = (
                f"the client looks for {key}/ beside {MANIFEST.parent}, so it loads none of this"
            )
            place = str(shown.parent / pages[0].relative_to(root))
            yield Finding(place, 1, 1, "not-loaded", message, "move the folder up")


def _pages(folder: Path) -> list[Path]:
    return [
        here / name
        for here, names in walk(folder)
        for name in names
        if name.endswith(".md") and name.lower() not in DOCUMENTATION
    ]


def _skill_file(read: JsonFile, where: Path_, item: str) -> Finding:
    """Return the finding that `skills` names a file; the client still loads all of skills/."""
    folder = item.rpartition("/")[0]
    if Path(folder).parent == Path("skills"):
        message = f"`skills` names the file {item}: the client ignores it, and loads all of skills/"
        return read.warn(where, "plugin-field-ignored", message, f"remove {item}")
    message = f"`skills` names the file {item}, which the client does not load"
    return read.at(where, "plugin-path-missing", message, f'name its folder, "{folder}/"')


def _check_members(root: Path, shown: Path) -> Iterator[Finding]:
    for kind in ("agents", "commands", "skills"):
        for folder, names in walk(root / kind):
            for name in names:
                if not name.endswith(".md"):
                    continue
                file = folder / name
                told = str(shown / file.relative_to(root))
                if kind == "agents":
                    yield from check_agent(file, told, in_plugin=True)
                elif kind == "commands":
                    yield from check_command(file, told)
                if kind != "skills" or name == "SKILL.md":  # other pages may be examples
                    yield from check_root_files(file, told, root)


def check_settings(file: Path, shown: str) -> Iterator[Finding]:
    """Yield what is wrong with the hooks of a project's settings."""
    read = yield from opened(file, shown)
    hooks = read.values.get("hooks") if read and isinstance(read.values, dict) else None
    if read and hooks is not None:
        yield from check_hooks(replace(read, is_settings=True), ("hooks",), hooks, None)


def skill_paths(root: Path, manifest: dict[str, object]) -> list[str]:
    """Return the folders of skills that the manifest and the marketplace beside it name."""
    entries = read_object(root / CATALOGUE).get("plugins")
    named = texts_of(manifest.get("skills"))
    for one in entries if isinstance(entries, list) else []:
        named += texts_of(one.get("skills")) if isinstance(one, dict) else []
    return named


def _inside(root: Path, path: str) -> bool:
    return not os.path.relpath(root / path, root).startswith("..")
