"""Recipes of `snippets/recipes/`: files that a project gains, and `plug.diff`, which joins them.

A recipe is a folder. Its files stand where they will stand in the project. Its `plug.diff` changes
files of the project: `+++ FILE` names one. Below each `@@` are unchanged lines (` `), removed lines
(`-`) and added lines (`+`); the unchanged and removed lines together must occur exactly once.
Before them are `What:` the recipe adds, `Use:`, its paragraph in the project's README, `Needs:`,
the recipes that it needs, and `Alone:`, why it cannot be combined with others. Migrations of a
recipe follow `0001`; here they are put into one chain.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from fastapi_pro.messages import near

PLUG = "plug.diff"
_FIRST_REVISION = "0001"
_REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_PARENT = re.compile(rf'^down_revision = "{_FIRST_REVISION}"$', re.MULTILINE)
# A recipe that begins the block puts an empty line before it; two may begin the same.
_OWN_IMPORTS = re.compile(r"(?:^from app[. ].*\n(?:\n(?=from app[. ]))?)+", re.MULTILINE)


class RecipeError(Exception):
    """Why these recipes cannot be added, and what to write instead."""


def recipe_names(snippets: Path) -> list[str]:
    """Return the names of all recipes, sorted."""
    return sorted(plug.parent.name for plug in (snippets / "recipes").glob(f"*/{PLUG}"))


def recipes_told(snippets: Path) -> dict[str, str]:
    """Return what each recipe adds, by its name. Raises RecipeError for one without `What:`."""
    return {name: _header(snippets, name)["What"] for name in recipe_names(snippets)}


def recipe_use(snippets: Path, name: str) -> str:
    """Return how a project uses a recipe. Raises RecipeError for one without `Use:`."""
    header = _header(snippets, name)
    if "Use" not in header:
        raise RecipeError(f"{name}/{PLUG} does not say how it is used; add a line `Use: ...`")
    return header["Use"]


def compatible_recipes(snippets: Path) -> list[str]:
    """Return the recipes that fit into one project; of several with the same file, the first."""
    chosen: list[str] = []
    brought: set[str] = set()
    for name in recipe_names(snippets):
        folder = snippets / "recipes" / name
        files = {file.relative_to(folder).as_posix() for file in folder.rglob("*.py")}
        if not _header(snippets, name).get("Alone") and not files & brought:
            chosen.append(name)
            brought |= files
    return chosen


def with_needs(snippets: Path, names: Iterable[str]) -> list[str]:
    """Return these recipes, each after those it needs, each once.

    Raises RecipeError for an unknown name, and for recipes that cannot be combined.
    """
    known = recipe_names(snippets)
    ordered: list[str] = []
    for name in names:
        if name not in known:
            told = "\n".join(f"  {recipe}: {it}" for recipe, it in recipes_told(snippets).items())
            hint = near(name, known).replace("; ", "\n", 1)
            raise RecipeError(f"there is no recipe {name!a}; choose from\n{told}{hint}")
        if needs := _header(snippets, name).get("Needs"):
            ordered += with_needs(snippets, needs.split(", "))
        ordered.append(name)
    ordered = list(dict.fromkeys(ordered))
    for name in ordered:
        if len(ordered) > 1 and (why := _header(snippets, name).get("Alone")):
            raise RecipeError(
                f"{name} cannot be combined with other recipes: {why}; leave the others out"
            )
    return ordered


def add_recipe(texts: Mapping[str, str], name: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a project, by name, with a recipe added; `files` are the recipe's.

    Raises RecipeError where the recipe does not fit the project.
    """
    added = {file: text for file, text in files.items() if file != PLUG}
    if twice := sorted(added.keys() & texts.keys()):
        raise RecipeError(
            f"{name} adds {twice[0]}, which another recipe or the project has; leave one out"
        )
    parent = _last_revision(texts)
    for file, text in added.items():
        if file.startswith("migrations/versions/"):
            added[file] = _PARENT.sub(f'down_revision = "{parent}"', text)
    result = dict(texts)
    for file, hunks in changes(files[PLUG]):
        if file not in texts:
            raise RecipeError(f"{name} changes {file}, which the project does not have")
        text = texts[file]
        for hunk in hunks:
            text = apply(text, hunk, f"{name}: {file}")
        result[file] = _OWN_IMPORTS.sub(_sorted_imports, text)
    return result | added


def _header(snippets: Path, name: str) -> dict[str, str]:
    """Return the lines before the changes of a recipe, by key: What, and others if it has them."""
    try:
        plug = (snippets / "recipes" / name / PLUG).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        message = f"{name}/{PLUG} is not UTF-8 at byte {error.start}; save it as UTF-8"
        raise RecipeError(message) from None
    header = dict(
        re.findall(r"^(What|Use|Needs|Alone): (.+)$", plug.partition("---")[0], re.MULTILINE)
    )
    if "What" not in header:
        raise RecipeError(f"{name}/{PLUG} does not say what it adds; begin it with `What: ...`")
    return header


def _last_revision(texts: Mapping[str, str]) -> str:
    """Return the last revision of the project."""
    scripts = [text for name, text in texts.items() if name.startswith("migrations/versions/")]
    revisions = [found[1] for text in scripts if (found := _REVISION.search(text))]
    followed = {found for text in scripts for found in re.findall(r'down_revision = "(\w+)"', text)}
    [last] = [revision for revision in revisions if revision not in followed]
    return last


def changes(plug: str) -> list[tuple[str, list[list[str]]]]:
    """Return each file that a plug names, with its hunks, which are lists of lines."""
    found: list[tuple[str, list[list[str]]]] = []
    for line in plug.splitlines():
        if line.startswith("+++ "):
            found.append((line[4:], []))
        elif line.startswith("@@"):
            found[-1][1].append([])
        elif found and not line.startswith("--- "):
            found[-1][1][-1].append(line)
    return found


def apply(text: str, hunk: list[str], place: str) -> str:
    """Return the text with one hunk applied. Raises RecipeError unless it fits in one place."""
    old = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "-")
    found = f"\n{text}".count(f"\n{old}")
    if found != 1:
        raise RecipeError(f"{place}: {found} places fit {old!r}, and there must be one")
    return f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]


def _sorted_imports(block: re.Match[str]) -> str:
    lines = re.findall(r".+\n", block[0])
    return "".join(sorted(lines, key=lambda line: line.split()[1]))
