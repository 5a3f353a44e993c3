"""What a project or plugin holds that the client does not load, two of one name, the budget."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path

from fastapi_pro.validating.contract import is_on
from fastapi_pro.validating.folders.reading import read_front, walk
from fastapi_pro.validating.frontmatter import TOP, FrontMatter, FrontMatterError
from fastapi_pro.validating.report import Finding, Level

NAME = "SKILL.md"
LISTING = 23_000  # characters; the client's own skills take the rest of what was measured
COSTLIEST = 5
_NO_SKILLS = {"readme.md", "index.md", "changelog.md", "claude.md", "agents.md", "license.md"}


@dataclass(frozen=True)
class Loaded:
    """A skill that the client loads: its folder's name, and its front matter."""

    called: str
    file: Path
    shown: str
    front: FrontMatter

    def cost(self) -> int:
        """Return the characters of its line in the listing."""
        values = self.front.values
        if is_on(values.get("disable-model-invocation")) or values.get("paths"):
            return 0
        texts = (values.get("description"), values.get("when_to_use"))
        words = " - ".join(text for text in texts if isinstance(text, str))
        return len(self.called) + 4 + min(len(words), 1536)


def check_skills_folder(
    folder: Path, shown: Path, more: Sequence[Path], *, in_plugin: bool
) -> Iterator[Finding]:
    """Yield what in a `skills` folder is not loaded, hidden or cut.

    `more` are folders that the manifest names as such, which may lie in this one.
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
            message = "a skill is a folder: the client does not load this file"
            fix = f"move it to {name.removesuffix('.md')}/{NAME}"
            yield Finding(str(told), 1, 1, "not-loaded", message, fix)
    yield from _same_name(loaded)
    yield from _budget(loaded, shown)


def _check_group(folder: Path, shown: Path) -> Iterator[Finding]:
    if os.path.lexists(folder / NAME):
        return  # what lies deeper belongs to this skill
    for here, names in walk(folder):
        told = shown / here.relative_to(folder)
        for name in names:
            if name != NAME and name.lower() == NAME.lower():
                message = f"the client reads {NAME} alone and does not load this file"
                yield Finding(str(told / name), 1, 1, "not-loaded", message, f"call it {NAME}")
            elif name == NAME and here != folder and _is_skill(here / name):
                message = "the client looks one folder deep and does not load this skill"
                fix = f"move the folder up, to {shown.parent}/{here.name}"
                yield Finding(str(told / name), 1, 1, "not-loaded", message, fix)


def _stray(shown: Path, *, in_plugin: bool) -> Finding:
    if in_plugin:
        message = "the client takes `skills` itself for one skill and loads none of its folders"
    else:
        message = f"the client does not load a {NAME} that lies in `skills` itself"
    fix = f"move it to a folder of its own, as {shown.parent}/my-skill/{NAME}"
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
            message = f"`name` is {name} as in {skills[0].shown}: /{name} calls one of them alone"
            fix = f"give each its own name: here, that of its folder, {other.called}"
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
    """Yield the skills of a plugin that a command of their name hides.

    A command called skill.md makes all of them one, called as their folder: it hides no skill. Nor
    does one that the paths `commands` of the manifest leave out, or that is the skill's own file.
    """
    names = list(_names(root / "commands"))
    named = [normpath(root / path) for path in commands]
    if named and normpath(root / "commands") not in named:
        names = [name for name in names if normpath(root / "commands" / name) in named]
    if taken := [name for name in names if name.lower() == NAME.lower()]:
        message = "the client takes `commands` for one command and loads none of its other files"
        if [name for name in names if name.endswith(".md")] != taken:
            told = str(shown / "commands" / taken[0])
            yield Finding(told, 1, 1, "not-loaded", message, "call it otherwise")
        return
    for name in names:
        skill = Path("skills") / name.removesuffix(".md") / NAME
        file = root / "commands" / name
        is_same = file.exists() and (root / skill).exists() and file.samefile(root / skill)
        if name.endswith(".md") and os.path.lexists(root / skill) and not is_same:
            message = f"commands/{name} has the same name: the command is loaded, never the skill"
            fix = "rename one of them, or remove the command"
            command = file.read_text(encoding="utf-8", errors="replace")
            is_led_to = f"${{CLAUDE_PLUGIN_ROOT}}/{skill.as_posix()}" in command
            level: Level = "warning" if is_led_to else "error"
            yield Finding(str(shown / skill), 1, 1, "hidden-skill", message, fix, level)


def check_same_agents(files: list[tuple[Path, str]]) -> Iterator[Finding]:
    """Yield the agents of a project that another one of their name replaces."""
    named: dict[str, str] = {}
    for file, shown in files:
        front = _front(file)
        name = front.values.get("name") if front else None
        if front and isinstance(name, str) and front.values.get("description"):
            if name in named:
                message = (
                    f"`name` is {name} as in {named[name]}: the client loads one of them alone"
                )
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
        f"the listing of all skills takes {total:,} characters, the client gives about"
        f" {LISTING:,}: of the last it lists the name alone; the costliest: {names}"
    )
    fix = "shorten these descriptions, or set disable-model-invocation: true"
    yield Finding(str(shown), 1, 1, "listing-budget", message, fix, "warning")


def check_elsewhere(root: Path, shown: Path) -> Iterator[Finding]:
    """Yield the skills of a project that lie where the client does not look."""
    for place in (Path(".agents/skills"), Path("skills")):
        files = [
            place / name / NAME
            for name in _names(root / place)
            if os.path.lexists(root / place / name / NAME)
            and not os.path.lexists(root / ".claude/skills" / name)
        ]
        if files:
            rest = f", {files[0].parent.name} and {len(files) - 1} more" if files[1:] else ""
            message = f"Claude Code does not look into {place}{rest}; other clients may"
            fix = "put it, or a link to it, into .claude/skills"
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
        return None  # told where the skill itself is checked
