"""The service with something else in its place: of the first draft, or of a recipe."""

import shutil
from pathlib import Path

from fastapi_pro.scaffolding.files import project_files

SNIPPETS = Path(__file__).resolve().parents[1] / "snippets"
SCOPE = ', scope="function"'


def with_late_commit(folder: Path) -> Path:
    """Copy the service into a folder, with sessions that commit after the answer; return it.

    Raises ValueError where the scope of the session does not stand in `deps.py` once.
    """
    compiled = shutil.ignore_patterns("__pycache__")
    for part in ("app", "tests"):
        shutil.copytree(SNIPPETS / part, folder / part, ignore=compiled)
    deps = folder / "app" / "api" / "deps.py"
    text = deps.read_text(encoding="utf-8")
    if text.count(SCOPE) != 1:
        raise ValueError(f"{deps.name}: {SCOPE!r} stands there {text.count(SCOPE)} times, not once")
    deps.write_text(text.replace(SCOPE, ""), encoding="utf-8")
    return folder


def with_recipe(folder: Path, name: str) -> Path:
    """Write a project that has a recipe into a folder; return it. Raises RecipeError."""
    for target, text in project_files(SNIPPETS, "shop", [name]).items():
        file = folder / target
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / ".env").unlink()
    return folder
