"""The files of a new project, made from the reference service of `snippets/`."""

import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from fastapi_pro.scaffolding.recipes import add_recipe, with_needs

AUTH = ("pyjwt", "jose")
MARKER = "service_name"

_FOLDERS = ("app", "migrations", "tests")
_FILES = ("Dockerfile", "alembic.ini")
_RENAMED = {"dockerignore": ".dockerignore", "env.example": ".env.example",
            "github": ".github", "gitignore": ".gitignore"}  # fmt: skip
_SUFFIXES = {".mako", ".py"}
_SECURITY = "app/core/security.py"
_JOSE = "app/core/security_jose.py"
_SKILLS_OWN = "tests/test_environments.py"  # proves what the skill says of versions and gunicorn
_SWITCH = re.compile(r"^# The one import to change .*\n", re.MULTILINE)
_FOR_AUTH = re.compile(r"^(.*?) +# auth: (\w+)\n", re.MULTILINE)


def project_files(
    snippets: Path, name: str, auth: str, recipes: Sequence[str] = ()
) -> dict[str, str]:
    """Return the texts of a project, by name with `/` between the parts; `auth` is one of AUTH.

    Each call makes new secrets. Raises RecipeError where the recipes are unknown or do not fit,
    OSError where a file of the skill cannot be read.
    """
    sources = {file.relative_to(snippets).as_posix(): file for file in _reference(snippets)}
    sources |= {_target(snippets, file): file for file in _walk(snippets / "project")}
    del sources[_SKILLS_OWN]
    jose = sources.pop(_JOSE)
    if auth == "jose":
        sources[_SECURITY] = jose
    texts = {target: file.read_text(encoding="utf-8") for target, file in sources.items()}
    for recipe in with_needs(snippets, recipes):
        folder = snippets / "recipes" / recipe
        files = {file.relative_to(folder).as_posix(): file for file in _walk(folder)}
        own = {target: file.read_text(encoding="utf-8") for target, file in files.items()}
        texts = add_recipe(texts, recipe, own)
    texts = {target: _for_project(text, name, auth) for target, text in texts.items()}
    texts[".env"] = _with_secrets(texts[".env.example"])
    return texts


def dependencies(snippets: Path) -> set[str]:
    """Return the names of the packages that a project depends on, in lower case with `-`."""
    text = (snippets / "project" / "pyproject.toml").read_text(encoding="utf-8")
    return {name.lower() for name in re.findall(r'^ +"([\w-]+)[^"]*",', text, re.MULTILINE)}


def _reference(snippets: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from (file for file in _walk(snippets / folder) if file.suffix in _SUFFIXES)
    yield from (snippets / name for name in _FILES)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, in a fixed order; what is hidden, or cached, is not ours."""
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


def _for_project(text: str, name: str, auth: str) -> str:
    """Return a text with the project's name, and of the lines for one `auth` only its own."""
    text = text.replace(MARKER, name).replace('title="My API"', f'title="{name}"')
    text = _SWITCH.sub("", text)
    return _FOR_AUTH.sub(lambda line: f"{line[1]}\n" if line[2] == auth else "", text)


def _with_secrets(example: str) -> str:
    """Return the example of `.env` with a fresh secret, of 32 bytes, wherever one is empty."""
    return re.sub(r"(?m)^(\w+)=$", lambda line: f"{line[1]}={secrets.token_hex(32)}", example)
