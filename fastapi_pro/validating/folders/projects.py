"""Skills and agents that the client does not load, duplicate names, the budget of the listing."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.validating.contract import is_on
from fastapi_pro.validating.folders.reading import (
    is_within,
    leads_up,
    read_front,
    read_text,
    walk,
)
from fastapi_pro.validating.frontmatter import TOP, FrontMatter, FrontMatterError
from fastapi_pro.validating.report import Finding, Level

NAME = "SKILL.md"
LISTING = 23_000  # characters: the measured budget, less what the client's own skills take
COSTLIEST = 5
_KEPT_ASIDE = re.compile(
    r"[._].*|(?:.*[-_.])?(?:archived?|attic|backups?|deprecated|disabled|drafts?|old|retired)",
    re.IGNORECASE,
)
"""Folders for skills that the client is not to load."""
_NO_SKILLS = {"readme.md", "index.md", "changelog.md", "claude.md", "agents.md", "license.md"}


@dataclass(frozen=True)
class Loaded:
    """A skill that the client loads: its folder's name, and its front matter."""

    called: str
    file: Path
    shown: str
    front: FrontMatter

    def cost(self) -> int:
        """Return the number of characters of its line in the listing."""
        values = self.front.values
        if is_on(values.get("disable-model-invocation")) or values.get("paths"):
            return 0
        texts = (values.get("description"), values.get("when_to_use"))
        words = " - ".join(text for text in texts if isinstance(text, str))
        return len(self.called) + 4 + min(len(words), 1536)


def check_skills_folder(
    folder: Path, shown: Path, more: Sequence[Path], *, in_plugin: bool
) -> Iterator[Finding]:
    """Yield what the client does not load, hides or cuts in a `skills` folder.

    `more` are folders of skills that the manifest names; they may be inside this one.
    """
    loaded: list[Loaded] = []
    stray = os.path.lexists(folder / NAME)
    for name in _names(folder):
        here, told = folder / name, shown / name
        if name == NAME:
            yield _stray(told, in_plugin=in_plugin)
        elif here in more and not os.path.lexists(here / NAME):
            yield from check_skills_folder(here, told, more, in_plugin=True)
        elif here.is_dir():
            yield from _check_group(here, told)
            if os.path.lexists(here / NAME) and not (stray and in_plugin):
                front = _front(here / NAME)
                loaded += [Loaded(name, here / NAME, str(told / NAME), front)] if front else []
        elif name.endswith(".md") and name.lower() not in _NO_SKILLS and _is_skill(here):
            message = "a skill is a folder with a SKILL.md: the client does not load this file"
            fix = f"move it to {name.removesuffix('.md')}/{NAME}"
            yield Finding(str(told), 1, 1, "not-loaded", message, fix)
    yield from _same_name(loaded)
    yield from _budget(loaded, shown)


def _check_group(folder: Path, shown: Path) -> Iterator[Finding]:
    if os.path.lexists(folder / NAME) or (folder.is_symlink() and leads_up(folder)):
        return  # files in deeper folders belong to this skill, or to the folder above
    for here, names in walk(folder):
        inner = here.relative_to(folder)
        if any(_KEPT_ASIDE.fullmatch(part) for part in (folder.name, *inner.parts)):
            continue
        told = shown / inner
        for name in names:
            if name != NAME and name.lower() == NAME.lower():
                message = f"the client reads only {NAME}, so it does not load this file"
                yield Finding(str(told / name), 1, 1, "not-loaded", message, f"call it {NAME}")
            elif name == NAME and here != folder and _is_skill(here / name):
                message = "the client looks only one folder deep, so it does not load this skill"
                fix = f"move the folder up, to {shown.parent}/{here.name}"
                yield Finding(str(told / name), 1, 1, "not-loaded", message, fix)


def _stray(shown: Path, *, in_plugin: bool) -> Finding:
    if in_plugin:
        message = "the client reads `skills` itself as one skill, so it loads none of its folders"
    else:
        message = f"the client does not load a {NAME} that is directly in `skills`"
    fix = f"move it to its own folder, such as {shown.parent}/my-skill/{NAME}"
    return Finding(str(shown), 1, 1, "not-loaded", message, fix)


def _same_name(loaded: list[Loaded]) -> Iterator[Finding]:
    places: dict[str, list[Loaded]] = defaultdict(list)
    for skill in loaded:
        name = skill.front.values.get("name")
        if isinstance(name, str) and name != skill.called:
            places[name].append(skill)
        else:
            places[skill.called].append(skill)
    for name, skills in places.items():
        for other in skills[1:]:
            if os.path.realpath(other.file) == os.path.realpath(skills[0].file):
                continue
            where = other.front.keys.get("name", TOP)
            message = f"`name` is {name} as in {skills[0].shown}: /{name} calls only one of them"
            fix = f"give each its own name, here for example that of its folder, {other.called}"
            yield Finding(
                other.shown,
                where.line,
                where.column,
                "duplicate-name",
                message,
                fix,
                "warning",
                "name",
            )


def check_hidden_skills(root: Path, shown: Path, commands: list[str]) -> Iterator[Finding]:
    """Yield the skills of a plugin that are hidden by a command with the same name.

    If there is a command skill.md, the client reads the whole folder as one command, named after
    the folder: it hides no skill. Neither does a command that `commands` of the manifest leaves
    out, or that is the skill's own file.
    """
    named = [root / path for path in commands] or [root / "commands"]
    names = [
        name for name in _names(root / "commands") if is_within(root / "commands" / name, named)
    ]
    if taken := [name for name in names if name.lower() == NAME.lower()]:
        message = "the client reads `commands` as one command, so it loads none of the other files"
        if [name for name in names if name.endswith(".md")] != taken:
            told = str(shown / "commands" / taken[0])
            yield Finding(told, 1, 1, "not-loaded", message, "give the file another name")
        return
    for name in names:
        skill = Path("skills") / name.removesuffix(".md") / NAME
        file = root / "commands" / name
        is_same = file.exists() and (root / skill).exists() and file.samefile(root / skill)
        if name.endswith(".md") and os.path.lexists(root / skill) and not is_same:
            message = f"commands/{name} has the same name: the client lists it, never the skill"
            fix = "rename one of them, or remove the command"
            level: Level = "warning" if _says(file, f"/{skill.as_posix()}") else "error"
            yield Finding(str(shown / skill), 1, 1, "hidden-skill", message, fix, level)


def _says(command: Path, path: str) -> bool:
    """Say whether a command leads to a file of its plugin."""
    try:
        return f"${{CLAUDE_PLUGIN_ROOT}}{path}" in read_text(command)
    except FrontMatterError:
        return False  # told where the command itself is checked


def check_same_agents(files: list[tuple[Path, str]]) -> Iterator[Finding]:
    """Yield the agents of a project that have the same name as another one."""
    named: dict[str, str] = {}
    for file, shown in files:
        front = _front(file)
        name = front.values.get("name") if front else None
        if front and isinstance(name, str) and front.values.get("description"):
            if name in named:
                message = f"`name` is {name} as in {named[name]}: the client loads only one of them"
                line, fix = front.keys["name"].line, "give each its own name"
                yield Finding(shown, line, 1, "duplicate-agent", message, fix, field="name")
            named.setdefault(name, shown)


def _budget(loaded: list[Loaded], shown: Path) -> Iterator[Finding]:
    total = sum(skill.cost() for skill in loaded)
    if total <= LISTING:
        return
    dear = sorted(loaded, key=lambda skill: -skill.cost())[:COSTLIEST]
    names = ", ".join(f"{skill.called} {skill.cost():,}" for skill in dear)
    message = (
        f"the listing of all skills takes {total:,} characters, more than about {LISTING:,}: of "
        f"some skills the client lists only the name; the longest are {names}"
    )
    fix = "shorten these descriptions, or set disable-model-invocation: true"
    yield Finding(str(shown), 1, 1, "listing-budget", message, fix, "warning")


def check_elsewhere(root: Path, shown: Path) -> Iterator[Finding]:
    """Yield the skills of a project in folders where the client does not look."""
    for place in (Path(".agents/skills"), Path("skills")):
        files = [
            place / name / NAME
            for name in _names(root / place)
            if os.path.lexists(root / place / name / NAME)
            and not os.path.lexists(root / ".claude/skills" / name)
        ]
        if files:
            rest = f", and the {len(files) - 1} others there" if files[1:] else ""
            message = f"Claude Code does not load this skill{rest}: it does not look into {place}"
            fix = "move it, or put a link to it, into .claude/skills; other clients may load it"
            yield Finding(str(shown / files[0]), 1, 1, "not-loaded", message, fix, "warning")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 -- the names alone are wanted
    except OSError:
        return []


def _is_skill(file: Path) -> bool:
    front = _front(file)
    return front is not None and "description" in front.values


def _front(file: Path) -> FrontMatter | None:
    try:
        return read_front(file)
    except FrontMatterError:
        return None  # reported where the skill itself is checked
