"""Marketplaces: marketplace.json, and where its plugins are."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from fastapi_pro.validating.folders.manifest_fields import refused_fields
from fastapi_pro.validating.folders.plugins import CATALOGUE
from fastapi_pro.validating.folders.reading import (
    NAME,
    JsonFile,
    Path_,
    kind_of,
    opened,
    said,
    texts_of,
)
from fastapi_pro.validating.report import Finding, dotted

_RESERVED = {
    "agent-skills", "anthropic-marketplace", "anthropic-plugins", "builtin",
    "claude-code-marketplace", "claude-code-plugins", "claude-marketplace",
    "claude-plugins-official", "inline", "knowledge-work-plugins", "life-sciences",
}  # fmt: skip
_SOURCES = {
    "github": "repo", "url": "url", "git-subdir": "url", "npm": "package", "archive": "url",
}  # fmt: skip
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_Check = Callable[[object], bool]


def _is(kind: type) -> _Check:
    return lambda value: isinstance(value, kind)


def _is_address(value: object) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme)


_TOP: dict[str, tuple[_Check, str]] = {
    "version": (_is(str), "text"),
    "description": (_is(str), "text"),
    "metadata": (_is(dict), "an object"),
    "allowCrossMarketplaceDependenciesOn": (_is(list), "a list"),
}
_ENTRY: dict[str, tuple[_Check, str]] = {
    "author": (_is(dict), "an object"),
    "category": (_is(str), "text"),
    "description": (_is(str), "text"),
    "homepage": (_is_address, "an address"),
    "keywords": (_is(list), "a list"),
    "license": (_is(str), "text"),
    "strict": (_is(bool), "true or false"),
    "tags": (_is(list), "a list"),
}
_OF_FILES = ("agents", "commands", "hooks", "skills")


def check_marketplace(root: Path, shown: Path) -> Iterator[Finding]:
    """Yield what is wrong with the marketplace in `root`."""
    read = yield from opened(root / CATALOGUE, str(shown / CATALOGUE))
    if not read:
        return
    values = read.values if isinstance(read.values, dict) else {}
    yield from _check_top(read, values)
    plugins = values.get("plugins")
    if not isinstance(plugins, list):
        return
    meta = values.get("metadata")
    base = meta.get("pluginRoot") if isinstance(meta, dict) else None
    for number, entry in enumerate(plugins):
        yield from _check_entry(read, number, entry, base, root)
    names = [entry.get("name") for entry in plugins if isinstance(entry, dict)]
    for twice, count in Counter(name for name in names if isinstance(name, str)).items():
        if count > 1:
            where: Path_ = ("plugins", len(names) - 1 - names[::-1].index(twice), "name")
            message = f"{count} plugins are called {twice}; the client installs only the first"
            yield read.at(where, "marketplace-duplicate", message, "rename the others")


def _check_top(read: JsonFile, values: dict[str, object]) -> Iterator[Finding]:
    refused = "so the client does not add the marketplace"
    name, owner, meta = values.get("name"), values.get("owner"), values.get("metadata")
    faults: list[tuple[Path_, str, str]] = []
    if not isinstance(name, str) or not NAME.fullmatch(name):
        faults.append((("name",), f"is {said(values, 'name')}", 'write "name": "my-market"'))
    if not isinstance(owner, dict) or not isinstance(owner.get("name"), str):
        faults.append((("owner",), "has no `name`", 'write "owner": {"name": "…"}'))
    if not isinstance(values.get("plugins"), list):
        faults.append((("plugins",), f"is {said(values, 'plugins')}", 'write "plugins": […]'))
    faults += _wrong_types(values, _TOP)
    if isinstance(meta, dict) and not isinstance(meta.get("pluginRoot", ""), str):
        faults.append((("metadata", "pluginRoot"), "is not text", 'write "./…"'))
    for path, what, fix in faults:
        yield read.at(path, "marketplace-field", f"`{dotted(path)}` {what}, {refused}", fix)
    if name in _RESERVED:
        message = f"`name` is {name}, which the client reserves for itself or for Anthropic"
        yield read.warn(("name",), "marketplace-field", message, "choose another name")


def _wrong_types(
    values: dict[str, object], types: dict[str, tuple[_Check, str]]
) -> Iterator[tuple[Path_, str, str]]:
    for key, (is_right, kind) in types.items():
        if key in values and not is_right(values[key]):
            yield (key,), f"is not {kind}", f"write {kind}"


def _check_entry(
    read: JsonFile, number: int, entry: object, base: object, root: Path
) -> Iterator[Finding]:
    here: Path_ = ("plugins", number)
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(name, str) or not NAME.fullmatch(name):
        what = "missing" if name is None else kind_of(name)
        message = f"the plugin's `name` is {what}, so the client does not install it"
        yield read.at(here, "marketplace-field", message, 'write "name": "my-plugin"')
        return
    refused = f"so the client does not install {name}"
    for path, what, fix in [*_wrong_types(entry, _ENTRY), *refused_fields(entry), *_paths(entry)]:
        message = f"`{dotted(path)}` {what}, {refused}"
        yield read.at((*here, *path), "marketplace-field", message, fix)
    place = (*here, "source") if "source" in entry else here
    source = entry.get("source")
    fault = _of_text(source, base, root) if isinstance(source, str) else _of_object(source)
    if fault:
        yield read.at(place, "marketplace-source", f"`source` {fault[0]}, {refused}", fault[1])


def _paths(entry: dict[str, object]) -> Iterator[tuple[Path_, str, str]]:
    """Yield the paths of an entry that the client refuses."""
    for key in _OF_FILES:
        for path in texts_of(entry.get(key)):
            if not path.startswith("./"):
                yield (key,), f'names {path}, which does not begin with "./"', f'write "./{path}"'
            elif key == "agents" and not path.endswith(".md"):
                yield (key,), f"names {path}, which is not a page", "name each file, ending in .md"


def _of_text(source: str, base: object, root: Path) -> tuple[str, str] | None:
    """Return what is wrong with the folder of a plugin, and the fix."""
    bare = bool(NAME.fullmatch(source)) and isinstance(base, str)
    folder = root / str(base) / source if bare else root / source
    if not bare and source != "." and not source.startswith("./"):
        return f'{source} does not begin with "./"', _right_source(source)
    if ".." in PurePosixPath(source).parts:
        return f"{source} leads up", "name a folder below the marketplace's root"
    if not folder.is_dir():
        fix = "correct the path; it is relative to the folder that contains .claude-plugin"
        return f"{source} does not exist", fix
    return None


def _of_object(source: object) -> tuple[str, str] | None:
    """Return what is wrong with a source that is not text, and the fix."""
    kind = source.get("source") if isinstance(source, dict) else None
    if not isinstance(source, dict) or kind not in _SOURCES:
        what = "is missing" if source is None else f"is {kind_of(source)}"
        what = f"has the unknown kind {kind!r}" if kind else what
        return what, f'write "./…", or a `source` of {", ".join(_SOURCES)}'
    for key in (_SOURCES[kind], "path") if kind == "git-subdir" else (_SOURCES[kind],):
        if not isinstance(source.get(key), str):
            return f"of {kind} has no `{key}`", f'add "{key}": "…"'
    if kind == "github" and not _REPOSITORY.fullmatch(str(source["repo"])):
        return f"names {source['repo']}, which is not a repository", 'write "owner/repository"'
    if not isinstance(source.get("ref", ""), str):
        return "has a `ref` that is not text", "write the name of a branch or tag in quotes"
    if "sha" in source and not _COMMIT.fullmatch(str(source["sha"])):
        return "has a `sha` that is not a whole commit", "write its 40 characters"
    return None


def _right_source(source: str) -> str:
    """Return what to write instead of a source that does not begin with `./`."""
    repository = re.sub(r"^(?:github:|(?:https?://)?github\.com/)|(?:\.git)?/?$", "", source)
    if repository != source and _REPOSITORY.fullmatch(repository):
        return f'write {{"source": "github", "repo": "{repository}"}}'
    if "://" in source or source.startswith("git@"):
        return f'write {{"source": "url", "url": "{source}"}}'
    if ".." in source:
        return "name a folder below the marketplace's root"
    return f'write "./{source.removeprefix("/")}"'
