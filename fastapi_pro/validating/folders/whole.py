"""Check each plugin, marketplace and project below a folder."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fastapi_pro.validating.folders.marketplaces import check_marketplace
from fastapi_pro.validating.folders.members import check_agent, check_command
from fastapi_pro.validating.folders.plugins import (
    CATALOGUE,
    MANIFEST,
    check_plugin,
    check_settings,
    skill_paths,
)
from fastapi_pro.validating.folders.projects import (
    check_elsewhere,
    check_hidden_skills,
    check_same_agents,
    check_skills_folder,
)
from fastapi_pro.validating.folders.reading import read_object, texts_of, walk
from fastapi_pro.validating.report import Finding, folded

_OWN = (".claude", ".claude-plugin")
_OF_PLUGINS = ("agents", "commands", "skills")
_DEPTH = 2  # folders from a part such as .claude/agents up to the root


def check_folder(folder: Path, shown: Path) -> list[Finding]:
    """Return what is wrong with the plugins, marketplaces and projects from `folder` down.

    Of a folder inside one, such as `.claude` or the skills of a plugin, return its part.
    """
    found = list(_check_part(folder, shown))
    for here, names in walk(folder):
        told = shown / here.relative_to(folder)
        if ".claude-plugin" in names:
            found += _plugin_root(here, told)
        if ".claude" in names:
            found += _project(here, told)
    return folded(found)


def is_whole(folder: Path) -> bool:
    """Say whether `folder` contains a plugin, a marketplace or a project, or is a part of one."""
    return bool(root_of(folder)) or any(
        {".claude-plugin", ".claude"} & set(names) for _, names in walk(folder)
    )


def root_of(folder: Path) -> Path | None:
    """Return the project or plugin of which a folder is a part, None if it is none."""
    here = Path(os.path.abspath(folder))  # noqa: PTH100 -- resolve() would follow links
    for root in list(here.parents)[:_DEPTH] if here.is_dir() else ():
        part = here.relative_to(root).parts[0]
        if part in _OWN or (part in _OF_PLUGINS and (root / MANIFEST).is_file()):
            return root
    return None


def _check_part(folder: Path, shown: Path) -> Iterator[Finding]:
    root = root_of(folder)
    if root is None:
        return
    part = Path(os.path.abspath(folder)).relative_to(root)  # noqa: PTH100 -- as above
    check = _project if part.parts[0] == ".claude" else _plugin_root
    for finding in check(root, Path()):
        path = Path(finding.path)
        if path.is_relative_to(part):
            yield replace(finding, path=str(shown / path.relative_to(part)))


def _plugin_root(root: Path, shown: Path) -> Iterator[Finding]:
    if os.path.lexists(root / CATALOGUE):
        yield from check_marketplace(root, shown)
    if os.path.lexists(root / MANIFEST):
        yield from check_plugin(root, shown)
        manifest = read_object(root / MANIFEST)
        more = [root / path for path in skill_paths(root, manifest)]
        yield from check_skills_folder(root / "skills", shown / "skills", more, in_plugin=True)
        yield from check_hidden_skills(root, shown, texts_of(manifest.get("commands")))
        yield from check_same_agents(_agents_of(root / "agents", shown / "agents"))


def _project(root: Path, shown: Path) -> Iterator[Finding]:
    settings = root / ".claude"
    told = shown / ".claude"
    for name in ("settings.json", "settings.local.json"):
        if os.path.lexists(settings / name):
            yield from check_settings(settings / name, str(told / name))
    yield from check_skills_folder(settings / "skills", told / "skills", [], in_plugin=False)
    if not os.path.lexists(root / ".claude-plugin"):
        yield from check_elsewhere(root, shown)
    agents = list(_pages(settings / "agents", told / "agents"))
    for file, place in agents:
        yield from check_agent(file, place, in_plugin=False)
    yield from check_same_agents(agents)
    for file, place in _pages(settings / "commands", told / "commands"):
        yield from check_command(file, place)


def _agents_of(folder: Path, shown: Path) -> list[tuple[Path, str]]:
    """Return the agents of a plugin whose names no folder is part of."""
    return [(file, told) for file, told in _pages(folder, shown) if file.parent == folder]


def _pages(folder: Path, shown: Path) -> Iterator[tuple[Path, str]]:
    for here, names in walk(folder):
        for name in names:
            if name.endswith(".md"):
                yield here / name, str(shown / here.relative_to(folder) / name)
