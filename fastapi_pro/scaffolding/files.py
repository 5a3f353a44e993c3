"""The files of a new project, made from the reference service of `snippets/`."""

import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.scaffolding.minimal import minimal
from fastapi_pro.scaffolding.recipes import RecipeError, add_recipe, recipe_use, with_needs

MARKER = "service_name"
VERSION_MARKER = "fastapi_pro_version"

_FOLDERS = ("app", "migrations", "tests")
_FILES = ("Dockerfile", "alembic.ini")
_RENAMED = {"dockerignore": ".dockerignore", "env.example": ".env.example",
            "github": ".github", "gitignore": ".gitignore",
            "pre-commit-config.yaml": ".pre-commit-config.yaml"}  # fmt: skip
_SUFFIXES = {".mako", ".py"}
# They prove what the skill says about versions, gunicorn, python-jose and passlib.
_SKILLS_OWN = ("tests/test_environments.py", "tests/test_jose.py")


def project_files(
    snippets: Path, name: str, recipes: Sequence[str] = (), *, is_minimal: bool = False
) -> dict[str, str]:
    """Return the texts of a project, by name with `/` between the parts.

    Each call makes new secrets. Raises RecipeError for recipes that are unknown or do not fit, and
    for any recipe in a minimal project; OSError if a file of the skill cannot be read.
    """
    sources = {file.relative_to(snippets).as_posix(): file for file in _reference(snippets)}
    sources |= {_target(snippets, file): file for file in _walk(snippets / "project")}
    for own in _SKILLS_OWN:
        del sources[own]
    texts = {target: file.read_text(encoding="utf-8") for target, file in sources.items()}
    chosen = with_needs(snippets, recipes)
    if chosen and is_minimal:
        raise RecipeError(
            "--with adds recipes to the full project only; leave out --minimal, or --with"
        )
    uses = [f"**{recipe}**: {recipe_use(snippets, recipe)}\n" for recipe in chosen]
    texts["README.md"] = "\n".join([texts["README.md"], *uses])
    for recipe in chosen:
        folder = snippets / "recipes" / recipe
        files = {file.relative_to(folder).as_posix(): file for file in _walk(folder)}
        added = {target: file.read_text(encoding="utf-8") for target, file in files.items()}
        texts = add_recipe(texts, recipe, added)
    if is_minimal:
        texts = minimal(snippets, texts)
    texts = {target: _for_project(text, name) for target, text in texts.items()}
    texts[".env"] = _with_secrets(texts[".env.example"])
    return texts


def dependencies(pyproject: str) -> set[str]:
    """Return the names of the packages that a project depends on, in lower case with `-`."""
    return {name.lower() for name in re.findall(r'^ +"([\w-]+)[^"]*",', pyproject, re.MULTILINE)}


def _reference(snippets: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from (file for file in _walk(snippets / folder) if file.suffix in _SUFFIXES)
    yield from (snippets / name for name in _FILES)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, in a fixed order, without hidden files and caches."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _target(snippets: Path, file: Path) -> str:
    first, *rest = file.relative_to(snippets / "project").parts
    return "/".join([_RENAMED.get(first, first), *rest])


def _for_project(text: str, name: str) -> str:
    """Return a text with the project's name and our version filled in."""
    text = text.replace(VERSION_MARKER, __version__)
    return text.replace(MARKER, name).replace('title="My API"', f'title="{name}"')


def _with_secrets(example: str) -> str:
    """Return the example of `.env` with a new secret of 32 bytes for each empty variable."""
    return re.sub(r"(?m)^(\w+)=$", lambda line: f"{line[1]}={secrets.token_hex(32)}", example)
