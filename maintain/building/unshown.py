"""Snippets that no page shows, and the list of those that need not be shown."""

import ast
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

from fastapi_pro.validating.report import Finding
from maintain.building.refusal import RefusedError, refused
from maintain.building.sources import FOLDER, Snippets, decode, load_module, relative
from maintain.building.tree import files_below

_PROJECT = "pyproject.toml"
_TABLE = "[tool.fastapi-pro.unshown]"


def find_unshown(snippets: Snippets, shown: set[Path]) -> list[Finding]:
    """Return a finding for each snippet neither in `shown` nor allowed, and for idle allowances.

    The table maps globs of paths from the root, in which `*` crosses folders, to reasons. Raises
    OSError when the snippets cannot be listed or read.
    """
    try:
        allowed, text = _allowed(snippets.root)
    except RefusedError as error:
        return list(error.findings)
    folder = snippets.root / FOLDER
    files = files_below(folder) if folder.is_dir() else []
    hidden = [relative(snippets, f) for f in files if f not in shown and _needs_page(snippets, f)]
    findings = [
        Finding(
            path,
            1,
            1,
            "unshown",
            "no page shows this snippet",
            f"show it, delete it, or give a reason in {_PROJECT}, {_TABLE}",
        )
        for path in hidden
        if not any(fnmatchcase(path, glob) for glob in allowed)
    ]
    for glob in allowed:
        if not any(fnmatchcase(path, glob) for path in hidden):
            message = f"`{glob}` matches no snippet that is unshown"
            line, column = _place(text, glob)
            findings.append(
                Finding(_PROJECT, line, column, "idle-allowance", message, "delete the entry")
            )
    return findings


def _allowed(root: Path) -> tuple[dict[str, str], str]:
    """Return the globs with their reasons, and the text they stand in.

    Raises RefusedError when pyproject.toml cannot be used, OSError when it cannot be read.
    """
    file = root / _PROJECT
    if not file.exists():
        return {}, ""
    text = decode(file.read_bytes(), _PROJECT)
    try:
        table = tomllib.loads(text).get("tool", {}).get("fastapi-pro", {}).get("unshown", {})
    except (tomllib.TOMLDecodeError, AttributeError, RecursionError) as error:
        raise refused("bad-pyproject", f"cannot be used: {error}", "repair it", _PROJECT) from error
    for glob, reason in table.items() if isinstance(table, dict) else [(_TABLE, None)]:
        if not isinstance(reason, str) or not reason.strip():
            message, fix = f"`{glob}` has no reason", 'write "glob" = "reason"'
            raise refused("no-reason", message, fix, _PROJECT, _place(text, glob))
    return table, text


def _place(text: str, glob: str) -> tuple[int, int]:
    """Return the line and column of a table entry, or the start when it is written otherwise."""
    for number, line in enumerate(text.split("\n"), 1):
        column = line.find(f'"{glob}"') + 1
        if column:
            return number, column
    return 1, 1


def _needs_page(snippets: Snippets, file: Path) -> bool:
    """Say whether a file holds more than the docstring of a package."""
    if file.name != "__init__.py":
        return True
    try:
        body = load_module(snippets, file).tree.body
    except RefusedError:
        return True
    return not all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in body)
